import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {CliError, NotFoundError} from '../../../../src/lib/errors.ts'
import {ArchiveMeter} from '../../../../src/lib/jetstream/backup/archive.ts'
import {
  archivePath,
  type Description,
  PendingBackup,
  readDescription,
} from '../../../../src/lib/jetstream/backup/folder.ts'
import {temporaryFolder} from '../../../support/cli.ts'

/** A chunk of the framing: its type, the length of the rest, the rest. */
function chunk(type: number, ...rest: number[]): Buffer {
  const length = Buffer.alloc(3)
  length.writeUIntLE(rest.length, 0, 3)
  return Buffer.from([type, ...length, ...rest])
}

const identifier = chunk(0xff, ...Buffer.from('S2sTwO'))
const crc = [1, 2, 3, 4]
/** 300 bytes unpacked, as a varint. */
const packed = chunk(0x00, ...crc, 0xac, 0x02, 9, 9, 9)
const plain = chunk(0x01, ...crc, 5, 5)
const padding = chunk(0xfe, 0, 0, 0)
const archive = Buffer.concat([identifier, packed, padding, plain, packed])

describe('the meter of an archive', () => {
  const measure = (bytes: Buffer, piece: number) => {
    const meter = new ArchiveMeter()
    for (let at = 0; at < bytes.length; at += piece) meter.update(bytes.subarray(at, at + piece))
    return {mark: meter.end(), unpacked: meter.unpacked}
  }

  test.each([1, 2, 3, 7, 16, 1000])('counts, digests and unpacks in thought, in pieces of %i bytes', (piece) => {
    const digest = `SHA-256=${createHash('sha256').update(archive).digest('base64url')}`
    expect(measure(archive, piece)).toEqual({mark: {size: archive.length, digest}, unpacked: 300 + 2 + 300})
  })

  test('knows every place where an archive can be cut off', () => {
    const ends = new Set(
      [identifier, packed, padding, plain, packed].map(
        (
          (sum) => (part: Buffer) =>
            (sum += part.length)
        )(0),
      ),
    )
    for (let length = 0; length < archive.length; length++) {
      if (ends.has(length) && length > identifier.length) continue
      expect(() => measure(archive.subarray(0, length), 5), `${length} bytes`).toThrow('the archive is cut off')
    }
  })

  test('refuses what is no archive', () => {
    expect(() => measure(Buffer.from('PK\u0003\u0004 something else'), 5)).toThrow('this is not an archive of a stream')
    expect(() => measure(Buffer.concat([identifier, chunk(0x22, 1)]), 5)).toThrow('the archive is damaged')
  })
})

describe('a backup in the making', () => {
  const description = {
    config: {name: 'S', unknown_field: 7},
    state: {messages: 1},
    archive: {size: 3, digest: 'SHA-256=x'},
  } as unknown as Description

  test('is none before it is complete', () => {
    const folder = join(temporaryFolder(), 'deep', 'new')
    const backup = new PendingBackup(folder)
    writeFileSync(backup.partialPath, 'abc')
    expect(() => readDescription(folder)).toThrow(NotFoundError)
    backup.complete(description)
    expect(readdirSync(folder).sort()).toEqual(['backup.json', 'stream.tar.s2'])
    expect(readDescription(folder)).toMatchObject(description)
    expect(readFileSync(archivePath(folder), 'utf8')).toBe('abc')
  })

  test('leaves nothing when it is abandoned', () => {
    const parent = temporaryFolder()
    const backup = new PendingBackup(join(parent, 'a'))
    writeFileSync(backup.partialPath, 'abc')
    backup.abandon()
    expect(readdirSync(parent)).toEqual([])
  })

  test('does not touch the one that is there until then', () => {
    const folder = temporaryFolder()
    const first = new PendingBackup(folder)
    writeFileSync(first.partialPath, 'one')
    first.complete(description)
    const second = new PendingBackup(folder)
    writeFileSync(second.partialPath, 'half')
    second.abandon()
    expect(readdirSync(folder).sort()).toEqual(['backup.json', 'stream.tar.s2'])
    expect(readFileSync(archivePath(folder), 'utf8')).toBe('one')
  })
})

describe('the description of a backup', () => {
  const read = (text: string) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'backup.json'), text)
    return () => readDescription(folder)
  }
  test('by another client, without a mark', () => {
    expect(read('{"config":{"name":"S"},"state":{"messages":3,"last_seq":9}}')()).toMatchObject({
      ...{config: {name: 'S'}, state: {messages: 3, last_seq: 9}, archive: undefined},
    })
  })
  test.each(['', '{"config":', '[]', 'null', '{}', '{"config":{}}', '{"config":{"name":3},"state":{}}'])(
    'is damaged: %j',
    (text) => expect(read(text)).toThrow(CliError),
  )
  test('is not there', () => {
    expect(() => readDescription('/nonexistent/folder')).toThrow('there is no backup in /nonexistent/folder')
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'empty'))
    expect(() => readDescription(join(folder, 'empty'))).toThrow(NotFoundError)
    expect(existsSync(archivePath(folder))).toBe(false)
  })
})
