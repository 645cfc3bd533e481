import {beforeAll, expect, it} from 'vitest'
import {run, start, startInTerminal} from '../../support/cli.ts'
import {installedServer} from '../../support/servers.ts'

let env: {NATS_SERVER_BIN: string}

beforeAll(async () => {
  env = {NATS_SERVER_BIN: (await installedServer('newest'))!}
})

const exec = (...command: string[]) => ['server', 'exec', '--', ...command]
const NATS = `"${process.execPath}" "${process.cwd()}/bin/nats.js"`

it('gives the command a server of its own, its input and its output', async () => {
  const script = `${NATS} rtt && cat && echo $NATS_URL && echo to stderr >&2`
  const {stdout, stderr, code} = await run(exec('sh', '-c', script), {env, stdin: 'from stdin\n'})
  expect(stdout).toMatch(/^.*\nfrom stdin\nnats:\/\/127\.0\.0\.1:\d+\n$/s)
  expect(stderr).toBe('to stderr\n')
  expect(code).toBe(0)
})

it('hands arguments on as they are', async () => {
  const {stdout, code} = await run(exec('printf', '%s|', '--json', '-j', '--', '', 'a b', '--help'), {env})
  expect(stdout).toBe('--json|-j|--||a b|--help|')
  expect(code).toBe(0)
})

it('starts a cluster', async () => {
  const {stdout, code} = await run(['server', 'exec', '--cluster', '3', '--', 'sh', '-c', 'echo $NATS_URL'], {env})
  expect(stdout.trim().split(',')).toHaveLength(3)
  expect(code).toBe(0)
})

it.each([
  ['exit 3', 3],
  ['kill -TERM $$', 143],
  ['kill -KILL $$', 137],
])('ends as the command does: %s', async (script, exitCode) => {
  const {stderr, code} = await run(exec('sh', '-c', script), {env})
  expect(stderr).toBe('')
  expect(code).toBe(exitCode)
})

it.each([
  ['no-such-command', 'no-such-command: no such command', 127],
  ['/dev/null', '/dev/null: not permitted to run it', 126],
])('tells that %s cannot be run', async (command, message, exitCode) => {
  const {stdout, stderr, code} = await run(exec(command), {env})
  expect(stdout).toBe('')
  expect(stderr).toBe(`nats: error: ${message}\n`)
  expect(code).toBe(exitCode)
})

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes %s on, and waits for the command to end', async (signal) => {
  // The command takes longer than a second to end, talks to its server until then, and ends with a code of its own.
  const trap = `trap 'sleep 1.2; ${NATS} rtt >/dev/null && echo done; exit 7' ${signal.slice(3)}`
  const running = start(exec('bash', '-c', `${trap}; echo ready; while :; do sleep 0.05; done`), {env})
  await running.waitFor('stdout', /ready/)
  running.kill(signal)
  const {stdout, stderr, code} = await running.done
  expect(stdout).toBe('ready\ndone\n')
  expect(stderr).toBe('')
  expect(code).toBe(7)
})

it('lets ^C at a terminal reach the command once', async () => {
  const count =
    'n=0; trap "n=\\$((n+1)); echo got \\$n" INT; echo ready; for i in 1 2 3 4 5 6; do sleep 0.2; done; exit $n'
  const terminal = startInTerminal(exec('bash', '-c', count), {env})
  await terminal.waitFor('stdout', /ready/)
  terminal.write('\u0003')
  const {stdout, code} = await terminal.done
  expect(stdout).toContain('got 1')
  expect(code).toBe(1)
})

it('stops the server when it is killed itself', async () => {
  const running = start(exec('sh', '-c', 'echo $NATS_URL; exec sleep 60'), {env})
  await running.waitFor('stdout', /\n/)
  const url = running.stdout().trim()
  expect((await run(['pub', 'probe', '', '-q', '--server', url])).code).toBe(0)
  running.kill('SIGKILL')
  await expect
    .poll(async () => (await run(['pub', 'probe', '', '-q', '--server', url])).code, {timeout: 10_000})
    .not.toBe(0)
})

it('tells when the server has ended before the command', async () => {
  const script = `
    for process in /proc/[0-9]*/stat; do
      read -r pid name state parent rest < $process || continue
      [ "$name $parent" != "(nats-server) $PPID" ] || kill -KILL $pid
    done 2>/dev/null
    read line; exit 4
  `
  const running = start(['server', 'exec', '--name', 'lab', '--', 'sh', '-c', script], {env, stdin: ''})
  await running.waitFor('stderr', /^\d\d:\d\d:\d\d lab was killed by SIGKILL\n$/)
  running.end()
  expect((await running.done).code).toBe(4)
})

it('wants a command', async () => {
  const {stderr, code} = await run(['server', 'exec'], {env, stdin: 'not this'})
  expect(stderr).toContain("error: required argument 'command' not provided")
  expect(code).toBe(2)
})
