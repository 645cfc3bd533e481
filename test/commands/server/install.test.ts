import {existsSync} from 'node:fs'
import {readdir, symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import {serverVersion} from '../../../src/lib/local-server/find.ts'
import {run, start, startInTerminal} from '../../support/cli.ts'
import {packRelease, type Release, serveRelease} from '../../support/releases.ts'
import {freePorts, testFolder} from '../../support/server.ts'

let release: Release
/** A PATH with what an install needs, but no apt. */
let path: string

beforeAll(async () => {
  release = await packRelease()
  path = await testFolder('bin')
  for (const name of ['tar', 'gzip', 'sh', 'bash', 'script', 'stty']) {
    const found = ['/usr/bin', '/bin'].map((folder) => join(folder, name)).find(existsSync)!
    await symlink(found, join(path, name))
  }
})

/** Where an install goes, and the variables that send it there. */
async function target(url: string) {
  const cache = await testFolder('cache')
  const env = {NATS_SERVER_CACHE: cache, NATS_SERVER_RELEASES: url, PATH: path}
  return {cache, env, left: () => readdir(cache)}
}

const install = ['server', 'install']

describe('the release', () => {
  it('is installed, the newest unless told otherwise', async () => {
    const {url, requests} = await serveRelease(release)
    const {cache, env, left} = await target(url)
    const {stdout, stderr, code} = await run(install, {env})
    const file = join(cache, release.version, 'nats-server')
    expect(stdout).toBe(`Installed nats-server ${release.version}: ${file}\n`)
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d fetching the release from http:\/\/127\.0\.0\.1:\d+\n$/)
    expect(code).toBe(0)
    expect(requests[0]).toBe('/latest')
    expect(await left()).toEqual([release.version])
    expect(await serverVersion(file)).toBe(release.version)
  })

  it('is not fetched again', async () => {
    const {url, requests} = await serveRelease(release)
    const {env} = await target(url)
    await run([...install, '--version', `v${release.version}`], {env})
    const fetched = requests.length
    const {stdout, code} = await run([...install, '--version', release.version, '--json'], {env})
    expect(JSON.parse(stdout)).toMatchObject({version: release.version, source: 'cache'})
    expect(code).toBe(0)
    expect(requests).toHaveLength(fetched)
  })

  it('is installed by two at the same time', async () => {
    const {url} = await serveRelease(release)
    const {env, left} = await target(url)
    const results = await Promise.all([run(install, {env}), run(install, {env})])
    expect(results.map(({code}) => code)).toEqual([0, 0])
    expect(await left()).toEqual([release.version])
  })

  it('is refused when it is not what was published', async () => {
    const corrupt = Buffer.from(release.archive)
    corrupt[corrupt.length >> 1]! ^= 1
    const {url} = await serveRelease(release, (response) => response.end(corrupt))
    const {env, left} = await target(url)
    const {stdout, stderr, code} = await run(install, {env})
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /error: \S+\.tar\.gz is not what was published: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}/,
    )
    expect(code).toBe(1)
    expect(await left()).toEqual([])
  })

  it('that breaks off leaves nothing behind', async () => {
    const {url} = await serveRelease(release, (response) => {
      response.writeHead(200, {'content-length': release.archive.length})
      response.write(release.archive.subarray(0, 1000), () => response.destroy())
    })
    const {env, left} = await target(url)
    const {stderr, code} = await run(install, {env})
    expect(stderr).toContain(`${release.name}: `)
    expect(code).toBe(5)
    expect(await left()).toEqual([])
  })

  it('that stands still is given up after --timeout', async () => {
    const {url} = await serveRelease(release, (response) => response.write('a beginning'))
    const {env, left} = await target(url)
    const {stderr, code} = await run([...install, '--timeout', '300ms'], {env})
    expect(stderr).toContain(`${release.name}: nothing came for 0.3 s`)
    expect(code).toBe(5)
    expect(await left()).toEqual([])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGKILL', null],
  ] as const)('that is interrupted by %s leaves nothing behind', async (signal, exitCode) => {
    const {url, requests} = await serveRelease(release, (response) =>
      response.write(release.archive.subarray(0, 1 << 20)),
    )
    const {env, left} = await target(url)
    const running = start([...install, '--timeout', '1m'], {env})
    await expect.poll(() => requests, {timeout: 10_000}).toContain(`/download/v${release.version}/${release.name}`)
    expect(await left()).toHaveLength(1)
    running.kill(signal)
    expect((await running.done).code).toBe(exitCode)
    await expect.poll(left, {timeout: 10_000}).toEqual([])
  })

  it('must exist', async () => {
    const {url} = await serveRelease(release)
    const {env, left} = await target(url)
    const {stderr, code} = await run([...install, '--version', '2.0.99'], {env})
    expect(stderr).toContain('/download/v2.0.99/SHA256SUMS is not there')
    expect(code).toBe(3)
    expect(await left()).toEqual([])
  })

  it('must exist for this system', async () => {
    const {url} = await serveRelease({...release, sums: `${'0'.repeat(64)}  nats-server-v1-plan9.tar.gz\n`})
    const {env} = await target(url)
    const {stderr, code} = await run(install, {env})
    expect(stderr).toContain(`has no ${release.name}`)
    expect(code).toBe(3)
  })
})

