import {describe, expect, it} from 'vitest'
import {UsageError} from '../../../src/lib/errors.ts'
import {compileTemplate} from '../../../src/lib/message/templates.ts'

const render = (text: string, count = 1) => compileTemplate(text, 'body').render({count})
const request = {subject: 'weather.london.now', data: Buffer.from('b o d y')}
const answer = (text: string) => compileTemplate(text, 'body', {inReply: true}).render({count: 0, request})

describe('templates', () => {
  it('leave a text without actions as it is', () => {
    const template = compileTemplate('{"a":{"b":1}} { {Count} }', 'body')
    expect(template.dynamic).toBe(false)
    expect(template.render({count: 3})).toBe('{"a":{"b":1}} { {Count} }')
  })

  it('count, with spaces and a dot or without', () => {
    expect(render('{{Count}} {{ Count }} {{.Count}} {{\tCount\n}}', 7)).toBe('7 7 7 7')
  })

  it('make random text between two lengths, given in either order', () => {
    const template = compileTemplate('{{Random 3 6}}', 'body')
    expect(template.dynamic).toBe(true)
    const seen = new Set(Array.from({length: 500}, () => template.render({count: 1})))
    expect(new Set([...seen].map((text) => text.length))).toEqual(new Set([3, 4, 5, 6]))
    expect([...seen].every((text) => /^[A-Za-z0-9]+$/.test(text))).toBe(true)
    expect(seen.size).toBeGreaterThan(400)
    expect(render('{{ Random 10 5 }}')).toMatch(/^\w{5,10}$/)
    expect(render('{{Random 0 0}}')).toBe('')
  })

  it('tell the time in four ways', () => {
    const before = Date.now()
    const [unix, nano, stamp, time] = render('{{Unix}}|{{UnixNano}}|{{TimeStamp}}|{{Time}}').split('|')
    expect(Number(unix)).toBeGreaterThanOrEqual(Math.floor(before / 1000))
    expect(Math.abs(Number(BigInt(nano!) / 1_000_000n) - before)).toBeLessThan(2000)
    expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/)
    expect(Math.abs(Date.parse(stamp!) - before)).toBeLessThan(2000)
    expect(time).toMatch(/^(1[0-2]|[1-9]):[0-5]\d(AM|PM)$/)
  })

  it('give the offset of the local time zone', () => {
    const zone = process.env.TZ
    try {
      process.env.TZ = 'Asia/Kolkata'
      expect(render('{{TimeStamp}}')).toMatch(/\+05:30$/)
      process.env.TZ = 'America/St_Johns'
      expect(render('{{TimeStamp}}')).toMatch(/-0[23]:30$/)
      process.env.TZ = 'UTC'
      expect(render('{{TimeStamp}}')).toMatch(/Z$/)
    } finally {
      process.env.TZ = zone
    }
  })

  it('make a new id each time', () => {
    const template = compileTemplate('{{ID}}', 'body')
    const ids = new Set(Array.from({length: 100}, () => template.render({count: 1})))
    expect(ids.size).toBe(100)
    expect([...ids].every((id) => /^[A-Za-z0-9]{22}$/.test(id))).toBe(true)
  })

  it('take a quoted string for itself, so that braces can be sent', () => {
    expect(render('{{"{{"}}Count{{`}}`}} {{"a\\"b"}}')).toBe('{{Count}} a"b')
  })

  it('quote the request and the tokens of its subject in a reply', () => {
    expect(answer('{{Count}} {{Request}} {{.Request}} {{0}}-{{1}}-{{ 2 }}-{{9}}.')).toBe(
      '0 b o d y b o d y weather-london-now-.',
    )
  })

  it.each([
    ['{{Nope}}', 'there is no function "Nope"'],
    ['{{ nope }}', 'there is no function "nope"'],
    ['{{Request}}', 'there is no function "Request"'],
    ['{{0}}', 'there is no function "0"'],
    ['{{toString}}', 'there is no function "toString"'],
    ['{{.Foo}}', 'there is no function "Foo"'],
    ['{{ printf "%03d" 7 }}', 'cannot read {{ printf "%03d" 7 }}'],
    ['{{Count | len}}', 'cannot read {{Count | len}}'],
    ['a {{ .Count', '"{{" without "}}"'],
    ['{{}}', 'cannot read {{}}'],
    ['{{Random}}', 'Random takes two lengths'],
    ['{{ Random 5 }}', 'Random takes two lengths'],
    ['{{ Random a b }}', 'Random takes two lengths'],
    ['{{ Random 1 1e12 }}', 'Random takes two lengths'],
    ['{{Random -1 5}}', 'Random takes two lengths'],
    ['{{Count 1}}', 'Count takes no arguments'],
    ['{{"\\q"}}', 'cannot read the string'],
  ])('refuse %s', (text, problem) => {
    expect(() => compileTemplate(text, 'body')).toThrow(UsageError)
    expect(() => compileTemplate(text, 'body')).toThrow(`body template: ${problem}`)
  })

  it('name what is known when they cannot be read', () => {
    const hintOf = (inReply: boolean) => {
      try {
        compileTemplate('{{Nope}}', 'header A', {inReply})
      } catch (error) {
        return (error as UsageError).hint
      }
    }
    expect(hintOf(false)).toBe(
      'known: Count, Random MIN MAX, Time, TimeStamp, Unix, UnixNano, ID; --no-templates sends the text as it is',
    )
    expect(hintOf(true)).toContain('Request, 0, 1, …; write {{"{{"}} for braces that stay')
  })
})
