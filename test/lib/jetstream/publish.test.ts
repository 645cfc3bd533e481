import {describe, expect, it} from 'vitest'
import {CliError, ExitCode} from '../../../src/lib/errors.ts'
import {readAnswer} from '../../../src/lib/jetstream/publish/answer.ts'
import {Flights} from '../../../src/lib/jetstream/publish/flights.ts'
import {Refusals} from '../../../src/lib/jetstream/publish/refusals.ts'
import {publishNeeds, scheduleHeaders} from '../../../src/lib/jetstream/publish/schedule.ts'
import {Frame} from '../../../src/lib/wire/scanner.ts'

function frame(headers: string, body: string): Frame {
  const result = new Frame()
  result.chunk = Buffer.from(headers + body)
  result.start = headers.length
  result.end = result.chunk.length
  return result
}

describe('readAnswer', () => {
  it('reads an acknowledgement', () => {
    const ack = {stream: 'S', seq: 7, duplicate: true, domain: 'hub'}
    expect(readAnswer(frame('', JSON.stringify(ack)))).toEqual({kind: 'stored', ack})
    expect(readAnswer(frame('', ''))).toEqual({kind: 'accepted'})
  })

  it.each([
    ['NATS/1.0 503\r\n\r\n', ''],
    ['', '{"error":{"code":503,"description":"raft: not leader"},"stream":"S","seq":0}'],
    ['', '{"error":{"code":503,"err_code":10008,"description":"temporarily unavailable"}}'],
    ['', '{"error":{"code":429,"err_code":10167,"description":"too many requests"}}'],
  ])('knows what passes: %j %j', (headers, body) => {
    expect(readAnswer(frame(headers, body)).kind).toBe('untaken')
  })

  it.each([
    ['', '{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 9"}}', ExitCode.Conflict],
    ['', '{"error":{"code":503,"err_code":10077,"description":"maximum messages exceeded"}}', ExitCode.Failed],
    ['NATS/1.0 408 Timeout\r\n\r\n', '', ExitCode.Failed],
    ['', 'pong', ExitCode.Failed],
    ['', 'null', ExitCode.Failed],
    ['', '{"seq":1}', ExitCode.Failed],
  ])('knows what does not pass: %j %j', (headers, body, exitCode) => {
    expect(readAnswer(frame(headers, body))).toMatchObject({kind: 'refused', error: {exitCode}})
  })
})

describe('scheduleHeaders', () => {
  const now = Date.parse('2030-01-01T00:00:00Z')
  const pattern = (flags: object) => scheduleHeaders({...flags, 'schedule-dest': 'out'}, now)[0]![1]

  it('writes times and durations as the server reads them', () => {
    expect(scheduleHeaders({}, now)).toEqual([])
    expect(pattern({'schedule-after': 90_000})).toBe('@at 2030-01-01T00:01:30Z')
    expect(pattern({'schedule-after': 1})).toBe('@at 2030-01-01T00:00:00.001Z')
    expect(pattern({'schedule-at': '2030-01-01T02:00:00+02:00'})).toBe('@at 2030-01-01T00:00:00Z')
    expect(pattern({'schedule-every': 1500})).toBe('@every 1.5s')
    expect(pattern({'schedule-every': 86_400_000})).toBe('@every 24h0m0s')
    expect(pattern({'schedule-cron': '0 0 * * * *'})).toBe('0 0 * * * *')
  })

  it('needs servers that know it', () => {
    const versions = (flags: object) => {
      const headers = scheduleHeaders({...flags, 'schedule-dest': 'out'}, now)
      return publishNeeds({atomic: false}, headers).map(({version}) => version)
    }
    expect(versions({'schedule-after': 1})).toEqual(['2.12.0'])
    expect(versions({'schedule-every': 1000, 'schedule-source': 'x'})).toEqual(['2.14.0', '2.14.0'])
    expect(publishNeeds({atomic: true}, [['nats-ttl', '5m']]).map(({version}) => version)).toEqual(['2.12.0', '2.11.0'])
  })
})

describe('Refusals', () => {
  const full = new CliError('it is full')
  const wrong = new CliError('wrong sequence', {exitCode: ExitCode.Conflict})

  it('lists lines by reason, as ranges', () => {
    const refusals = new Refusals('line')
    for (const at of [7, 3, 4, 5, 1002, 1001]) refusals.add(at, full)
    refusals.add(6, wrong)
    expect(refusals.list()).toEqual([
      'Not stored: lines 3-5, 7, 1,001-1,002: it is full',
      'Not stored: line 6: wrong sequence',
    ])
    expect(refusals.first).toEqual({number: 3, error: full})
  })

  it('fails by the cause, or partly', () => {
    const refusals = new Refusals('line')
    refusals.add(2, full)
    expect(refusals.stopped(0)).toMatchObject({message: 'line 2: it is full', exitCode: ExitCode.Failed})
    expect(refusals.stopped(1)).toMatchObject({exitCode: ExitCode.Partial})
    expect(refusals.partly(2)).toMatchObject({message: '1 of 3 lines not stored', exitCode: ExitCode.Partial})
    const other = new Refusals(undefined)
    other.add(1, wrong)
    expect(other.stopped(1)).toMatchObject({message: 'wrong sequence', exitCode: ExitCode.Conflict})
  })
})

describe('Flights', () => {
  const flights = new Flights()
  const [first, second, third] = [1, 2, 3].map((i) => {
    return flights.add({subject: `s.${i}`, data: Buffer.alloc(10)}, undefined)
  })

  it('knows which wait too long', () => {
    expect([...flights.late(1000, 0)]).toEqual([])
    for (const flight of flights) flight.sent -= 2000
    // The time of the oldest counts from when it became that, which was just now.
    expect([...flights.late(1000, 0)]).toEqual([])
    expect([...flights.late(-1, 0)]).toEqual([first, second, third])
    expect([...flights.late(-1, 2)]).toEqual([first, second])
  })

  it('is full of many, or of large messages', () => {
    expect([flights.full, flights.roomy, flights.size]).toEqual([false, true, 3])
    const large = flights.add({subject: 's', data: Buffer.alloc(4 * 1024 * 1024)}, undefined)
    expect([flights.full, flights.roomy]).toEqual([true, false])
    flights.hold(large, {})
    expect(flights.held).toBe(1)
    flights.remove(large)
    expect([flights.full, flights.roomy, flights.held]).toEqual([false, true, 0])
  })
})
