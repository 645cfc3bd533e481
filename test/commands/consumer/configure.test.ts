import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {run, temporaryFolder} from '../../support/cli.ts'
import {startServer} from '../../support/server.ts'
import {Lab} from '../../support/streams.ts'

let url: string
let lab: Lab
let names = 0
const consumer = (...args: string[]) => run(['-s', url, 'consumer', ...args])
const configOf = async (name: string) => (await lab.api(`CONSUMER.INFO.ORDERS.${name}`)).config
/** A consumer of its own for one test. */
async function made(config: object = {}): Promise<string> {
  const name = `T${++names}`
  const whole = {name, durable_name: name, ack_policy: 'explicit', ...config}
  await lab.api(`CONSUMER.CREATE.ORDERS.${name}`, {stream_name: 'ORDERS', config: whole})
  return name
}

beforeAll(async () => {
  url = (await startServer({jetstream: true})).url
  lab = await Lab.forFile(url)
  await lab.createStream('ORDERS')
})
afterAll(() => lab.nc.close())

describe('consumer add', () => {
  test('makes a pull consumer and shows it', async () => {
    const {stdout, stderr, code} = await consumer('add', 'ORDERS', 'PULL1', '--pull', '--defaults')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Information for Consumer ORDERS > PULL1 created \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n/)
    expect(stdout).toContain(`
Configuration:

                    Name: PULL1
               Pull Mode: true
          Deliver Policy: All
              Ack Policy: Explicit
                Ack Wait: 30s
           Replay Policy: Instant
         Max Ack Pending: 1,000
       Max Waiting Pulls: 512

State:
`)
    expect(await configOf('PULL1')).toMatchObject({durable_name: 'PULL1', ack_policy: 'explicit', max_deliver: -1})
  })

  test('gives the configuration as JSON, which add and edit take back', async () => {
    const {stdout} = await consumer('add', 'ORDERS', 'PUSH1', '--target', 'my.target', '--defaults', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'PUSH1',
      config: {deliver_subject: 'my.target', ack_policy: 'none'},
    })
    const file = join(temporaryFolder(), 'push.json')
    await writeFile(file, stdout)
    expect((await consumer('add', 'ORDERS', 'PUSH2', '--config', file)).code).toBe(0)
    const {name, durable_name, ...one} = await configOf('PUSH1')
    expect(await configOf('PUSH2')).toEqual({...one, name: 'PUSH2', durable_name: 'PUSH2'})
    const same = await consumer('edit', 'ORDERS', 'PUSH1', '--config', file)
    expect(same).toMatchObject({stdout: 'No difference in configuration\n', stderr: '', code: 0})
    expect([name, durable_name]).toEqual(['PUSH1', 'PUSH1'])
  })

  test('makes an ephemeral one, and names it', async () => {
    const {stdout} = await consumer('add', 'ORDERS', '--pull', '--ephemeral', '--defaults', '--json')
    const {name, config} = JSON.parse(stdout)
    expect(name).toMatch(/^\w{8}$/)
    expect(config.durable_name).toBeUndefined()
    expect(config.inactive_threshold).toBe(5e9)
  })

  test('writes or checks a configuration without a server', async () => {
    const file = join(temporaryFolder(), 'c.json')
    const offline = (...args: string[]) => run(['-s', '127.0.0.1:1', 'consumer', 'add', 'ORDERS', ...args])
    const written = await offline('CFG', '--pull', '--filter', 'a,b', '--defaults', '--output', file)
    expect(written).toMatchObject({stdout: '', code: 0})
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({durable_name: 'CFG', filter_subjects: ['a', 'b']})
    const checked = await offline('OTHER', '--config', file, '--validate')
    expect(checked.stdout).toMatch(/^{\n {2}"name": "OTHER",\n[\s\S]*}\n\nConfiguration is a valid Consumer\n$/)
    expect(checked.code).toBe(0)
    await writeFile(file, '{"durable_name": "Q2", "ack_policy": "foo", "backoff": "x"}')
    const bad = await offline('--config', file, '--validate')
    expect(bad).toMatchObject({stdout: '', code: 2})
    expect(bad.stderr).toContain(
      'ack_policy: "foo" is not one of none, all, explicit, flow_control; backoff: "x" is not',
    )
  })

  test.each([
    [['ORDERS', 'X'], 2, 'Delivery target (empty for Pull Consumers)? Nobody is there to ask'],
    [['ORDERS', 'X', '--pull'], 2, '--deliver (or --defaults for all of them) answers that'],
    [['ORDERS', '--pull', '--defaults'], 2, 'Consumer name? Nobody is there to ask'],
    [[], 2, 'no stream given'],
    [['NONE', 'X', '--pull', '--defaults'], 3, 'stream not found (10059)'],
    [['ORDERS', 'a.b', '--pull', '--defaults'], 2, '"a.b" is not a valid consumer name'],
    [['ORDERS', 'X', 'Y', 'Z'], 2, 'unexpected argument "Y"'],
    [['ORDERS', 'X', '--pull', '--target', 't', '--defaults'], 2, '--pull contradicts --target'],
    [['ORDERS', 'X', '--pull', '--wait', 'bad', '--defaults'], 2, '--wait: "bad" is not a duration'],
    [['ORDERS', 'X', '--pull', '--sample', '101', '--defaults'], 2, '--sample: "101" is not a share'],
    [['ORDERS', 'X', '--pull', '--max-deliver', 'x', '--defaults'], 2, '--max-deliver: "x" is not a count'],
    [['ORDERS', 'X', '--pull', '--ack', 'foo', '--defaults'], 2, '--ack=foo'],
    [['ORDERS', 'X', '--pull', '--replicas', '3', '--defaults'], 1, 'not supported in non-clustered mode (10074)'],
    [['ORDERS', 'X', '--config', 'nofile'], 2, 'cannot read nofile: no such file'],
  ])('refuses %j', async (args, code, message) => {
    const result = await consumer('add', ...args)
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({stdout: '', code})
  })

  test('sends every flag to the server', async () => {
    const flags = [
      ...['--description', 'big', '--deliver=5', '--ack=all', '--wait=75s', '--replay=original', '--max-deliver=5'],
      ...['--sample=40', '--max-pending=7', '--max-waiting=9', '--headers-only', '--inactive-threshold=36h'],
      ...['--max-pull-expire=1m', '--max-pull-batch=5', '--max-pull-bytes=2KiB', '--replicas=1', '--memory'],
      ...['--pause=2h', '--pinned-groups=g1', '--pinned-ttl=90s', '--metadata=z=1', '--metadata=a=2'],
      ...['--filter=orders.new', '--filter=orders.x'],
    ]
    const {stdout} = await consumer('add', 'ORDERS', 'BIG', '--pull', '--defaults', ...flags)
    const shown = stdout.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
    expect(shown).toContain(`
             Description: big
               Pull Mode: true
         Filter Subjects: orders.new, orders.x
          Deliver Policy: From Sequence 5
              Ack Policy: All
                Ack Wait: 1m15s
           Replay Policy: Original
      Maximum Deliveries: 5
           Sampling Rate: 40
         Max Ack Pending: 7
       Max Waiting Pulls: 9
            Headers Only: true
      Inactive Threshold: 1d12h0m0s
         Max Pull Expire: 1m0s
          Max Pull Batch: 5
       Max Pull MaxBytes: 2,048
                Replicas: 1
          Memory Storage: true
   Paused Until Deadline: TIME (2h0m0s remaining)
         Priority Policy: Pinned Client
         Priority Groups: g1
              Pinned TTL: 1m30s

Metadata:

                       a: 2
                       z: 1
`)
    expect(shown).toMatch(/Priority Groups: g1: No client\n/)
  })

  test('sends every flag of a push consumer to the server', async () => {
    const flags = [
      ...['--target=big.t', '--deliver=1h', '--deliver-group=dg', '--ack=explicit', '--bps=10000', '--heartbeat=5s'],
      ...['--flow-control', '--backoff=linear', '--backoff-steps=3', '--backoff-min=1s', '--backoff-max=1m'],
      ...['--max-deliver=4'],
    ]
    const {stdout} = await consumer('add', 'ORDERS', 'BIG2', '--defaults', ...flags)
    expect(stdout).toMatch(/Deliver Policy: Since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 UTC\n/)
    for (const line of [
      'Delivery Subject: big.t',
      'Deliver Queue Group: dg',
      'Rate Limit: 1.2 KiB / second',
      'Idle Heartbeat: 5s',
      'Flow Control: true',
      'Backoff: 1s, 20.67s, 40.33s',
      'Active Interest: No interest',
    ])
      expect(stdout).toContain(` ${line}\n`)
  })

  test('changes one that is there, as far as the server allows', async () => {
    const name = await made()
    expect((await consumer('add', 'ORDERS', name, '--pull', '--description', 'x', '--defaults')).code).toBe(0)
    expect(await configOf(name)).toMatchObject({description: 'x'})
  })
})

