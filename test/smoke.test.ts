import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {run, shell, start, temporaryFolder} from './support/cli.ts'
import {newestNode} from './support/newest-node.ts'
import {startServer, type TestServer, testFolder} from './support/server.ts'

// The main path of every command once more where it could break as a whole: on the newest Node, on older servers, and
// installed from the packed tarball.

async function mainPath(url: string, options: {node?: string; bin?: string}) {
  const home = temporaryFolder()
  const nats = (...args: string[]) => run(args, {...options, home, env: {NATS_URL: url}})

  const version = await nats('--version')
  expect(version).toMatchObject({code: 0, stderr: '', stdout: expect.stringMatching(/^v\d+\.\d+\.\d+\n$/)})

  const saved = await nats('context', 'add', 'here', '--server', url, '--description', 'smoke', '--select')
  expect(saved.code).toBe(0)
  expect(saved.stdout).toContain('Connection: OK')
  const explained = await run(['context', 'explain', '--connect', '--json'], {...options, home})
  expect(explained.code).toBe(0)

  const subscriber = start(['sub', 'smoke.>', '--count', '2', '--json'], {...options, home})
  const published = await shell(
    `until nats request smoke.ready x --timeout 300ms 2>/dev/null || [ $? -ne 7 ]; do :; done; nats pub smoke.a 'n {{Count}}' -H K:v`,
    {...options, home},
  )
  expect(published).toMatchObject({code: 0, stdout: ''})
  const lines = (await subscriber.done).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({subject}) => subject)).toEqual(['smoke.ready', 'smoke.a'])
  expect(lines[1]).toMatchObject({headers: {K: ['v']}, data: 'n 1', encoding: 'utf8', size: 3})

  const responder = start(['reply', 'echo', '--echo', '--count', '1'], {...options, home})
  await responder.waitFor('stderr', /Listening/)
  const answer = await nats('request', 'echo', 'hello', '--raw')
  expect(answer).toMatchObject({code: 0, stdout: 'hello\n'})
  expect((await responder.done).code).toBe(0)

  expect((await nats('request', 'nobody', 'x')).code).toBe(7)
  expect((await nats('rtt')).code).toBe(0)
}

describe('on the newest Node', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })

  test('the main path', () => mainPath(server.url, {node: newestNode()}), 120_000)
})

describe.each(['2.9', '2.10', 'newest'] as const)('with a server of version %s', (version) => {
  test('the main path', async () => mainPath((await startServer({version})).url, {}))
})

describe('installed from the packed tarball', () => {
  test('without any other package, and without scripts', {timeout: 60_000}, async () => {
    const root = join(import.meta.dirname, '..')
    const prefix = await testFolder('prefix')
    const npm = (...args: string[]) =>
      execFileSync('npm', args, {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']})

    const [packed] = JSON.parse(npm('pack', '--json', '--ignore-scripts', '--pack-destination', prefix))
    const files: string[] = packed.files.map(({path}: {path: string}) => path)
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'bin/nats.js', 'dist/main.cjs', 'dist/THIRD-PARTY.txt']),
    )
    expect(files.filter((path) => /^(src|test|scripts|node_modules)\//.test(path))).toEqual([])

    npm(
      'install',
      '--prefix',
      prefix,
      '--omit=dev',
      '--offline',
      '--no-audit',
      '--no-fund',
      join(prefix, packed.filename),
    )
    const bin = join(prefix, 'node_modules', packed.name, 'bin', 'nats.js')
    const installed = execFileSync('ls', [join(prefix, 'node_modules')], {encoding: 'utf8'})
    expect(installed.trim()).toBe(packed.name)
    await mainPath((await startServer()).url, {bin})
  })
})
