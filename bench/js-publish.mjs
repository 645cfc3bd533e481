// How fast `publish -J --send-on newline` stores lines, beside a plain loop with nats.js that has as many messages under way.
// Start-up counts in both; the stream is compared with the lines. Part of bench/jetstream.mjs; alone:
//
//   NATS_URL=nats://127.0.0.1:4222 node bench/js-publish.mjs      (a server with JetStream)
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'
import {createInterface} from 'node:readline'
import {jetstream} from '@nats-io/jetstream'
import {connect} from '@nats-io/transport-node'

const BIN = join(import.meta.dirname, '..', 'bin', 'nats.js')
const STREAM = 'BENCH_PUBLISH'
const SUBJECT = 'bench.publish'
const WINDOW = 4096

/**
 * @returns medians of lines a second by name, and the most memory that the command took, in bytes
 */
export async function measurePublish({url, count = 200_000, rounds = 3, size = 128}) {
  const nc = await connect({servers: url})
  const api = async (subject, payload) =>
    (await nc.request(`$JS.API.${subject}`, JSON.stringify(payload ?? {}), {timeout: 60_000})).json()
  const folder = mkdtempSync(join(tmpdir(), 'nats-bench-'))
  const file = join(folder, 'lines')
  writeFileSync(file, Array.from({length: count}, (_, i) => `${String(i).padStart(size, 'x')}\n`).join(''))
  const rates = {publish: [], bare: []}
  let memory = 0
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, args] of [
        ['bare', [import.meta.filename, 'loop', file]],
        ['publish', [BIN, 'publish', '-J', SUBJECT, '--send-on', 'newline']],
      ]) {
        await api(`STREAM.CREATE.${STREAM}`, {name: STREAM, subjects: [SUBJECT], storage: 'file'})
        const {seconds, peak} = await timed(url, args, file)
        rates[name].push(count / seconds)
        if (name === 'publish') memory = Math.max(memory, peak)
        await compare(api, count, size)
        await api(`STREAM.DELETE.${STREAM}`)
      }
    }
  } finally {
    rmSync(folder, {recursive: true, force: true})
    await nc.close()
  }
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
  return {count, publish: median(rates.publish), bare: median(rates.bare), memory}
}

async function timed(url, args, file) {
  const input = openSync(file, 'r')
  const start = performance.now()
  const child = spawn(process.execPath, args, {
    env: {...process.env, NATS_URL: url},
    stdio: [input, 'ignore', 'ignore'],
  })
  closeSync(input)
  let peak = 0
  const timer = setInterval(() => {
    try {
      peak = Math.max(peak, 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]))
    } catch {}
  }, 20)
  const [code] = await once(child, 'exit')
  clearInterval(timer)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`)
  return {seconds: (performance.now() - start) / 1000, peak}
}

/** The stream has every line at its place: looked at here and there, and at both ends. */
async function compare(api, count, size) {
  const {state} = await api(`STREAM.INFO.${STREAM}`)
  if (state.messages !== count) throw new Error(`${state.messages} of ${count} lines are stored`)
  for (const seq of [1, count]) await check(api, seq, size)
  for (let i = 0; i < 1000; i++) await check(api, 1 + Math.floor(Math.random() * count), size)
}

async function check(api, seq, size) {
  const {message} = await api(`STREAM.MSG.GET.${STREAM}`, {seq})
  const body = Buffer.from(message.data, 'base64').toString()
  if (body !== String(seq - 1).padStart(size, 'x')) throw new Error(`at ${seq} is ${body}`)
}

/** What one writes with nats.js: one promise for each message, and a bound on how many there are. */
async function loop() {
  const nc = await connect({servers: process.env.NATS_URL})
  const js = jetstream(nc)
  let open = []
  for await (const line of createInterface({input: process.stdin})) {
    open.push(js.publish(SUBJECT, line))
    if (open.length < WINDOW) continue
    await Promise.all(open)
    open = []
  }
  await Promise.all(open)
  await nc.drain()
}

if (process.argv[2] === 'loop') await loop()
else if (process.argv[1] === import.meta.filename) {
  const {count, publish, bare, memory} = await measurePublish({url: process.env.NATS_URL})
  console.log(`publish -J --send-on newline, ${count} lines of 128 B (goal: 100,000/s)`)
  console.log(`  nats.js loop   ${Math.round(bare)}/s`)
  console.log(
    `  nats           ${Math.round(publish)}/s   ${(publish / bare).toFixed(2)}x   at most ${Math.round(memory / 2 ** 20)} MB`,
  )
}
