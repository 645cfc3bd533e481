import {mkdir, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {cacheFolder, findCached, findServer, serverVersion} from '../../../src/lib/local-server/find.ts'
import {parseChecksums, system} from '../../../src/lib/local-server/release.ts'
import {compareVersions, coversVersion, newestVersion} from '../../../src/lib/local-server/version.ts'
import {testFolder} from '../../support/server.ts'
import {installedServer} from '../../support/servers.ts'

describe('versions', () => {
  it('are ordered by their numbers', () => {
    const sorted = ['2.9.10', '2.10.2', 'v2.10.10', '2.15.1-1']
    expect([...sorted].reverse().sort(compareVersions)).toEqual(sorted)
  })

  it.each([
    ['2.10', '2.10.27', true],
    ['2.10', '2.10.27-1+b2', true],
    ['2.10.27', '2.10.27-1+b2', true],
    ['2.1', '2.10.27', false],
    ['2.10', '2.1.0', false],
    ['2.10.2', '2.10.27', false],
  ])('%s covers %s: %s', (wanted, version, covered) => {
    expect(coversVersion(wanted, version)).toBe(covered)
  })

  it('are picked: the newest, or the newest of a series', () => {
    const versions = ['2.9.10', '2.10.27', '2.10.9', '2.15.1']
    expect(newestVersion(versions)).toBe('2.15.1')
    expect(newestVersion(versions, '2.10')).toBe('2.10.27')
    expect(newestVersion(versions, '2.11')).toBeUndefined()
    expect(newestVersion([])).toBeUndefined()
  })
})

describe('the cache folder', () => {
  it.each([
    [{NATS_SERVER_CACHE: '/own', XDG_CACHE_HOME: '/xdg', HOME: '/home/me'}, '/own'],
    [{XDG_CACHE_HOME: '/xdg', HOME: '/home/me'}, '/xdg/nats/server'],
    [{XDG_CACHE_HOME: 'relative', HOME: '/home/me'}, '/home/me/.cache/nats/server'],
    [{XDG_CACHE_HOME: '', HOME: '/home/me'}, '/home/me/.cache/nats/server'],
  ])('for %j is %s', (env, folder) => {
    expect(cacheFolder(env)).toBe(folder)
  })
})

describe('a server', () => {
  /** Folders that each have a program of a server's name. */
  const program = async (folder: string) => {
    await mkdir(folder, {recursive: true})
    const path = join(folder, 'nats-server')
    await symlink((await installedServer('newest'))!, path)
    return path
  }

  it('is the one named, before the variable, before PATH, before the cache', async () => {
    const folder = await testFolder()
    const [flag, variable, path] = [
      await program(join(folder, 'a')),
      await program(join(folder, 'b')),
      await program(join(folder, 'c')),
    ]
    await program(join(folder, 'cache', '2.1.0'))
    const env = {
      NATS_SERVER_BIN: variable,
      PATH: `/nowhere:${join(folder, 'c')}`,
      NATS_SERVER_CACHE: join(folder, 'cache'),
    }
    expect(await findServer(flag, env)).toBe(flag)
    expect(await findServer(undefined, env)).toBe(variable)
    expect(await findServer(undefined, {...env, NATS_SERVER_BIN: ''})).toBe(path)
  })

  it('in the cache is the newest, or that of a series', async () => {
    const cache = await testFolder()
    const older = await program(join(cache, '2.9.25'))
    const newer = await program(join(cache, '2.10.1'))
    await program(join(cache, '.install-x'))
    await mkdir(join(cache, '3.0.0'))
    const env = {NATS_SERVER_CACHE: cache}
    expect(await findCached(undefined, env)).toBe(newer)
    expect(await findCached('2.9', env)).toBe(older)
    expect(await findCached('2.8', env)).toBeUndefined()
    expect(await findCached(undefined, {NATS_SERVER_CACHE: '/nowhere'})).toBeUndefined()
  })

  it('that is named must be a program', async () => {
    const file = join(await testFolder(), 'nats-server')
    await writeFile(file, '')
    for (const path of [file, '/nowhere/nats-server', '/tmp']) {
      await expect(findServer(path, {})).rejects.toThrow(`--binary: ${path} is not a program that can be run`)
      await expect(findServer(undefined, {NATS_SERVER_BIN: path})).rejects.toThrow(`NATS_SERVER_BIN: ${path} is not`)
    }
  })

  it('says its version; another program does not', async () => {
    expect(await serverVersion((await installedServer('2.9'))!)).toMatch(/^2\.9\.\d+$/)
    expect(await serverVersion('/bin/true')).toBeUndefined()
    expect(await serverVersion('/nowhere')).toBeUndefined()
  })
})

describe('a release', () => {
  it('has its checksums in the form of sha256sum', () => {
    const [a, b] = ['0a'.repeat(32), 'FF'.repeat(32)]
    const sums = parseChecksums(`${a}  one.tar.gz\r\n${b} *two.zip\nnot a line\n${a.slice(1)}  short.zip\n`)
    expect([...sums]).toEqual([
      ['one.tar.gz', a],
      ['two.zip', b.toLowerCase()],
    ])
  })

  it.each([
    ['linux', 'x64', 'linux-amd64'],
    ['darwin', 'arm64', 'darwin-arm64'],
    ['win32', 'x64', 'windows-amd64'],
    ['linux', 'ia32', 'linux-386'],
  ])('for %s on %s is %s', (platform, arch, name) => {
    expect(system(platform, arch)).toBe(name)
  })
})
