import {randomBytes} from 'node:crypto'
import {existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync} from 'node:fs'
import {cp} from 'node:fs/promises'
import {join} from 'node:path'
import {beforeAll, describe, expect, test} from 'vitest'
import {run, start, startInTerminal, temporaryFolder} from '../../support/cli.ts'
import {startServer, type TestServer, testFolder} from '../../support/server.ts'
import {SERVERS, type ServerVersion} from '../../support/servers.ts'
import {Lab, numbers, type ToStore} from '../../support/streams.ts'

/** Names that a file name, a subject or a shell could stumble over. */
const ODD = ['ö:näme', '{x}|"q"\'', '-dash', '#$%&()=+,;@[]^`~', '名前']

describe.each(Object.keys(SERVERS) as ServerVersion[])('on server %s', (version) => {
  test('a stream with all it has comes back as it was', async () => {
    const server = await startServer({jetstream: true, version})
    const nats = (...args: string[]) => run(['-s', server.url, ...args])
    const {api, createStream, store} = await Lab.open(server.url)
    await createStream('ORDERS', {description: 'of all kinds'})
    await store(
      Array.from(
        {length: 3000},
        (_, i): ToStore => ({
          subject: `orders.${ODD[i % ODD.length]}`,
          body: Buffer.alloc(i % 300, i),
          headers: i % 3 ? {} : {Number: String(i)},
        }),
      ),
    )
    await api('STREAM.MSG.DELETE.ORDERS', {seq: 17})
    for (const name of ODD)
      await api(`CONSUMER.CREATE.ORDERS.${name}`, {
        ...{stream_name: 'ORDERS', config: {name, durable_name: name, ack_policy: 'explicit', deliver_policy: 'all'}},
      })
    const all = async () => (await nats('stream', 'cat', 'ORDERS', '--json')).stdout
    const [messages, {config, state}] = [await all(), await api('STREAM.INFO.ORDERS')]

    const folder = join(temporaryFolder(), 'backup')
    const backup = await nats('stream', 'backup', 'ORDERS', folder, '--chunk-size', '10k', '--window-size', '40k')
    expect(backup).toMatchObject({stderr: '', code: 0})
    expect(backup.stdout).toMatch(
      /^Starting backup of Stream "ORDERS" with \d+ KiB\n\nReceived \d+ KiB compressed data in \d+ chunks for stream "ORDERS" in [\d.]+m?s, \d+ KiB uncompressed\n$/,
    )
    expect(readdirSync(folder).sort()).toEqual(['backup.json', 'stream.tar.s2'])

    await api('STREAM.DELETE.ORDERS')
    const restored = await nats('stream', 'restore', folder)
    expect(restored.code).toBe(0)
    expect(restored.stdout).toMatch(
      /^Starting restore of Stream "ORDERS" from file .*\n\nRestored stream "ORDERS" in .*\n\nInformation for Stream ORDERS/,
    )
    expect(await all()).toBe(messages)
    const after = await api('STREAM.INFO.ORDERS')
    expect(after.config).toEqual(config)
    expect(after.state).toEqual(state)
    expect((await api('CONSUMER.NAMES.ORDERS')).consumers.sort()).toEqual([...ODD].sort())
  })
})