it('names each source that cannot be reached', async () => {
  const [port] = await freePorts(1)
  const {env, left} = await target(`http://127.0.0.1:${port}/releases`)
  const {stdout, stderr, code} = await run(install, {env})
  expect(stdout).toBe('')
  expect(stderr).toMatch(
    /error: no nats-server could be installed\n {2}http:\S+: .*ECONNREFUSED.*\n {2}apt-get: not on this machine\nnats: hint: /,
  )
  expect(stderr).toContain('--binary or NATS_SERVER_BIN')
  expect(code).toBe(5)
  expect(await left()).toEqual([])
})

it('refuses a version that is none', async () => {
  const {stderr, code} = await run([...install, '--version', 'newest'])
  expect(stderr).toContain('--version: "newest" is not a version')
  expect(code).toBe(2)
})

it("installs Debian's package with apt", {timeout: 120_000}, async () => {
  const {cache, env, left} = await target('')
  const {stdout, stderr, code} = await run([...install, '--suite', 'trixie', '--timeout', '30s', '--json'], {
    env: {...env, PATH: process.env.PATH},
    timeout: 110_000,
  })
  expect(stderr).toBe('')
  const {version, path: file, source} = JSON.parse(stdout)
  expect(version).toMatch(/^2\.10\.\d+$/)
  expect(source).toBe('package')
  expect(file).toBe(join(cache, version, 'nats-server'))
  expect(code).toBe(0)
  expect(await left()).toEqual([version])
})

// A server in the folders that are always searched would be found.
const nowhere = ['/usr/sbin', '/usr/local/sbin'].every((folder) => !existsSync(join(folder, 'nats-server')))

describe.runIf(nowhere)('without a server', () => {
  it('server exec names the ways to one, when there is nobody to ask', async () => {
    const {env} = await target('')
    const {stdout, stderr, code} = await run(['server', 'exec', '--', 'true'], {env})
    expect(stdout).toBe('')
    expect(stderr).toMatch(/error: no nats-server in PATH, nor in .*cache/)
    for (const way of ['--install', 'NATS_SERVER_INSTALL=1', 'nats server install', '--binary', 'NATS_SERVER_BIN']) {
      expect(stderr).toContain(way)
    }
    expect(code).toBe(2)
  })

  it.each([
    [['--install'], {}],
    [[], {NATS_SERVER_INSTALL: '1'}],
  ])('server exec installs one when told to: %j %j', async (flags, variables) => {
    const {url} = await serveRelease(release)
    const {cache, env} = await target(url)
    const command = ['--', 'sh', '-c', 'echo $NATS_URL']
    const {stdout, stderr, code} = await run(['server', 'exec', ...flags, ...command], {env: {...env, ...variables}})
    expect(stdout).toMatch(/^nats:\/\/127\.0\.0\.1:\d+\n$/)
    expect(stderr).toContain(`installed nats-server ${release.version} in ${cache}`)
    expect(code).toBe(0)
  })

  it.each([
    ['y', 0],
    ['n', 1],
  ])('server exec asks at a terminal, and takes %s for an answer', async (answer, exitCode) => {
    const {url} = await serveRelease(release)
    const {env} = await target(url)
    const terminal = startInTerminal(['server', 'exec', '--', 'sh', '-c', 'echo at $NATS_URL'], {env, cols: 200})
    await terminal.waitFor('stdout', /There is no nats-server here\. Install it in .*cache.*\?/)
    terminal.write(`${answer}\r`)
    const {stdout, code} = await terminal.done
    if (exitCode === 0) expect(stdout).toMatch(/at nats:/)
    else expect(stdout).toMatch(/not confirmed, nothing was changed/)
    expect(code).toBe(exitCode)
  })
})
