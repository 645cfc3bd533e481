import {beforeAll, describe, expect, it} from 'vitest'
import {commandsFor} from '../../support/commands.ts'
import {startServer} from '../../support/server.ts'

const config = `
  jetstream: {max_mem: 100MB, max_file: 2GB}
  accounts {
    USERS: {jetstream: enabled, users: [{user: u, password: p}]}
    LIMITED: {
      jetstream: {max_mem: 10MB, max_file: 20MB, max_streams: 3, max_consumers: 4, max_ack_pending: 50, max_bytes_required: true}
      users: [{user: lim, password: p}]
    }
    NOJS: {users: [{user: nojs, password: p}]}
    $SYS: {users: [{user: sys, password: p}]}
  }
  no_auth_user: u`
let url: string

beforeAll(async () => {
  url = (await startServer({config, jetstream: true, name: 'S1'})).url
})
const {nats, json, fails} = commandsFor(() => url)

describe('account info', () => {
  it('shows the connection, and usage and limits of JetStream', async () => {
    const {stdout, stderr, code} = await nats('account info --user u --password p')
    expect({stderr, code}).toEqual({stderr: '', code: 0})
    expect(stdout).toMatch(
      new RegExp(
        `^Account Information

                           User: u
                        Account: USERS \\(USERS\\)
                 System Account: false
                        Expires: never
                      Client ID: \\d+
                      Client IP: 127.0.0.1
                            RTT: [\\d.]+(µs|ms)
              Headers Supported: true
                Maximum Payload: 1.0 MiB
                  Connected URL: ${url}
              Connected Address: ${url.slice(7)}
            Connected Server ID: N[A-Z0-9]{55}
       Connected Server Version: [\\d.]+
          Connected Server Name: S1
                 TLS Connection: no

JetStream Account Information:

Account Usage:

                        Storage: 0 B
                         Memory: 0 B
                        Streams: 0
                      Consumers: 0

Account Limits:

            Max Message Payload: 1.0 MiB

  Tier: Default:

      Configuration Requirements:

        Stream Requires Max Bytes Set: false
         Consumer Maximum Ack Pending: Unlimited

      Stream Resource Usage Limits:

                               Memory: 0 B of Unlimited
                    Memory Per Stream: Unlimited
                              Storage: 0 B of Unlimited
                   Storage Per Stream: Unlimited
                              Streams: 0 of Unlimited
                            Consumers: Unlimited

$`,
      ),
    )
  })

  it('shows limits, and warns of those that are near', async () => {
    const login = '--user lim --password p'
    for (const name of ['A', 'B', 'C']) {
      const made = await nats(`stream add ${name} --subjects ${name} --max-bytes 1MB --defaults ${login}`)
      expect(made.code).toBe(0)
    }
    const {stdout, stderr} = await nats(`account info ${login}`)
    for (const line of [
      'Stream Requires Max Bytes Set: true',
      'Consumer Maximum Ack Pending: 50',
      'Memory: 0 B of 10 MiB',
      'Storage: 0 B of 20 MiB (3.0 MiB reserved)',
      'Streams: 3 of 3',
      'Consumers: Maximum 4 per stream',
    ])
      expect(stdout).toContain(`${line}\n`)
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d WARNING: streams: 3 of 3 are used or reserved\n$/)
    expect((await json(`account nfo ${login}`)).jetstream).toMatchObject({streams: 3, limits: {max_streams: 3}})
    await fails(`stream add D --subjects D --max-bytes 1MB --defaults ${login}`, 1, 'maximum number of streams reached')
  })

  it('tells that JetStream is off, which is no failure', async () => {
    const {stdout, code} = await nats('a info --user nojs --password p')
    expect(code).toBe(0)
    expect(stdout).toContain(
      '\n\n    Could not obtain account information: JetStream not enabled for account (10039)\n',
    )
    const system = await json('account info --user sys --password p')
    expect(system).toMatchObject({account: '$SYS ($SYS)', system_account: true, jetstream: {error: expect.any(String)}})
  })

  it('fails without a server, or with the wrong credentials', async () => {
    await fails('account info -s nats://127.0.0.1:1', 5, '127.0.0.1:1')
    await fails('account info --user bad --password bad', 4, 'nats: error:')
    await fails('account info extra', 2, 'unexpected argument "extra"')
  })
})
