import {describe, expect, test} from 'vitest'
import {type Index, interpret} from '../../src/lib/argv.ts'

const index: Index = {
  globalFlags: {
    server: {type: 'option', char: 's'},
    user: {type: 'option'},
    trace: {type: 'boolean'},
    tlsfirst: {type: 'boolean', allowNo: true, aliases: ['tls-first']},
  },
  commands: [
    {id: 'publish', aliases: ['pub'], summary: ''},
    {id: 'context:ls', aliases: ['context:list', 'context:l'], summary: ''},
    {id: 'context:previous', aliases: ['context:-'], summary: ''},
    {id: 'stream:cluster:step-down', aliases: [], summary: ''},
  ],
}
const read = (line: string) => interpret(line ? line.split(' ') : [], index)

describe('finding the command', () => {
  test.each([
    ['publish a b', 'publish', ['a', 'b']],
    ['pub a b', 'publish', ['a', 'b']],
    ['context ls', 'context:ls', []],
    ['ctx l --names', 'context:ls', ['--names']],
    ['context -', 'context:previous', []],
    ['stream cluster step-down S', 'stream:cluster:step-down', ['S']],
    ['-s url pub a', 'publish', ['-s', 'url', 'a']],
    ['-surl pub a', 'publish', ['-surl', 'a']],
    ['--server=url pub a', 'publish', ['--server=url', 'a']],
    ['context --trace ls --names', 'context:ls', ['--trace', '--names']],
    ['--no-tls-first pub a', 'publish', ['--no-tls-first', 'a']],
    ['pub a --count 3 -s url', 'publish', ['a', '--count', '3', '-s', 'url']],
    ['pub a -- --help', 'publish', ['a', '--', '--help']],
    ['pub pub pub', 'publish', ['pub', 'pub']],
  ])('%s', (line, id, argv) => expect(read(line)).toEqual({kind: 'run', id, argv}))
})

describe('help and version', () => {
  test.each([
    ['', ''],
    ['--help', ''],
    ['help', ''],
    ['-s url', ''],
    ['help pub', 'publish'],
    ['pub --help', 'publish'],
    ['pub a b --help', 'publish'],
    ['help ctx', 'context'],
    ['context --help', 'context'],
    ['-h', ''],
  ])('%j shows help', (line, id) => expect(read(line)).toEqual({kind: 'help', id}))

  test('--version, with other global flags too', () => {
    expect(read('--version')).toEqual({kind: 'version'})
    expect(read('--trace --version')).toEqual({kind: 'version'})
  })

  test('a topic alone is incomplete', () => {
    expect(read('context')).toEqual({kind: 'incomplete', id: 'context'})
    expect(read('stream cluster')).toEqual({kind: 'incomplete', id: 'stream:cluster'})
  })
})

describe('mistakes', () => {
  test.each([
    ['pubb a', 'unknown command "pubb"', 'did you mean: nats pub?'],
    ['context lss', 'unknown command "context lss"', 'did you mean: nats context ls?'],
    ['zzz', 'unknown command "zzz"', 'see: nats --help'],
    ['--sever x pub', "unknown flag '--sever'", 'did you mean --server?'],
    ['--count 3 pub', "unknown flag '--count'", 'flags of a command stand after its name'],
  ])('%s', (line, message, hint) => {
    expect(() => read(line)).toThrowError(expect.objectContaining({message, hint, exitCode: 2}))
  })
})