describe('consumer copy', () => {
  test('takes over the configuration, and changes what is named', async () => {
    const source = await made({max_waiting: 9, metadata: {a: 'b'}, filter_subject: 'orders.old'})
    const args = ['--filter', 'orders.new', '--wait', '10s', '--description', 'cp']
    const {code, stdout} = await consumer('copy', 'ORDERS', source, 'COPY', ...args)
    expect(code).toBe(0)
    expect(stdout).toContain('Information for Consumer ORDERS > COPY')
    const {name: _name, durable_name: _durable, ...rest} = await configOf(source)
    const changed = {description: 'cp', filter_subject: 'orders.new', ack_wait: 10e9}
    expect(await configOf('COPY')).toEqual({...rest, ...changed, name: 'COPY', durable_name: 'COPY'})
  })

  test('makes a push consumer of a pull consumer', async () => {
    const source = await made()
    expect((await consumer('cp', 'ORDERS', source, 'COPY2', '--target', 'cp.t')).code).toBe(0)
    expect(await configOf('COPY2')).toMatchObject({deliver_subject: 'cp.t', ack_policy: 'explicit'})
  })

  test.each([
    [['ORDERS', 'NONE', 'C'], 3, 'consumer not found (10014)'],
    [['ORDERS', 'C', 'C'], 2, 'source and destination are the same consumer'],
    [['ORDERS', 'C'], 2, "required argument 'destination' not provided"],
  ])('refuses %j', async (args, code, message) => {
    const result = await consumer('copy', ...args)
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({stdout: '', code})
  })
})

