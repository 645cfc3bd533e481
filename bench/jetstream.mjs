// How fast the commands of streams and consumers are, each beside a plain loop with nats.js in the same run: the runs are
// interleaved, and medians are compared. Start-up counts in all. The server shares this machine's cores.
//
//   npm run bench:jetstream        ROUNDS=5 MESSAGES=1000000 BYTES=1073741824 npm run bench:jetstream
import {spawn} from 'node:child_process'
import {randomBytes} from 'node:crypto'
import {once} from 'node:events'
import {closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs'
import {availableParallelism, cpus, homedir, tmpdir} from 'node:os'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'
import {connect} from '@nats-io/transport-node'
import {measureConsumerNext} from './consumer-next.mjs'
import {measurePublish} from './js-publish.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const MESSAGES = Number(process.env.MESSAGES ?? 1_000_000)
const BYTES = Number(process.env.BYTES ?? 1024 ** 3)
const STREAMS = 5000
const CONSUMERS = 2000
const BODY = Buffer.alloc(128, 'x')
const BIG_BODY = 64 * 1024
const BIN = join(import.meta.dirname, '..', 'bin', 'nats.js')
const CLIENT = join(import.meta.dirname, 'jetstream-client.mjs')

const folder = mkdtempSync(join(tmpdir(), 'nats-bench-'))
const [out, archive, backup] = ['out', 'archive', 'backup'].map((name) => join(folder, name))
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
const env = {...process.env, HOME: folder, XDG_CONFIG_HOME: '', XDG_CACHE_HOME: cache}
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, {recursive: true, force: true})
})

function run(args, stdout = 'ignore', stderr = 'inherit') {
  const child = spawn(process.execPath, args, {env, stdio: ['ignore', stdout, stderr]})
  running.add(child)
  child.ended = once(child, 'exit').then(([code]) => {
    running.delete(child)
    return code
  })
  return child
}

const store = join(folder, 'store')
const server = run(
  [BIN, 'server', 'run', '--port', '0', '--jetstream', '--store-dir', store, '--install'],
  'pipe',
  'pipe',
)
const url = String(await once(server.stdout, 'data')).match(/nats:\/\/\S+/)[0]
server.stderr.resume()
env.NATS_URL = url
const nc = await connect({servers: url})
const api = async (subject, payload) =>
  (await nc.request(`$JS.API.${subject}`, JSON.stringify(payload ?? {}), {timeout: 60_000})).json()

/** Peak memory of a process in MB; undefined where there is no /proc. */
function peakMemory({pid}) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
  } catch {
    return undefined
  }
}