describe('stream backup and restore', () => {
  let server: TestServer
  let whole: Promise<string> | undefined
  const nats = (...args: string[]) => run(['-s', server.url, ...args])

  beforeAll(async () => {
    server = await startServer({jetstream: true})
    const {nc, createStream, storeNumbers, api} = await Lab.forFile(server.url)
    await createStream('S')
    await storeNumbers('s.a', 2000)
    await api('CONSUMER.CREATE.S.c', {stream_name: 'S', config: {name: 'c', durable_name: 'c', ack_policy: 'explicit'}})
    await nc.close()
  })
  /** A backup of S, made by the first test that needs one. */
  const backup = () => {
    whole ??= testFolder('backup').then(async (folder) => {
      expect(await nats('stream', 'backup', 'S', folder)).toMatchObject({code: 0})
      return folder
    })
    return whole
  }
  const copy = async () => {
    const folder = join(temporaryFolder(), 'copy')
    await cp(await backup(), folder, {recursive: true})
    return folder
  }
  /** Changes backup.json, which is how one by another client looks as well. */
  const rewrite = (folder: string, change: (description: Record<string, Record<string, unknown>>) => void) => {
    const path = join(folder, 'backup.json')
    const description = JSON.parse(readFileSync(path, 'utf8'))
    change(description)
    writeFileSync(path, JSON.stringify(description))
  }
  /** A server of its own for what must not be there yet. */
  const elsewhere = async () => {
    const other = await startServer({jetstream: true})
    return {
      other,
      restore: (...args: string[]) => run(['-s', other.url, '--timeout', '2s', 'stream', 'restore', ...args]),
    }
  }

  test('the result as JSON tells size and digest', async () => {
    const folder = join(temporaryFolder(), 'b')
    const {stdout, stderr} = await nats('stream', 'backup', 'S', folder, '--json')
    const {size} = statSync(join(folder, 'stream.tar.s2'))
    expect(JSON.parse(stdout)).toMatchObject({stream: 'S', folder, messages: 2000, size, digest: /^SHA-256=/})
    expect(stderr).toBe('')
    const description = JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8'))
    expect(description).toMatchObject({config: {name: 'S'}, state: {messages: 2000}, archive: {size}})
  })

  test('checks first, leaves consumers out, replaces what is there', async () => {
    const folder = await copy()
    const {stderr, code} = await nats('stream', 'snapshot', 'S', folder, '--check', '--no-consumers', '--no-progress')
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d The server checks all messages first, which can take a long time\n$/)
    expect(code).toBe(0)
    const {other, restore} = await elsewhere()
    expect((await restore(folder)).code).toBe(0)
    const {api} = await Lab.open(other.url)
    expect((await api('STREAM.INFO.S')).state).toMatchObject({messages: 2000, consumer_count: 0})
  })

  test('leaves nothing behind when it fails', async () => {
    const parent = temporaryFolder()
    const missing = await nats('stream', 'backup', 'NOPE', join(parent, 'a'))
    expect(missing).toMatchObject({stdout: '', stderr: 'nats: error: stream not found (10059)\n', code: 3})
    const old = await startServer({jetstream: true, version: '2.10'})
    await (await Lab.open(old.url)).createStream('MEM', {storage: 'memory'})
    const memory = await run(['-s', old.url, 'stream', 'backup', 'MEM', join(parent, 'b')])
    expect(memory).toMatchObject({
      ...{stdout: '', stderr: 'nats: error: this server cannot save streams in memory\n', code: 1},
    })
    expect(await nats('stream', 'backup', 'S', join(parent, 'c'), '--chunk-size', 'x')).toMatchObject({code: 2})
    expect(readdirSync(parent)).toEqual([])
  })

  test('restores a backup of another client, which has no digest', async () => {
    const folder = await copy()
    rewrite(folder, (description) => void delete description.archive)
    const {other, restore} = await elsewhere()
    const {stdout, stderr, code} = await restore(folder, '--json')
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(JSON.parse(stdout)).toMatchObject({config: {name: 'S'}, state: {messages: 2000}})
    const {stdout: messages} = await run(['-s', other.url, 'stream', 'cat', 'S', '--raw'])
    expect(messages).toBe(numbers(2000))
  })

  test('another configuration, replicas and placement', async () => {
    const folder = await copy()
    const file = join(folder, 'config.json')
    writeFileSync(file, JSON.stringify({name: 'S', subjects: ['t.>'], description: 'changed', storage: 'file'}))
    const {other, restore} = await elsewhere()
    const many = await restore(folder, '--replicas', '3')
    expect(many).toMatchObject({code: 1, stderr: expect.stringContaining('replicas > 1 not supported')})
    expect((await restore(folder, '--config', file, '--tag', 'ssd', '--cluster', 'east')).code).toBe(0)
    const {api} = await Lab.open(other.url)
    expect((await api('STREAM.INFO.S')).config).toMatchObject({
      ...{subjects: ['t.>'], description: 'changed', placement: {cluster: 'east', tags: ['ssd']}},
    })
    rewrite(folder, (description) => (description.config!.name = 'T'))
    expect(await restore(folder, '--config', file)).toMatchObject({code: 2, stderr: expect.stringContaining('"S"')})
  })

  test('refuses an archive that is cut off, changed, or none', async () => {
    const {other, restore} = await elsewhere()
    const archive = (folder: string) => join(folder, 'stream.tar.s2')
    const short = await copy()
    truncateSync(archive(short), 5000)
    expect(await restore(short)).toMatchObject({code: 1, stderr: expect.stringContaining('has 5000 bytes, and had')})
    rewrite(short, (description) => void delete description.archive)
    expect(await restore(short)).toMatchObject({code: 1, stderr: expect.stringContaining('the archive is cut off')})

    const changed = await copy()
    const bytes = readFileSync(archive(changed))
    bytes[bytes.length - 5]! ^= 1
    writeFileSync(archive(changed), bytes)
    expect(await restore(changed)).toMatchObject({code: 1, stderr: expect.stringContaining('its digest differs')})

    const none = await copy()
    writeFileSync(archive(none), 'something else altogether')
    rewrite(none, (description) => void delete description.archive)
    expect(await restore(none)).toMatchObject({code: 1, stderr: expect.stringContaining('not an archive of a stream')})
    const {api} = await Lab.open(other.url)
    expect((await api('STREAM.NAMES')).total).toBe(0)
  })

  test('refuses a stream that is there, and a folder without a backup', async () => {
    expect(await nats('stream', 'restore', await backup())).toMatchObject({
      ...{stdout: '', stderr: expect.stringContaining('Stream "S" already exists'), code: 8},
    })
    const empty = temporaryFolder()
    expect(await nats('stream', 'restore', empty)).toMatchObject({code: 3, stderr: expect.stringContaining(empty)})
    expect(await nats('stream', 'restore', join(empty, 'no'))).toMatchObject({code: 3})
    writeFileSync(join(empty, 'backup.json'), '')
    expect(await nats('stream', 'restore', empty)).toMatchObject({code: 1, stderr: expect.stringContaining('damaged')})
  })

  test('a long one shows progress on a terminal, and leaves nothing when it is interrupted', async () => {
    const {createStream, store} = await Lab.open(server.url)
    await createStream('BIG')
    await store(
      Array.from({length: 300}, () => ({subject: 'big.a', body: randomBytes(500_000)})),
      50,
    )
    const parent = temporaryFolder()
    const folder = join(parent, 'b')
    const slow = ['-s', server.url, 'stream', 'backup', 'BIG', folder, '--chunk-size', '1k', '--window-size', '1k']
    const visible = startInTerminal(slow)
    await visible.waitFor('stdout', /║.*║ \[/)
    visible.kill('SIGKILL')
    await visible.done

    const running = start(slow)
    await running.waitFor('stdout', /Starting backup/)
    running.kill('SIGTERM')
    const {stderr, code} = await running.done
    expect(stderr).not.toContain('║')
    expect(code).toBe(143)
    expect(existsSync(folder)).toBe(false)
  })
})
