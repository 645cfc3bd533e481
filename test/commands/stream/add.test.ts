import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import {temporaryFolder} from '../../support/cli.ts'
import {commandsFor} from '../../support/commands.ts'
import {startServer} from '../../support/server.ts'

const config = `
  jetstream: {max_mem: 100MB, max_file: 2GB}
  accounts {
    MAIN: {jetstream: enabled, users: [{user: main, password: p}]}
    NEEDS: {jetstream: {max_file: 1GB, max_bytes_required: true}, users: [{user: needs, password: p}]}
    NOJS: {users: [{user: nojs, password: p}]}
  }
  no_auth_user: main`

let url: string

beforeAll(async () => {
  url = (await startServer({config, jetstream: true})).url
})

const {nats, json, fails} = commandsFor(() => url)

describe('stream add', () => {
  it('makes a stream and shows it', async () => {
    const {stdout, stderr, code} = await nats('stream add ORDERS --subjects orders.* --defaults')
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    expect(stdout).toMatch(/^Stream ORDERS was created\n\nInformation for Stream ORDERS created 20\d\d-/)
    const [, text] = stdout.split(/created 20.*\n/)
    expect(text).toBe(`
                     Subjects: orders.*
                     Replicas: 1
                      Storage: File

Options:

                    Retention: Limits
              Acknowledgments: true
               Discard Policy: Old
             Duplicate Window: 2m0s
                   Direct Get: true
  Allows Atomic Batch Publish: false
    Allows Fast Batch Publish: false
              Allows Counters: false
            Allows Msg Delete: true
       Allows Per-Message TTL: false
                 Allows Purge: true
             Allows Schedules: false
               Allows Rollups: false

Limits:

             Maximum Messages: unlimited
          Maximum Per Subject: unlimited
                Maximum Bytes: unlimited
                  Maximum Age: unlimited
         Maximum Message Size: unlimited
            Maximum Consumers: unlimited

State:

                 Host Version: ${text!.match(/Host Version: (.*)/)![1]}
           Required API Level: ${text!.match(/API Level: (.*)/)![1]}
                     Messages: 0
                        Bytes: 0 B
               First Sequence: 0
                Last Sequence: 0
             Active Consumers: 0

`)
  })

  it('takes every option', async () => {
    await nats('stream add ORIGIN --subjects origin --defaults')
    const made = await json(
      [
        'stream add FULL --subjects full.>,full2 --subjects full3 --description described --storage f --compression s2',
        '--replicas 1 --no-ack --retention limits --discard new --discard-per-subject --first-sequence 100',
        '--max-age 1d12h --max-bytes 10MiB --max-consumers 9 --max-msg-size 1KB --max-msgs 10k --max-msgs-per-subject 5',
        '--dupe-window 90s --source ORIGIN --source {"name":"OTHER","opt_start_seq":3} --allow-batch --allow-fast',
        '--allow-rollup --deny-delete --no-deny-purge --allow-direct --allow-msg-ttl --no-allow-schedules',
        '--subject-del-markers-ttl 1h --transform-source full.* --transform-destination out.{{wildcard(1)}}',
        '--metadata k1=v1 --metadata k2:v2 --republish-source out.> --republish-destination rp.> --republish-headers',
        '--limit-consumer-inactive 1h --limit-consumer-max-pending 77 --persist-mode default --defaults',
      ].join(' '),
    )
    expect(made.config).toMatchObject({
      name: 'FULL',
      description: 'described',
      subjects: ['full.>', 'full2', 'full3'],
      compression: 's2',
      no_ack: true,
      discard: 'new',
      discard_new_per_subject: true,
      first_seq: 100,
      max_age: 129_600_000_000_000,
      max_bytes: 10_485_760,
      max_consumers: 9,
      max_msg_size: 1024,
      max_msgs: 10_000,
      max_msgs_per_subject: 5,
      duplicate_window: 90_000_000_000,
      sources: [{name: 'ORIGIN'}, {name: 'OTHER', opt_start_seq: 3}],
      allow_atomic: true,
      allow_batched: true,
      allow_rollup_hdrs: true,
      deny_delete: true,
      allow_msg_ttl: true,
      subject_delete_marker_ttl: 3_600_000_000_000,
      subject_transform: {src: 'full.*', dest: 'out.{{wildcard(1)}}'},
      metadata: {k1: 'v1', k2: 'v2'},
      republish: {src: 'out.>', dest: 'rp.>', headers_only: true},
      consumer_limits: {inactive_threshold: 3_600_000_000_000, max_ack_pending: 77},
    })
    const {stdout} = await nats('stream info FULL')
    for (const line of [
      'Republishing Headers: out.> to rp.>',
      'Discard Policy: New Per Subject',
      'Maximum Age: 1d12h0m0s',
      'Maximum Messages: 10,000',
      'Subject Delete Markers TTL: 1h0m0s',
      '                           k1: v1\n',
      'Sources: ORIGIN\n                               OTHER, Start Seq: 3\n',
      'Lag: 0',
    ])
      expect(stdout).toContain(line)

    const again = join(temporaryFolder(), 'full.json')
    await writeFile(again, JSON.stringify(await json('stream info FULL')))
    expect((await json(`stream add --config ${again}`)).config).toEqual(made.config)
    expect((await nats(`stream edit FULL --config ${again} --dry-run`)).code).toBe(0)
  })

  it.each([
    ['stream add', 2, 'Stream Name? Nobody is there to ask'],
    ['stream add NEW', 2, '--subjects answers that'],
    ['stream add NEW --subjects new', 2, '--storage answers that'],
    ['stream add NEW --defaults', 2, 'a stream needs --subjects, --mirror or --source'],
    ['stream add BAD.NAME --subjects x --defaults', 2, '"BAD.NAME" is not the name of a stream'],
    ['stream add A B --defaults', 2, 'unexpected argument "B"'],
    ['stream add NEW --subjects n --max-bytes 1XB --defaults', 2, '--max-bytes: "1XB" is not a size'],
    ['stream add NEW --subjects n --max-age 90 --defaults', 2, '--max-age: "90" is not a duration'],
    ['stream add NEW --subjects n --max-msgs x --defaults', 2, '--max-msgs: "x" is not a count'],
    ['stream add NEW --subjects n --retention foo --defaults', 2, '--retention'],
    ['stream add NEW --mirror ORIGIN --subjects x --defaults', 2, '--mirror contradicts --subjects'],
    ['stream add NEW --subjects n --discard-per-subject --defaults', 1, '(10052)'],
    ['stream add OVER --subjects orders.x --defaults', 8, 'subjects overlap with an existing stream (10065)'],
    ['stream add ORDERS --subjects other --defaults', 8, 'already in use with a different configuration (10058)'],
    ['stream add NEW --config /no/such/file', 2, 'cannot read /no/such/file: no such file'],
    ['stream add NEW --subjects n --defaults --user nojs --password p', 7, 'JetStream not enabled for account (10039)'],
    ['stream add NEW --subjects n --defaults --js-domain none', 7, 'nothing answers on $JS.none.API'],
  ])('refuses: %s', async (line, code, error) => void (await fails(line, code, error)))

  it('takes -1 for no limit, with and without an equals sign', async () => {
    const {stdout} = await nats(
      'stream add N --subjects n --max-msgs -1 --max-bytes=-1 --max-age -1 --defaults --validate --json',
    )
    expect(JSON.parse(stdout)).toMatchObject({max_msgs: -1, max_bytes: -1, max_age: 0})
  })

  it('writes and checks configurations without a server', async () => {
    const file = join(temporaryFolder(), 'draft.json')
    const away = {env: {NATS_URL: 'nats://127.0.0.1:1'}}
    const written = await nats(`stream add DRAFT --subjects draft --max-age 1h --defaults --output ${file}`, away)
    expect(written).toMatchObject({code: 0, stdout: ''})
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({name: 'DRAFT', max_age: 3_600_000_000_000})
    const checked = await nats(`stream add --config ${file} --validate`, away)
    expect(checked).toMatchObject({code: 0, stdout: expect.stringContaining('\n\nConfiguration is a valid Stream\n')})

    await writeFile(file, '{"name":"DRAFT","max_msgs":-5,"retention":"foo"}')
    const error =
      '/retention: must be one of limits, interest, workqueue but is "foo"; /max_msgs: must be >= -1 but found -5'
    await fails(`stream add --config ${file} --validate`, 2, error, away)
  })

  it('applies flags on top of a file', async () => {
    const file = join(temporaryFolder(), 'min.json')
    await writeFile(file, '{"name":"MIN","subjects":["min"]}')
    const {config} = await json(`stream add OTHER --config ${file} --subjects other --max-msgs 55 --storage memory`)
    expect(config).toMatchObject({
      name: 'OTHER',
      subjects: ['other'],
      max_msgs: 55,
      storage: 'memory',
      allow_direct: false,
    })
  })

  it('chooses a limit in bytes where the account wants one', async () => {
    const login = '--user needs --password p'
    const {config} = await json(`stream add AUTO --subjects auto --defaults ${login}`)
    expect(config.max_bytes).toBe(268_435_456)
    await fails(`stream add NO --subjects no --max-bytes=-1 --defaults ${login}`, 1, '(10113)')
  })
})
