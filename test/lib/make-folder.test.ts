import {statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {makeFolder} from '../../src/lib/make-folder.ts'
import {temporaryFolder} from '../support/cli.ts'

describe('makeFolder', () => {
  it('makes the folders that are missing, and gives the topmost', () => {
    const folder = temporaryFolder()
    expect(makeFolder(join(folder, 'a', 'b', 'c'), 0o700)).toBe(join(folder, 'a'))
    expect(statSync(join(folder, 'a', 'b', 'c')).mode & 0o777).toBe(0o700)
    expect(makeFolder(join(folder, 'a', 'b'))).toBeUndefined()
    expect(makeFolder(join(folder, 'a', 'd/'))).toBe(join(folder, 'a', 'd/'))
  })

  it('takes paths from the current folder', () => {
    expect(makeFolder('.')).toBeUndefined()
    expect(makeFolder('test')).toBeUndefined()
  })

  it('fails below a file and a link to nowhere', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    symlinkSync('/nowhere', join(folder, 'link'))
    expect(() => makeFolder(join(folder, 'file'))).toThrow('EEXIST')
    expect(() => makeFolder(join(folder, 'file', 'x'))).toThrow(/EEXIST|ENOTDIR/)
    expect(() => makeFolder(join(folder, 'link', 'x'))).toThrow()
  })

  it.runIf(process.platform === 'linux')('does not try for ever where there can be none', () => {
    expect(() => makeFolder('/proc/nats-test/x')).toThrow('ENOENT')
  })
})
