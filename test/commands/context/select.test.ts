import {existsSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {run} from '../../support/cli.ts'
import {Store} from './support.ts'

function storeOfTwo(): Store {
  const store = new Store()
  store.put('one', '{"description": "first one", "url": "nats://127.0.0.1:14222"}')
  store.put('two', '{"url": "nats://127.0.0.1:14236"}')
  return store
}

describe('context select', () => {
  test.each(['select', 'switch', 'set'])('%s selects a context and shows it', async (word) => {
    const store = storeOfTwo()
    expect(await store.succeed([word, 'one'])).toContain(
      'NATS Configuration Context "one"\n\n  Description: first one\n',
    )
    expect(store.selected()).toBe('one')
  })

  test('ctx is the topic too, and --json gives the context', async () => {
    const store = storeOfTwo()
    const {stdout} = await run(['ctx', 'select', 'one', '-j'], {home: store.home})
    expect(JSON.parse(stdout)).toMatchObject({name: 'one', selected: true, path: store.file('one')})
  })

  test('of an unknown name changes nothing', async () => {
    const store = storeOfTwo()
    await store.succeed(['select', 'one'])
    expect(await store.context(['select', 'nope'])).toMatchObject({
      stdout: '',
      stderr: 'nats: error: context not found: "nope"\nnats: hint: known contexts: one, two\n',
      code: 3,
    })
    expect(store.selected()).toBe('one')
    expect(existsSync(join(store.folder, 'previous-context.txt'))).toBe(false)
  })

  test('without a name and without a terminal names the argument', async () => {
    const {stdout, stderr, code} = await storeOfTwo().context(['select'])
    expect({stdout, code}).toEqual({stdout: '', code: 2})
    expect(stderr).toContain("required argument 'name' not provided")
  })

  test('in an empty store tells how to save a context', async () => {
    const {stderr, code} = await new Store().context(['select'])
    expect(stderr).toMatch(/error: no context is saved\nnats: hint: .*nats context add/)
    expect(code).toBe(3)
  })

  test('tells of the environment that goes before it', async () => {
    const env = {NATS_CONTEXT: 'two', NATS_URL: 'nats://h:1'}
    const {stderr, code} = await storeOfTwo().context(['select', 'one'], {env})
    expect(code).toBe(0)
    expect(stderr).toMatch(/NATS_CONTEXT goes before the selected context: commands use "two"\n.*NATS_URL\n$/)
  })

  test('of a context that can not be read fails', async () => {
    const store = storeOfTwo()
    store.put('broken', '{bad')
    const {stderr, code} = await store.context(['select', 'broken'])
    expect(stderr).toContain(`${store.file('broken')}, line 1, column 2: not JSON: unexpected "b"`)
    expect(stderr).toContain('nats context rm broken --force')
    expect(code).toBe(1)
    expect(existsSync(join(store.folder, 'context.txt'))).toBe(false)
  })
})

describe('context previous', () => {
  test.each(['previous', '-'])('%s goes back and forth', async (word) => {
    const store = storeOfTwo()
    await store.succeed(['select', 'one'])
    await store.succeed(['select', 'two'])
    expect(await store.succeed([word])).toContain('Context "one"')
    expect(await store.succeed([word])).toContain('Context "two"')
    expect(store.selected()).toBe('two')
  })

  test('takes an unselect back', async () => {
    const store = storeOfTwo()
    await store.succeed(['select', 'one'])
    await store.succeed(['unselect'])
    await store.succeed(['previous'])
    expect(store.selected()).toBe('one')
  })

  test('fails when there is none, or when it is gone', async () => {
    const store = storeOfTwo()
    expect(await store.context(['previous'])).toMatchObject({
      stderr: expect.stringContaining('no context was selected before'),
      code: 3,
    })
    await store.succeed(['select', 'one'])
    await store.succeed(['select', 'two'])
    rmSync(store.file('one'))
    expect(await store.context(['previous'])).toMatchObject({
      stderr: expect.stringContaining('context not found: "one"'),
      code: 3,
    })
    expect(store.selected()).toBe('two')
  })
})

describe('context unselect', () => {
  test('selects none', async () => {
    const store = storeOfTwo()
    await store.succeed(['select', 'two'])
    expect(await store.succeed(['unselect'])).toBe('Unselected the "two" context\n')
    expect(existsSync(join(store.folder, 'context.txt'))).toBe(false)
    expect(await store.succeed(['unselect'])).toBe('No context currently selected\n')
    expect(await store.succeed(['unselect', '--json'])).toBe('{\n  "unselected": null\n}\n')
  })

  test('works for a selection whose context is gone, and in a home that is a file', async () => {
    const store = storeOfTwo()
    await store.succeed(['select', 'two'])
    rmSync(store.file('two'))
    expect(await store.succeed(['unselect'])).toBe('Unselected the "two" context\n')

    const home = join(store.home, 'file')
    writeFileSync(home, '')
    expect(await store.succeed(['unselect'], {home})).toBe('No context currently selected\n')
  })
})

describe('an unknown --context', () => {
  test.each([
    [['--context', 'nope'], {}],
    [[], {NATS_CONTEXT: 'nope'}],
  ])('%j %j fails, and leaves the selection alone', async (flags, env) => {
    const store = storeOfTwo()
    await store.succeed(['select', 'one'])
    const {stdout, stderr, code} = await run(['pub', 'probe', '', '-q', ...flags], {home: store.home, env})
    expect({stdout, code}).toEqual({stdout: '', code: 3})
    expect(stderr).toContain('nope')
    expect(store.selected()).toBe('one')
  })

  test('a selected context that is gone fails every command that connects, and stays selected', async () => {
    const store = storeOfTwo()
    await store.succeed(['select', 'one'])
    rmSync(store.file('one'))
    const {stderr, code} = await run(['pub', 'probe', '', '-q', '-s', '127.0.0.1:1'], {home: store.home})
    expect(stderr).toMatch(/error: the selected context "one" does not exist\nnats: hint: .*--no-context/)
    expect(code).toBe(3)
    expect(store.selected()).toBe('one')
  })
})
