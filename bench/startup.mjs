// How long commands take to start, as ratios to `node -e 0`: the runs are interleaved, and medians are compared, so
// that a noisy machine slows all of them alike. Needs a server for `pub`: one of our own is started for it.
import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {performance} from 'node:perf_hooks'

const ROUNDS = Number(process.env.ROUNDS ?? 60)
const BIN = join(import.meta.dirname, '..', 'bin', 'nats.js')
const GOALS = {'--version': 1.3, '--help': 1.5, pub: 1.6}

const home = mkdtempSync(join(tmpdir(), 'nats-bench-'))
const server = spawn(process.execPath, [BIN, 'server', 'run', '--port', '0', '--install'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [line] = await once(server.stdout, 'data')
const url = String(line).match(/nats:\/\/\S+/)[0]
const env = {...process.env, HOME: home, XDG_CONFIG_HOME: '', XDG_CACHE_HOME: '', NATS_URL: url}

const cases = [
  ['node -e 0', ['-e', '0']],
  ['--version', [BIN, '--version']],
  ['--help', [BIN, '--help']],
  ['pub --help', [BIN, 'pub', '--help']],
  ['context ls', [BIN, 'context', 'ls']],
  ['pub', [BIN, 'pub', 'bench.startup', 'hello']],
  ['pub, cold', [BIN, 'pub', 'bench.startup', 'hello'], {NODE_DISABLE_COMPILE_CACHE: '1'}],
]

const times = cases.map(() => [])
for (let round = -1; round < ROUNDS; round++) {
  for (const [i, [name, args, extra]] of cases.entries()) {
    const start = performance.now()
    const {status} = spawnSync(process.execPath, args, {env: {...env, ...extra}, stdio: 'ignore'})
    if (status !== 0) throw new Error(`${name} ended with exit code ${status}`)
    // The first round fills the code cache.
    if (round >= 0) times[i].push(performance.now() - start)
  }
}
server.kill('SIGINT')
rmSync(home, {recursive: true, force: true})

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const base = median(times[0])
console.log(`Node ${process.version}, ${ROUNDS} interleaved runs of each, medians\n`)
for (const [i, [name]] of cases.entries()) {
  const value = median(times[i])
  const goal = GOALS[name] ? `  (goal ${GOALS[name]}x)` : ''
  console.log(`${name.padEnd(12)} ${value.toFixed(1).padStart(6)} ms  ${(value / base).toFixed(2)}x${goal}`)
}
