// What `npm run bench:messaging` compares with: the plain loops that one writes with nats.js, and a publisher on a bare
// socket that costs the machine as little as can be.
//
//   node bench/client.mjs flood|raw|json|pub|request|reply URL SUBJECT COUNT [FILE]
import {once} from 'node:events'
import {createWriteStream} from 'node:fs'
import {createConnection} from 'node:net'
import {connect} from '@nats-io/transport-node'

const [mode, url, subject, countText, file] = process.argv.slice(2)
const count = Number(countText)
const BODY = 'x'.repeat(128)
/** A message that does not come in this time does not come at all. */
const SILENCE_MS = 3000

if (mode === 'flood') await flood()
else await loop()

async function flood() {
  const {hostname, port} = new URL(url)
  const socket = createConnection(Number(port), hostname)
  const frame = `PUB ${subject} ${BODY.length}\r\n${BODY}\r\n`
  const perBlock = Math.floor((128 * 1024) / frame.length)
  const block = Buffer.from(frame.repeat(perBlock))
  await once(socket, 'data')
  socket.on('data', (chunk) => {
    if (chunk.includes('PING')) socket.write('PONG\r\n')
    if (chunk.includes('PONG')) socket.end()
  })
  socket.write('CONNECT {"verbose":false}\r\n')
  for (let left = count; left > 0; left -= perBlock) {
    const bytes = left < perBlock ? block.subarray(0, left * frame.length) : block
    if (!socket.write(bytes)) await once(socket, 'drain')
  }
  socket.write('PING\r\n')
}

async function loop() {
  const nc = await connect({servers: url})
  if (mode === 'raw' || mode === 'json') await receive(nc, mode === 'raw' ? toRaw : toJson)
  if (mode === 'pub') {
    for (let i = 0; i < count; i++) {
      nc.publish(subject, BODY)
      if (i % 10_000 === 9_999) await nc.flush()
    }
  }
  if (mode === 'request') for (let i = 0; i < count; i++) await nc.request(subject, BODY)
  if (mode === 'reply') {
    for await (const request of nc.subscribe(subject, {max: count})) request.respond(request.data)
  }
  await nc.drain()
}

function toRaw(output, message) {
  output.write(message.data)
  output.write('\n')
}

function toJson(output, message) {
  const record = {subject: message.subject, data: message.string(), time: new Date().toISOString()}
  output.write(`${JSON.stringify(record)}\n`)
}

async function receive(nc, write) {
  const output = createWriteStream(file)
  const subscription = nc.subscribe(subject, {max: count})
  let received = 0
  let before = 0
  const timer = setInterval(() => {
    if (received > 0 && received === before) subscription.unsubscribe()
    before = received
  }, SILENCE_MS)
  for await (const message of subscription) {
    received++
    write(output, message)
  }
  clearInterval(timer)
  output.end()
  await once(output, 'finish')
}
