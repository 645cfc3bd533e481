import {beforeAll, describe, expect, it} from 'vitest'
import {commandsFor} from '../../support/commands.ts'
import {startServer} from '../../support/server.ts'

describe.each(['2.9', '2.10'] as const)('nats-server %s', (version) => {
  let url: string
  beforeAll(async () => {
    url = (await startServer({jetstream: true, version})).url
  })
  const {nats, json, fails} = commandsFor(() => url)
  const isTooOld = (needed: string) => Number(version.slice(2)) < Number(needed.slice(2))

  it('has streams that are made, changed, read, purged and deleted', async () => {
    const made = await json('stream add OLD --subjects old --max-age 1h --discard new --max-msgs 10 --defaults')
    expect(made.config).toMatchObject({max_age: 3_600_000_000_000, discard: 'new', max_msgs: 10, allow_direct: true})
    expect((await nats('stream edit OLD --max-msgs 20 --force')).stdout).toContain(
      '+ max_msgs: 20\nStream OLD was updated',
    )
    expect((await nats('stream info OLD')).stdout).toContain('Maximum Messages: 20\n')
    expect(await json('stream subjects OLD')).toEqual({})
    expect(await json('stream gaps OLD')).toEqual([])
    expect((await nats('stream report')).stdout).toContain('│ OLD    │ File    │')
    expect(await json('stream find --replicas 1')).toEqual(['OLD'])
    expect((await nats('stream purge OLD --force')).stdout).toMatch(/^Purged 0 messages/)
    expect((await nats('account info')).stdout).toContain('Streams: 1\n')
    expect((await nats('stream rm OLD --force')).code).toBe(0)
  })

  it.each([
    ['--compression s2', '2.10'],
    ['--first-sequence 5', '2.10'],
    ['--metadata a=b', '2.10'],
    ['--allow-msg-ttl', '2.11'],
    ['--subject-del-markers-ttl 1h', '2.11'],
    ['--allow-batch', '2.12'],
    ['--allow-counter', '2.12'],
    ['--allow-schedules', '2.12'],
    ['--persist-mode async', '2.12'],
    ['--allow-fast', '2.14'],
  ])('is refused %s when it is too old for that', async (flags, needed) => {
    const line = `stream add NEW --subjects new ${flags} --defaults`
    if (isTooOld(needed)) await fails(line, 1, `too old for: ${flags.split(' ')[0]} (${needed}.0)`)
    else expect(await nats(line)).toMatchObject({stderr: '', code: 0})
    await nats('stream rm NEW --force')
  })

  it('is refused a preferred leader', async () => {
    await fails('stream cluster step-down NEW --preferred n1', 1, 'too old for: --preferred (2.11.0)')
  })
})
