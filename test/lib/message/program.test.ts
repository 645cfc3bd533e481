import {describe, expect, it} from 'vitest'
import {UsageError} from '../../../src/lib/errors.ts'
import {runProgram, splitCommand} from '../../../src/lib/message/program.ts'

describe('splitCommand', () => {
  it.each([
    ['tr a-z  A-Z', ['tr', 'a-z', 'A-Z']],
    [` sh -c 'echo "a b"; x' `, ['sh', '-c', 'echo "a b"; x']],
    ['a "b \\"c\\" \\n" d\\ e', ['a', 'b "c" \\n', 'd e']],
    [`x ''  "" y`, ['x', '', '', 'y']],
    [`a'b'"c"d`, ['abcd']],
    ['echo {{ Random 1 5 }} x{{Count}}y', ['echo', '{{ Random 1 5 }}', 'x{{Count}}y']],
    ['echo a;b | c $HOME *', ['echo', 'a;b', '|', 'c', '$HOME', '*']],
    ['a\nb', ['a', 'b']],
  ])('%s', (line, words) => {
    expect(splitCommand(line, '--command')).toEqual(words)
  })

  it.each(['', '  ', '""', `echo 'a`, 'echo "a'])('refuses %j', (line) => {
    expect(() => splitCommand(line, '--translate')).toThrow(UsageError)
    expect(() => splitCommand(line, '--translate')).toThrow(/^--translate: /)
  })
})

describe('runProgram', () => {
  it('gives the input and takes the output', async () => {
    const {stdout, failure} = await runProgram(['tr', 'a-z', 'A-Z'], Buffer.from('hello'))
    expect([stdout.toString(), failure]).toEqual(['HELLO', undefined])
  })

  it('sets variables', async () => {
    const {stdout} = await runProgram(['printenv', 'A_TEST'], Buffer.alloc(0), {env: {A_TEST: 'yes'}})
    expect(stdout.toString()).toBe('yes\n')
  })

  it('tells why it failed, and what came until then', async () => {
    expect(await runProgram(['sh', '-c', 'echo out; exit 3'], Buffer.alloc(0))).toEqual({
      stdout: Buffer.from('out\n'),
      failure: 'exit status 3',
    })
    expect((await runProgram(['sh', '-c', 'kill -9 $$'], Buffer.alloc(0))).failure).toBe('killed by SIGKILL')
    expect((await runProgram(['/no/such/program'], Buffer.alloc(0))).failure).toBe('no such program')
    expect((await runProgram(['echo', 'a\0b'], Buffer.alloc(0))).failure).toMatch(/null bytes/)
  })

  it('does not mind a program that reads nothing', async () => {
    expect((await runProgram(['true'], Buffer.alloc(1 << 20))).failure).toBeUndefined()
  })

  it('is ended by a signal', async () => {
    const {failure} = await runProgram(['sleep', '30'], Buffer.alloc(0), {signal: AbortSignal.timeout(50)})
    expect(failure).toMatch(/abort/i)
  })
})
