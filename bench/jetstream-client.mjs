// What bench/jetstream.mjs compares with: the plain loops that one writes with nats.js.
//
//   node bench/jetstream-client.mjs cat|backup|restore|streams|consumers URL STREAM FILE
import {once} from 'node:events'
import {createReadStream, createWriteStream, readFileSync, writeFileSync} from 'node:fs'
import {jetstream, jetstreamManager} from '@nats-io/jetstream'
import {connect, createInbox} from '@nats-io/transport-node'

const [mode, url, stream, file] = process.argv.slice(2)
const nc = await connect({servers: url})
const api = async (subject, payload) => (await nc.request(`$JS.API.${subject}`, JSON.stringify(payload))).json()

const modes = {
  async cat() {
    const {state} = (await (await jetstreamManager(nc)).streams.info(stream)) ?? {}
    const consumer = await jetstream(nc).consumers.get(stream)
    const output = createWriteStream(file)
    const messages = await consumer.consume({max_messages: 10_000})
    for await (const message of messages) {
      output.write(message.data)
      if (!output.write('\n')) await once(output, 'drain')
      if (message.seq === state.last_seq) break
    }
    await new Promise((resolve) => output.end(resolve))
  },

  async backup() {
    const inbox = createInbox()
    const chunks = nc.subscribe(inbox)
    const {config, state} = await api(`STREAM.SNAPSHOT.${stream}`, {deliver_subject: inbox, chunk_size: 512 * 1024})
    writeFileSync(`${file}.json`, JSON.stringify({config, state}))
    const output = createWriteStream(file)
    for await (const chunk of chunks) {
      if (chunk.data.length === 0) break
      if (!output.write(chunk.data)) await once(output, 'drain')
      chunk.respond()
    }
    await new Promise((resolve) => output.end(resolve))
  },

  async restore() {
    const description = JSON.parse(readFileSync(`${file}.json`, 'utf8'))
    const {deliver_subject: subject} = await api(`STREAM.RESTORE.${stream}`, description)
    for await (const chunk of createReadStream(file, {highWaterMark: 512 * 1024})) await nc.request(subject, chunk)
    await nc.request(subject, '', {timeout: 60_000})
  },

  async streams() {
    let count = 0
    for await (const _ of (await jetstreamManager(nc)).streams.list()) count++
    if (count < Number(stream)) throw new Error(`${count} streams of ${stream}`)
  },

  async consumers() {
    let count = 0
    for await (const _ of (await jetstreamManager(nc)).consumers.list(stream)) count++
    if (count < Number(file)) throw new Error(`${count} consumers of ${file}`)
  },
}

await modes[mode]()
await nc.close()