describe('consumer edit', () => {
  test('shows and makes one change, and leaves everything else as it is', async () => {
    const name = await made({description: 'old', metadata: {k: 'v'}, filter_subjects: ['orders.a', 'orders.b']})
    const before = await configOf(name)
    const dry = await consumer('edit', 'ORDERS', name, '--description', 'new', '--dry-run')
    expect(dry.stdout).toBe('Differences (-old +new):\n- description: "old"\n+ description: "new"\n')
    expect(dry.code).toBe(10)
    expect(await configOf(name)).toEqual(before)
    const asked = await consumer('edit', 'ORDERS', name, '--description', 'new')
    expect(asked.stderr).toContain('--force answers yes')
    expect(asked.code).toBe(2)
    const done = await consumer('edit', 'ORDERS', name, '--description', 'new', '-f', '--json')
    expect(JSON.parse(done.stdout).config).toEqual({...before, description: 'new'})
    expect(await configOf(name)).toEqual({...before, description: 'new'})
  })

  test('tells the differences as JSON', async () => {
    const name = await made()
    const {stdout, code} = await consumer('edit', 'ORDERS', name, '--max-deliver', '4', '--dry-run', '--json')
    expect(JSON.parse(stdout)).toEqual({differences: [{field: 'max_deliver', old: -1, new: 4}]})
    expect(code).toBe(10)
    const none = await consumer('edit', 'ORDERS', name, '--max-deliver=-1', '--dry-run', '--json')
    expect(JSON.parse(none.stdout)).toEqual({differences: []})
    expect(none.code).toBe(0)
  })

  test('changes and removes filters, headers, metadata and backoff', async () => {
    const name = await made({filter_subject: 'orders.a', headers_only: true, metadata: {k: 'v'}})
    const edit = (...flags: string[]) => consumer('edit', 'ORDERS', name, '-f', ...flags)
    await edit('--filter', 'orders.b,orders.c', '--no-headers-only', '--metadata', 'z=1')
    let config = await configOf(name)
    expect(config).toMatchObject({filter_subjects: ['orders.b', 'orders.c']})
    expect(config.metadata).toMatchObject({z: '1'})
    expect(config).not.toHaveProperty('filter_subject')
    expect(config).not.toHaveProperty('headers_only')
    expect(config.metadata).not.toHaveProperty('k')
    await edit('--backoff', 'linear', '--backoff-steps', '2', '--backoff-min', '1s', '--backoff-max', '9s')
    expect(await configOf(name)).toMatchObject({backoff: [1e9, 5e9]})
    const wait = await edit('--wait', '5s')
    expect(wait.stderr).toContain('--wait contradicts the backoff of this consumer')
    await edit('--backoff', 'none', '--filter', '')
    config = await configOf(name)
    expect(config).not.toHaveProperty('backoff')
    expect(config).not.toHaveProperty('filter_subjects')
  })

  test('opens the editor', async () => {
    const name = await made({description: 'old'})
    const edit = (editor: string | undefined) =>
      run(['-s', url, 'consumer', 'edit', 'ORDERS', name, '-i', '-f'], {env: {EDITOR: editor}})
    expect((await edit('true')).stdout).toBe('No difference in configuration\n')
    expect((await edit('sed -i s/old/edited/')).stdout).toContain('+ description: "edited"\n')
    expect(await configOf(name)).toMatchObject({description: 'edited'})
    expect(await edit(undefined)).toMatchObject({code: 2, stdout: ''})
    const spoiled = await edit('sed -i s/explicit/foo/')
    expect(spoiled).toMatchObject({code: 2, stdout: ''})
    expect(spoiled.stderr).toMatch(/ack_policy: "foo" is not one of .*\n.*the text is kept in/)
  })

  test.each([
    [['ORDERS', 'NONE', '--wait', '1s', '-f'], 3, 'consumer not found (10014)'],
    [['ORDERS', 'NONE', '--ack', 'none'], 2, "unknown flag '--ack'"],
    [[], 2, 'no stream given'],
  ])('refuses %j', async (args, code, message) => {
    const result = await consumer('edit', ...args)
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({stdout: '', code})
  })
})

test('an older server is not asked for what it would drop in silence', async () => {
  const old = await startServer({jetstream: true, version: '2.9'})
  const older = await Lab.open(old.url)
  await older.createStream('ORDERS')
  const add = (...flags: string[]) =>
    run(['-s', old.url, 'consumer', 'add', 'ORDERS', 'OLD', '--pull', '--defaults', ...flags])
  const refused = await add('--filter', 'a', '--filter', 'b', '--metadata', 'k=v', '--pause', '1h')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(
    /version 2\.9\.\d+, is too old for: several filters \(2\.10\.0\), metadata \(2\.10\.0\), a pause \(2\.11\.0\)/,
  )
  expect((await add('--filter', 'orders.a')).code).toBe(0)
  expect((await older.api('CONSUMER.INFO.ORDERS.OLD')).config).toMatchObject({filter_subject: 'orders.a'})
})
