import {mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {run, startInTerminal, temporaryFolder} from '../../support/cli.ts'
import {startServer} from '../../support/server.ts'
import {Lab, numbers} from '../../support/streams.ts'

async function serverWithStreams(version: 'newest' | '2.10' = 'newest') {
  const server = await startServer({jetstream: true, version})
  const lab = await Lab.open(server.url)
  for (const name of ['B', 'A', 'KV_bucket']) {
    const subject = name.toLowerCase()
    await lab.createStream(name)
    await lab.storeNumbers(`${subject}.x`, 100)
  }
  await lab.createStream('MEM', {storage: 'memory'})
  return {...lab, nats: (...args: string[]) => run(['-s', server.url, '--timeout', '2s', ...args]), url: server.url}
}

describe('account backup and restore', () => {
  test('save and bring back all streams', async () => {
    const {nats, api, url} = await serverWithStreams()
    const target = join(temporaryFolder(), 'account')
    const {stdout, stderr, code} = await nats('account', 'backup', target, '--force')
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    expect(stdout).toMatch(
      /^Performing backup of all streams to .*\n\n {4}Streams: 4\n {7}Size: \d+ KiB\n {2}Consumers: 0\n\nStarting backup of Stream "A"/,
    )
    expect(stdout.match(/^Received .* for stream "\w+"/gm)).toHaveLength(4)
    expect(readdirSync(target).sort()).toEqual(['A', 'B', 'KV_bucket', 'MEM'])

    const there = await nats('account', 'restore', target)
    expect(there).toMatchObject({code: 8, stderr: expect.stringContaining('Stream "A" already exists')})
    for (const name of ['A', 'B', 'KV_bucket', 'MEM']) await api(`STREAM.DELETE.${name}`)
    const restored = await nats('account', 'restore', target, '--tag', 'x')
    expect(restored.stdout).toMatch(/^Restoring backup of all 4 streams in directory /)
    expect(restored.code).toBe(0)
    expect((await api('STREAM.INFO.B')).config.placement).toEqual({tags: ['x']})
    expect((await run(['-s', url, 'stream', 'cat', 'KV_bucket', '--raw'])).stdout).toBe(numbers(100))
  })

  test('what an old server cannot save is a warning, or a failure with -w', async () => {
    const {nats} = await serverWithStreams('2.10')
    const target = join(temporaryFolder(), 'account')
    const {stdout, code} = await nats('account', 'backup', target, '--force', '--no-consumers', '--check')
    expect(code).toBe(0)
    expect(stdout).toMatch(/Backup Warnings:\n {2}MEM: this server cannot save streams in memory\n$/)
    expect(readdirSync(target).sort()).toEqual(['A', 'B', 'KV_bucket'])

    const strict = await nats('account', 'backup', target, '--force', '-w', '--json')
    expect(strict).toMatchObject({code: 9, stderr: expect.stringContaining('the backup failed for 1 of 4 streams')})
    const {streams, failed, warnings} = JSON.parse(strict.stdout)
    expect(streams.map(({stream}: {stream: string}) => stream)).toEqual(['A', 'B', 'KV_bucket'])
    expect(failed).toEqual([{stream: 'MEM', reason: 'this server cannot save streams in memory'}])
    expect(warnings).toEqual([])
  })

  test('one stream that fails does not keep the others', async () => {
    const {nats, api} = await serverWithStreams()
    const target = join(temporaryFolder(), 'account')
    mkdirSync(target)
    writeFileSync(join(target, 'B'), 'in the way')
    const {stdout, stderr, code} = await nats('account', 'backup', target, '--force')
    expect(code).toBe(9)
    expect(stdout).toMatch(/Backup of B failed: .*\n/)
    expect(stdout).toMatch(/Backup Failures:\n {2}B: .*\n$/)
    expect(stderr).toMatch(/nats: error: the backup failed for 1 of 4 streams\n$/)

    for (const name of ['A', 'B', 'KV_bucket', 'MEM']) await api(`STREAM.DELETE.${name}`)
    mkdirSync(join(target, 'AB'))
    writeFileSync(join(target, 'AB', 'backup.json'), '')
    const restored = await nats('account', 'restore', target)
    expect(restored).toMatchObject({code: 9, stderr: 'nats: error: the restore failed for 1 of 4 streams\n'})
    expect(restored.stdout).toMatch(/Restore Failures:\n {2}AB: .*backup.json is damaged: .*\n$/)
    expect((await api('STREAM.NAMES')).streams).toEqual(['A', 'KV_bucket', 'MEM'])
  })

  test('says what an earlier backup left in the folder', async () => {
    const {nats} = await serverWithStreams()
    const target = temporaryFolder()
    mkdirSync(join(target, 'OLD'))
    const {stderr} = await nats('account', 'snapshot', target, '-f')
    expect(stderr).toMatch(/WARNING: .* also holds OLD, of which the account has no streams now\n$/)
  })

  test('asks first, and fails where there is nothing', async () => {
    const {nats, url} = await serverWithStreams()
    const target = join(temporaryFolder(), 'account')
    expect(await nats('account', 'backup', target)).toMatchObject({code: 2, stderr: expect.stringContaining('--force')})
    const asked = startInTerminal(['-s', url, 'account', 'backup', target])
    await asked.waitFor('stdout', /Perform backup\?/)
    asked.write('n\r')
    expect(await asked.done).toMatchObject({code: 1})
    expect(readdirSync(join(target, '..'))).toEqual([])

    const empty = await startServer({jetstream: true})
    const none = await run(['-s', empty.url, 'account', 'backup', target, '-f'])
    expect(none).toMatchObject({stdout: '', stderr: 'nats: error: no streams found\n', code: 3})
    expect(await nats('account', 'restore', join(target, 'no'))).toMatchObject({stdout: '', code: 3})
    mkdirSync(target)
    expect(await nats('account', 'restore', target)).toMatchObject({
      ...{stdout: `Restoring backup of all 0 streams in directory "${target}"\n\n`, code: 0},
    })
  })
})
