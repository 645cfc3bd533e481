// How many messages a second the commands handle, each beside a plain loop with nats.js in the same run: the runs are
// interleaved, and medians are compared. The real server, the publisher and the subscriber share this machine's cores.
//
//   npm run bench:messaging        ROUNDS=5 MESSAGES=4000000 npm run bench:messaging
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, createReadStream, mkdtempSync, openSync, readFileSync, rmSync, statSync} from 'node:fs'
import {createServer} from 'node:net'
import {availableParallelism, cpus, homedir, tmpdir} from 'node:os'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'
import {setTimeout as sleep} from 'node:timers/promises'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const MESSAGES = Number(process.env.MESSAGES ?? 2_000_000)
const REQUESTS = Math.ceil(MESSAGES / 200)
const PUBLISHED = 1_000_000
const BODY = 'x'.repeat(128)
const SILENCE_MS = 3000
const BIN = join(import.meta.dirname, '..', 'bin', 'nats.js')
const CLIENT = join(import.meta.dirname, 'client.mjs')

const folder = mkdtempSync(join(tmpdir(), 'nats-bench-'))
const file = join(folder, 'out')
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
const env = {...process.env, HOME: folder, XDG_CONFIG_HOME: '', XDG_CACHE_HOME: cache}
const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, {recursive: true, force: true})
})

const httpPort = await freePort()
const server = run([BIN, 'server', 'run', '--port', '0', '--http-port', String(httpPort), '--install'], 'pipe', 'pipe')
server.stderr.pipe(process.stderr)
const url = String(await once(server.stdout, 'data')).match(/nats:\/\/\S+/)[0]
env.NATS_URL = url
// It would tell in the midst of the figures each time that it slows a publisher down.
server.stderr.unpipe().resume()

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const {port} = probe.address()
  probe.close()
  return port
}

function run(args, stdout = 'ignore', stderr = 'inherit') {
  const child = spawn(process.execPath, args, {env, stdio: ['ignore', stdout, stderr]})
  running.add(child)
  child.ended = once(child, 'exit').then(([code]) => {
    running.delete(child)
    return code
  })
  return child
}

const monitor = async (page) => (await fetch(`http://127.0.0.1:${httpPort}/${page}`)).json()

async function subscribed(subject) {
  for (;;) {
    const {subscriptions_list: list = []} = await monitor('subsz?subs=1&limit=10000')
    if (list.some((entry) => entry.subject === subject)) return
    await sleep(20)
  }
}

/** Peak memory of a process in MB; undefined where there is no /proc. */
function peakMemory({pid}) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
  } catch {
    return undefined
  }
}

async function lines(path) {
  let count = 0
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 20})) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++
  }
  return count
}

/** A subscriber writes to a file while a publisher sends as fast as the server takes it. */
async function receive(subject, args, stdout) {
  const fd = openSync(file, 'w')
  const subscriber = run(args, stdout === 'file' ? fd : 'ignore')
  closeSync(fd)
  await subscribed(subject)
  const start = performance.now()
  let memory = 0
  const timer = setInterval(() => {
    memory = Math.max(memory, peakMemory(subscriber) ?? 0)
  }, 20)
  run([CLIENT, 'flood', url, subject, String(MESSAGES)])
  const code = await subscriber.ended
  clearInterval(timer)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`)
  const lost = MESSAGES - (await lines(file))
  // Who misses some waits for them in vain.
  const end = lost > 0 ? statSync(file).mtimeMs - performance.timeOrigin : performance.now()
  return {rate: (MESSAGES - lost) / ((end - start) / 1000), lost, memory}
}

async function timed(args, count) {
  const start = performance.now()
  const code = await run(args).ended
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}`)
  return count / ((performance.now() - start) / 1000)
}

async function publish(args) {
  const before = (await monitor('varz')).in_msgs
  const rate = await timed(args, PUBLISHED)
  return {rate, lost: PUBLISHED - ((await monitor('varz')).in_msgs - before)}
}

async function request(subject, replier, requester) {
  const reply = run(replier, 'ignore', 'ignore')
  await subscribed(subject)
  const rate = await timed(requester, REQUESTS)
  reply.kill('SIGTERM')
  await reply.ended
  return {rate}
}

const bare = (mode, subject, count, ...rest) => [CLIENT, mode, url, subject, String(count), ...rest]
const limits = ['--count', String(MESSAGES), '--wait', `${SILENCE_MS}ms`]
const cases = [
  {
    name: `sub --raw to a file, ${MESSAGES} messages of 128 B in a flood (goal: 600,000/s, none lost, under 200 MB)`,
    nats: () => receive('b.raw', [BIN, 'sub', 'b.raw', '--raw', ...limits], 'file'),
    bare: () => receive('b.raw2', bare('raw', 'b.raw2', MESSAGES, file)),
  },
  {
    name: `sub --json to a file, ${MESSAGES} messages of 128 B in a flood`,
    nats: () => receive('b.json', [BIN, 'sub', 'b.json', '--json', ...limits], 'file'),
    bare: () => receive('b.json2', bare('json', 'b.json2', MESSAGES, file)),
  },
  {
    name: `pub --count ${PUBLISHED} of 128 B, start and end included (goal: 1,000,000/s)`,
    nats: () => publish([BIN, 'pub', 'b.pub', BODY, '--quiet', '--count', String(PUBLISHED)]),
    bare: () => publish(bare('pub', 'b.pub', PUBLISHED)),
  },
  {
    name: `request --count ${REQUESTS} one after the other, and reply`,
    nats: () =>
      request(
        'b.req',
        [BIN, 'reply', 'b.req', '--echo'],
        [BIN, 'req', 'b.req', BODY, '--raw', '--count', String(REQUESTS)],
      ),
    bare: () => request('b.req2', bare('reply', 'b.req2', 2 * REQUESTS), bare('request', 'b.req2', REQUESTS)),
  },
]

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const human = (value) => Math.round(value).toLocaleString('en-US').padStart(10)

function show(name, results, base) {
  const rate = median(results.map((result) => result.rate))
  const {lost, memory} = results.reduce((worst, {lost = Number.NaN, memory = Number.NaN}) => ({
    lost: Math.max(worst.lost, lost),
    memory: Math.max(worst.memory, memory),
  }))
  const facts = [`${human(rate)}/s`]
  if (base) facts.push(`${(rate / base).toFixed(2)}x`.padStart(6))
  if (lost >= 0) facts.push(`lost ${lost}`)
  if (memory > 0) facts.push(`at most ${Math.round(memory)} MB`)
  console.log(`  ${name.padEnd(14)} ${facts.join('   ')}`)
  return rate
}

console.log(
  `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0].model}), medians of ${ROUNDS} interleaved runs`,
)
for (const {name, nats, bare} of cases) {
  const results = {nats: [], bare: []}
  for (let round = 0; round < ROUNDS; round++) {
    results.bare.push(await bare())
    results.nats.push(await nats())
  }
  console.log(`\n${name}`)
  show('nats', results.nats, show('nats.js loop', results.bare))
}

server.kill('SIGINT')
await server.ended