/** Runs a program, its stdout into a file, and tells how much work of `amount` it did in a second. */
async function timed(amount, args, file) {
  const fd = file ? openSync(file, 'w') : 'ignore'
  const start = performance.now()
  const child = run(args, fd)
  if (file) closeSync(fd)
  let memory = 0
  const timer = setInterval(() => {
    memory = Math.max(memory, peakMemory(child) ?? 0)
  }, 20)
  const code = await child.ended
  const seconds = (performance.now() - start) / 1000
  clearInterval(timer)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`)
  return {rate: amount / seconds, seconds, memory}
}

async function fill(stream, count, body) {
  await api(`STREAM.CREATE.${stream}`, {
    name: stream,
    subjects: [`${stream.toLowerCase()}.>`],
    storage: 'file',
    max_consumers: 2 * CONSUMERS,
  })
  const every = Math.max(1, Math.floor(4_000_000 / body().length))
  for (let i = 1; i <= count; i++) {
    if (i % every === 0 || i === count) await nc.request(`${stream.toLowerCase()}.x`, body(), {timeout: 60_000})
    else nc.publish(`${stream.toLowerCase()}.x`, body())
  }
}

async function countLines(path) {
  let count = 0
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 20}))
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++
  return count
}

async function cat(args, file) {
  const result = await timed(MESSAGES, args, file)
  const lines = await countLines(out)
  if (lines !== MESSAGES) throw new Error(`${args.join(' ')} wrote ${lines} of ${MESSAGES} messages`)
  return result
}

async function restore(args) {
  await api('STREAM.DELETE.BIG')
  const result = await timed(BYTES / 1e6, args)
  const {state} = await api('STREAM.INFO.BIG')
  const wanted = Math.ceil(BYTES / BIG_BODY)
  if (state.messages !== wanted) throw new Error(`${args.join(' ')} restored ${state.messages} of ${wanted}`)
  return result
}

const bare = (mode, ...rest) => [CLIENT, mode, url, ...rest]
const cases = [
  {
    name: `stream cat --raw, ${MESSAGES} messages of 128 B to a file (goal: 400,000/s, under 200 MB)`,
    unit: '/s',
    prepare: () => fill('SMALL', MESSAGES, () => BODY),
    nats: () => cat([BIN, 'stream', 'cat', 'SMALL', '--raw'], out),
    bare: () => cat(bare('cat', 'SMALL', out)),
  },
  {
    name: `stream backup, ${BYTES} bytes of chance (goal: 200 MB/s, under 200 MB)`,
    unit: ' MB/s',
    prepare: () => fill('BIG', Math.ceil(BYTES / BIG_BODY), () => randomBytes(BIG_BODY)),
    nats: () => timed(BYTES / 1e6, [BIN, 'stream', 'backup', 'BIG', backup]),
    bare: () => timed(BYTES / 1e6, bare('backup', 'BIG', archive)),
  },
  {
    name: 'stream restore of that (goal: 200 MB/s, under 200 MB)',
    unit: ' MB/s',
    nats: () => restore([BIN, 'stream', 'restore', backup]),
    bare: () => restore(bare('restore', 'BIG', archive)),
  },
  {
    name: `consumer ls, ${CONSUMERS} consumers (goal: under 3 s)`,
    unit: '/s',
    prepare: () => create(CONSUMERS, (i) => [`CONSUMER.CREATE.SMALL.c${i}`, consumer(`c${i}`)]),
    nats: () => timed(CONSUMERS, [BIN, 'consumer', 'ls', 'SMALL']),
    bare: () => timed(CONSUMERS, bare('consumers', 'SMALL', String(CONSUMERS))),
  },
  {
    name: `stream ls, ${STREAMS} streams (goal: under 3 s)`,
    unit: '/s',
    prepare: () => create(STREAMS, (i) => [`STREAM.CREATE.s${i}`, {name: `s${i}`, subjects: [`s${i}`]}]),
    nats: () => timed(STREAMS, [BIN, 'stream', 'ls']),
    bare: () => timed(STREAMS, bare('streams', String(STREAMS))),
  },
]

const consumer = (name) => ({stream_name: 'SMALL', config: {name, durable_name: name, ack_policy: 'explicit'}})

async function create(count, request) {
  for (let i = 0; i < count; i += 50) await Promise.all(Array.from({length: 50}, (_, j) => api(...request(i + j))))
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const human = (value) => Math.round(value).toLocaleString('en-US').padStart(10)

function show(name, results, unit, base) {
  const rate = median(results.map((result) => result.rate))
  const facts = [`${human(rate)}${unit}`, `${median(results.map(({seconds}) => seconds)).toFixed(2)} s`]
  if (base) facts.push(`${(rate / base).toFixed(2)}x`)
  facts.push(`at most ${Math.round(Math.max(...results.map(({memory}) => memory)))} MB`)
  console.log(`  ${name.padEnd(14)} ${facts.join('   ')}`)
  return rate
}

console.log(
  `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0].model}), medians of ${ROUNDS} interleaved runs`,
)
for (const {name, unit, prepare, nats, bare} of cases) {
  await prepare?.()
  const results = {nats: [], bare: []}
  for (let round = 0; round < ROUNDS; round++) {
    results.bare.push(await bare())
    results.nats.push(await nats())
  }
  console.log(`\n${name}`)
  show('nats', results.nats, unit, show('nats.js loop', results.bare, unit))
}

function showPair(name, rate, {bare, memory}) {
  console.log(`\n${name}\n  nats.js loop   ${human(bare)}/s`)
  console.log(
    `  nats           ${human(rate)}/s   ${(rate / bare).toFixed(2)}x   at most ${Math.round(memory / 2 ** 20)} MB`,
  )
}

const next = await measureConsumerNext({url, rounds: ROUNDS})
showPair(`consumer next --count ${next.count} with acknowledgements (goal: 100,000/s)`, next.next, next)

const published = await measurePublish({url, rounds: ROUNDS})
showPair(
  `publish -J --send-on newline, ${published.count} lines of 128 B (goal: 100,000/s)`,
  published.publish,
  published,
)

await nc.close()
server.kill('SIGINT')
await server.ended
