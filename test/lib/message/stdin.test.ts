import {describe, expect, it} from 'vitest'
import {readBody, readLines, readObjects, readsStdin} from '../../../src/lib/message/stdin.ts'

/** The input cut into chunks of `size` bytes. */
async function* chunks(text: string | Buffer, size: number) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const result: T[] = []
  for await (const batch of batches) {
    expect(batch.length).toBeGreaterThan(0)
    result.push(...batch)
  }
  return result
}

const lines = async (text: string | Buffer, size: number, limit = 1000) =>
  (await all(readLines(chunks(text, size), limit))).map((line) => line.toString('latin1'))

describe('readsStdin', () => {
  it.each([
    [undefined, undefined, true],
    ['-', undefined, true],
    ['', undefined, false],
    ['text', undefined, false],
    ['text', true, true],
    [undefined, true, true],
  ])('body %j, --force-stdin %j: %j', (body, forced, expected) => {
    expect(readsStdin(body, forced)).toBe(expected)
  })
})

describe('readBody', () => {
  it('takes every byte up to the end', async () => {
    const bytes = Buffer.from(Array.from({length: 1024}, (_, i) => i % 256))
    expect(await readBody(chunks(bytes, 100), 1024)).toEqual(bytes)
    expect(await readBody(chunks('', 1), 0)).toEqual(Buffer.alloc(0))
  })

  it('stops as soon as there is too much', async () => {
    let asked = 0
    const endless = (async function* () {
      for (; asked < 1000; asked++) yield Buffer.alloc(100)
    })()
    await expect(readBody(endless, 1024)).rejects.toThrow('the input is larger than 1,024 bytes (1.0 KiB)')
    expect(asked).toBeLessThan(12)
  })
})

describe('readLines', () => {
  it.each([1, 2, 3, 7, 1000])('is exact with chunks of %i bytes', async (size) => {
    expect(await lines('a\nb\n', size)).toEqual(['a', 'b'])
    expect(await lines('a\nb', size)).toEqual(['a', 'b'])
    expect(await lines('a\r\n\n\nb\0\xff\r', size)).toEqual(['a\r', '', '', 'b\0\xc3\xbf\r'])
    expect(await lines('\n', size)).toEqual([''])
    expect(await lines('', size)).toEqual([])
    expect(await lines(`${'x'.repeat(500)}\n${'y'.repeat(500)}`, size)).toEqual(['x'.repeat(500), 'y'.repeat(500)])
  })

  it('gives the lines before one that is too long', async () => {
    const seen: string[] = []
    const reading = (async () => {
      for await (const batch of readLines(chunks(`a\nb\n${'x'.repeat(11)}\nc\n`, 1000), 10))
        seen.push(...batch.map(String))
    })()
    await expect(reading).rejects.toThrow('line 3 of the input is larger than 10 bytes')
    expect(seen).toEqual(['a', 'b'])
  })
})

describe('readObjects', () => {
  const objects = (text: string, size: number, limit = 1000) => all(readObjects(chunks(text, size), limit))

  it.each([1, 2, 3, 7, 1000])('finds objects however they are laid out, in chunks of %i bytes', async (size) => {
    expect(await objects('{"a":1}\n{"b":2}\n', size)).toEqual(['{"a":1}', '{"b":2}'])
    expect(await objects('{"a":1}{"b":2}', size)).toEqual(['{"a":1}', '{"b":2}'])
    expect(await objects(' {\n  "a": {"b": "}\\"{é"}\n}\r\n\t{}', size)).toEqual(['{\n  "a": {"b": "}\\"{é"}\n}', '{}'])
    expect(await objects('', size)).toEqual([])
    expect(await objects('\n \n', size)).toEqual([])
  })

  it.each([1, 1000])('tells which record is wrong, after giving those before it (chunks of %i bytes)', async (size) => {
    const read = async (text: string) => {
      const seen: string[] = []
      try {
        for await (const batch of readObjects(chunks(text, size), 20)) seen.push(...batch)
      } catch (error) {
        return [...seen, (error as Error).message]
      }
    }
    expect(await read('{"a":1}\nnonsense')).toEqual(['{"a":1}', 'record 2 of the input is not a JSON object'])
    expect(await read('{"a":1}\n{"b":"}')).toEqual(['{"a":1}', 'record 2 of the input is cut off'])
    expect(await read(`{"a":1}\n{"b":"${'x'.repeat(40)}`)).toEqual([
      '{"a":1}',
      'record 2 of the input is larger than 20 bytes (20 B), the most that the server takes',
    ])
  })
})
