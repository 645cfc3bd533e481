// A tour with a real server: each command is shown as it is typed, then its true output. Fails if any step fails.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'
import {tour} from './tour.mjs'

const BIN = join(import.meta.dirname, '..', 'bin', 'nats.js')
const home = mkdtempSync(join(tmpdir(), 'nats-demo-'))
const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('NATS_') || name === 'NATS_SERVER_BIN')
const env = {
  ...Object.fromEntries(clean),
  HOME: home,
  XDG_CONFIG_HOME: join(home, '.config'),
  // A server that was fetched before is found again.
  XDG_CACHE_HOME: process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache'),
  NODE: process.execPath,
  BIN,
}
const [bold, dim, plain] =
  process.stdout.isTTY && !process.env.NO_COLOR ? ['\u001b[1m', '\u001b[2m', '\u001b[0m'] : ['', '', '']

/** Starts a line of shell in which `nats` is this checkout's; what it prints is kept, and shown when it has ended. */
function begin(line) {
  const child = spawn('bash', ['-c', `nats() { "$NODE" "$BIN" "$@"; }\n${line}`], {
    cwd: home,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk))
  return {child, line, output: () => Buffer.concat(chunks).toString(), done: once(child, 'close')}
}

/** Resolves when the step has printed what it prints when it is ready, or has ended. */
function until({child, ...step}, pattern) {
  return new Promise((resolve) => {
    const check = () => pattern.test(step.output()) && resolve()
    child.stdout.on('data', check)
    child.stderr.on('data', check)
    child.on('close', resolve)
    check()
  })
}

async function show(step) {
  const [code] = await step.done
  console.log(`${bold}$ ${step.line}${plain}\n${step.output()}`)
  if (code !== 0) throw new Error(`this step ended with exit code ${code}`)
}

const server = begin('exec "$NODE" "$BIN" server run --port 0 --jetstream --install --context demo')
try {
  await until(server, /nats:\/\//)
  if (server.child.exitCode !== null) throw new Error(`the server did not start:\n${server.output()}`)
  for (const {title, run, beside, ready} of tour) {
    console.log(`${dim}# ${title}${plain}`)
    const background = beside && begin(beside)
    if (background) await until(background, ready)
    await show(begin(run))
    if (background) await show(background)
  }
  console.log('Every step worked.')
} catch (error) {
  console.error(`nats demo: ${error.message}`)
  process.exitCode = 1
} finally {
  server.child.kill('SIGINT')
  await server.done
  rmSync(home, {recursive: true, force: true})
}
