import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {beforeEach, describe, expect, test} from 'vitest'
import {replaceFile, withLock} from '../../../src/lib/context/files.ts'

const PATIENCE = 150
let folder: string
let lock: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nats-files-'))
  lock = join(folder, 'lock')
  return () => rmSync(folder, {recursive: true})
})

/** Adds one to the number in a file, under the lock. */
function increment(patience = PATIENCE): Promise<void> {
  const file = join(folder, 'number')
  const add = () => writeFileSync(file, String(Number(existsSync(file) ? readFileSync(file, 'utf8') : 0) + 1))
  return withLock(lock, add, patience)
}

describe('withLock', () => {
  test('breaks the lock of a process that died, once its time is up', async () => {
    writeFileSync(lock, 'dead')
    const began = performance.now()
    await Promise.all(Array.from({length: 20}, () => increment()))
    expect(performance.now() - began).toBeGreaterThan(PATIENCE)
    expect(readFileSync(join(folder, 'number'), 'utf8')).toBe('20')
    expect(readdirSync(folder)).toEqual(['number'])
  })

  test('waits as long as the lock goes from hand to hand', async () => {
    writeFileSync(lock, '0')
    const waiting = increment(1000)
    for (let hand = 1; hand <= 12; hand++) {
      await sleep(100)
      expect(existsSync(join(folder, 'number'))).toBe(false)
      writeFileSync(lock, String(hand))
    }
    rmSync(lock)
    await waiting
    expect(readFileSync(join(folder, 'number'), 'utf8')).toBe('1')
  })

  test('leaves it to one process to break a lock, and says what is stuck when that one died too', async () => {
    writeFileSync(lock, 'dead')
    writeFileSync(`${lock}.dead`, '')
    await expect(increment()).rejects.toMatchObject({
      message: `the lock of the context store is stuck: ${lock}`,
      hint: `remove it: rm ${lock}*`,
    })
    expect(readFileSync(lock, 'utf8')).toBe('dead')
  })

  test('is free again after work that failed', async () => {
    const fail = () => {
      throw new Error('failed')
    }
    await expect(withLock(lock, fail)).rejects.toThrow('failed')
    expect(existsSync(lock)).toBe(false)
  })
})

test('replaceFile never takes the place of a device', () => {
  const path = join(folder, 'link')
  symlinkSync('/dev/null', path)
  replaceFile(path, 'text')
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  expect(lstatSync(path).isSymbolicLink()).toBe(true)
})

test('replaceFile leaves nothing behind when it fails', () => {
  const path = join(folder, 'there')
  replaceFile(join(folder, 'file'), 'text')
  expect(() => replaceFile(join(path, 'file'), 'text')).toThrow('ENOENT')
  expect(() => replaceFile(folder, 'text')).toThrow()
  expect(readdirSync(folder)).toEqual(['file'])
})
