import {spawn} from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {buildSync} from 'esbuild'
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest'
import {type Context, emptyContext} from '../../../src/lib/context/context.ts'
import {
  contextNames,
  contextPath,
  displayPath,
  expandHome,
  listContexts,
  previousContext,
  readContext,
  readSelectedContext,
  removeContext,
  selectContext,
  selectedContext,
  unselectContext,
  updateContext,
} from '../../../src/lib/context/store.ts'

let home: string
const saved = (name: string) => join(home, '.config/nats/context', `${name}.json`)
const save = (name: string, fields: Partial<Context> = {}) =>
  updateContext(name, (context) => ({...emptyContext, ...context, ...fields}))
const put = (name: string, text: string) => {
  mkdirSync(dirname(saved(name)), {recursive: true})
  writeFileSync(saved(name), text)
}

/** The file that the reference client wrote for `context add one --server … --description 'first one'`. */
const referenceFile = `{
  "description": "first one",
  "url": "nats://127.0.0.1:14222",
  "socks_proxy": "",
  "token": "",
  "user": "",
  "password": "",
  "creds": "",
  "nkey": "",
  "cert": "",
  "key": "",
  "ca": "",
  "nsc": "",
  "jetstream_domain": "",
  "jetstream_api_prefix": "",
  "jetstream_event_prefix": "",
  "inbox_prefix": "",
  "user_jwt": "",
  "user_seed": "",
  "color_scheme": "",
  "tls_first": false,
  "windows_cert_store": "",
  "windows_cert_match_by": "",
  "windows_cert_match": "",
  "windows_ca_certs_match": null
}`

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'nats-context-'))
  vi.stubEnv('HOME', home)
  vi.stubEnv('XDG_CONFIG_HOME', undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, {recursive: true})
})

describe('files', () => {
  test('are byte for byte those of the reference client, for the owner only', async () => {
    await save('one', {description: 'first one', url: 'nats://127.0.0.1:14222'})
    expect(readFileSync(saved('one'), 'utf8')).toBe(referenceFile)
    expect(statSync(saved('one')).mode & 0o777).toBe(0o600)
    expect(statSync(join(home, '.config/nats')).mode & 0o777).toBe(0o700)
    expect(statSync(join(home, '.config/nats/context')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(home, '.config/nats'))).toEqual(['context'])
    expect(readdirSync(join(home, '.config/nats/context'))).toEqual(['one.json'])
  })

  test('escape what Go escapes', async () => {
    await save('one', {description: 'a<b> & \u2028 é'})
    expect(readFileSync(saved('one'), 'utf8')).toContain('"a\\u003cb\\u003e \\u0026 \\u2028 é"')
    expect(readContext('one').description).toBe('a<b> & \u2028 é')
  })

  test('become private when they were not, and are left alone when nothing changes', async () => {
    put('one', referenceFile)
    const before = statSync(saved('one')).ino
    expect((await save('one')).changed).toBe(false)
    expect(statSync(saved('one')).ino).toBe(before)
    expect((await save('one', {user: 'u'})).changed).toBe(true)
    expect(statSync(saved('one')).mode & 0o777).toBe(0o600)
  })

  test('keep unknown keys, in their order, after the known ones', async () => {
    put('one', '{"zeta": {"b": [1, null], "a": "x"}, "url": "u", "alpha": null, "__proto__": 1}')
    await save('one', {description: 'd'})
    const file = JSON.parse(readFileSync(saved('one'), 'utf8'))
    expect(Object.keys(file)).toEqual([...Object.keys(emptyContext), 'zeta', 'alpha', '__proto__'])
    expect(JSON.stringify(file.zeta)).toBe('{"b":[1,null],"a":"x"}')
    expect([file.url, file.description, file.alpha]).toEqual(['u', 'd', null])
  })

  test('may be short, and nulls mean not set', () => {
    put('min', '{"url":"nats://127.0.0.1:14222","user":null,"tls_first":null}\n')
    expect(readContext('min')).toEqual({...emptyContext, url: 'nats://127.0.0.1:14222'})
  })

  test('behind a symbolic link are replaced, the link stays', async () => {
    const real = join(home, 'dotfiles/one.json')
    mkdirSync(dirname(real))
    writeFileSync(real, referenceFile)
    mkdirSync(dirname(saved('one')), {recursive: true})
    symlinkSync('../../../dotfiles/one.json', saved('one'))
    symlinkSync('../../../dotfiles/two.json', saved('two'))
    await save('one', {user: 'u'})
    await save('two', {user: 'v'})
    expect(lstatSync(saved('one')).isSymbolicLink()).toBe(true)
    expect(JSON.parse(readFileSync(real, 'utf8')).user).toBe('u')
    expect(JSON.parse(readFileSync(join(home, 'dotfiles/two.json'), 'utf8')).user).toBe('v')
    expect(readdirSync(join(home, 'dotfiles'))).toEqual(['one.json', 'two.json'])

    await removeContext('one')
    expect(existsSync(saved('one'))).toBe(false)
    expect(existsSync(real)).toBe(true)
  })
})

describe('reading', () => {
  test.each([
    ['{bad', 'line 1, column 2: not JSON: unexpected "b"'],
    ['{\n  "url": "x",\n  "user": "y"\n  "password": "secret"\n}', 'line 4, column 3: not JSON: unexpected "\\""'],
    ['{\n  "url": "x",\n}', 'line 3, column 1: not JSON: unexpected "}"'],
    ['', 'line 1, column 1: not JSON: the file ends too early'],
    ['{"a": [1, 2', 'line 1, column 12: not JSON: the file ends too early'],
    ['{} x', 'line 1, column 4: not JSON: unexpected "x"'],
    ['{"a": {"b": tru}}', 'line 1, column 13: not JSON: unexpected "t"'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{\n  "user": "u",\n  "url": 4222\n}', 'line 3: "url" must be text'],
    ['{"tls_first": "yes"}', 'line 1: "tls_first" must be true or false'],
    ['{"windows_ca_certs_match": [1]}', 'line 1: "windows_ca_certs_match" must be a list of texts, or null'],
  ])('%j is told by file, line and remedy', (text, told) => {
    put('broken', text)
    const fault = thrownBy(() => readContext('broken'))
    expect(fault.message).toMatch(/^context "broken" can not be read: /)
    expect(fault.message).toContain(saved('broken'))
    expect(fault.message).toContain(told)
    expect(fault.message).not.toContain('secret')
    expect(fault).toMatchObject({exitCode: 1, hint: expect.stringContaining('nats context rm broken --force')})
  })

  test('an unreadable file is told by name', () => {
    mkdirSync(saved('folder'), {recursive: true})
    expect(thrownBy(() => readContext('folder'))).toMatchObject({
      message: expect.stringContaining('EISDIR'),
      exitCode: 1,
    })
  })

  test('an unknown name is not found, and the known ones are told', async () => {
    expect(thrownBy(() => readContext('nope'))).toMatchObject({
      message: 'context not found: "nope"',
      hint: 'none is saved; save it: nats context add nope',
      exitCode: 3,
    })
    await save('b')
    await save('a')
    expect(thrownBy(() => readContext('nope'))).toMatchObject({hint: 'known contexts: a, b'})
  })

  test('a list leaves out the broken and tells them apart', async () => {
    await save('good')
    put('broken', '{')
    put('.hidden', '{}')
    writeFileSync(join(dirname(saved('x')), 'notes.txt'), '')
    expect(contextNames()).toEqual(['broken', 'good'])
    const {contexts, broken} = listContexts()
    expect(contexts).toEqual([{name: 'good', path: saved('good'), context: emptyContext}])
    expect(broken.map(({name}) => name)).toEqual(['broken'])
  })

  test('an empty store, or a home that is a file, has no contexts', () => {
    expect(listContexts()).toEqual({contexts: [], broken: []})
    vi.stubEnv('HOME', join(home, 'file'))
    writeFileSync(join(home, 'file'), '')
    expect([contextNames(), selectedContext(), previousContext(), readSelectedContext()]).toEqual([
      [],
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('names', () => {
  test.each([
    ['', 'is empty'],
    ['..', 'contains ".."'],
    ['../up', 'contains ".."'],
    ['a/b', 'contains a slash'],
    ['a\\b', 'contains a slash'],
    ['a\nb', 'contains a control character'],
    ['a\u001b[31mb', 'contains a control character'],
    ['.hidden', 'begins with "."'],
    ['-f', 'begins with "-"'],
    ['a ', 'begins or ends with a space'],
    ['é'.repeat(126), 'is longer than 250 bytes'],
  ])('%j is refused', async (name, fault) => {
    await expect(save(name)).rejects.toMatchObject({
      message: `not a context name: ${JSON.stringify(name)} ${fault}`,
      exitCode: 2,
    })
    expect(existsSync(join(home, '.config'))).toBe(false)
  })

  test.each(['a b', 'a.b', 'é', "it's", 'x'.repeat(250)])('%j is a name', async (name) => {
    await save(name)
    expect(contextNames()).toEqual([name])
  })
})

describe('selection', () => {
  test('is written as bare text, and the one before is kept', async () => {
    await save('one')
    await save('two')
    await selectContext('one')
    expect(readFileSync(join(home, '.config/nats/context.txt'), 'utf8')).toBe('one')
    expect(previousContext()).toBeUndefined()
    await selectContext('two')
    await selectContext('two')
    expect([selectedContext(), previousContext()]).toEqual(['two', 'one'])
    expect(readFileSync(join(home, '.config/nats/previous-context.txt'), 'utf8')).toBe('one')
    expect(statSync(join(home, '.config/nats/context.txt')).mode & 0o777).toBe(0o600)

    expect(await unselectContext()).toBe('two')
    expect([selectedContext(), previousContext()]).toEqual([undefined, 'two'])
    expect(await unselectContext()).toBeUndefined()
  })

  test('of an unknown context changes nothing', async () => {
    await save('one')
    await selectContext('one')
    await expect(selectContext('nope')).rejects.toMatchObject({exitCode: 3})
    expect([selectedContext(), previousContext()]).toEqual(['one', undefined])
  })

  test('of a context that is gone is an error, and stays', async () => {
    await save('one')
    await selectContext('one')
    rmSync(saved('one'))
    expect(thrownBy(readSelectedContext)).toMatchObject({
      message: 'the selected context "one" does not exist',
      hint: expect.stringContaining('nats context unselect'),
      exitCode: 3,
    })
    expect(selectedContext()).toBe('one')
  })

  test('that is no name at all is an error with the same remedy', () => {
    put('one', '{}')
    writeFileSync(join(home, '.config/nats/context.txt'), '../one')
    expect(thrownBy(readSelectedContext)).toMatchObject({
      message: 'the selected context "../one" does not exist',
      exitCode: 3,
    })
  })

  test('goes with the removal of its context', async () => {
    await save('one')
    await save('two')
    await selectContext('one')
    expect(await removeContext('two')).toEqual({unselected: false})
    expect(await removeContext('one')).toEqual({unselected: true})
    expect(selectedContext()).toBeUndefined()
    await expect(removeContext('one')).rejects.toMatchObject({exitCode: 3})
  })

  test('may end with a newline that a person wrote', async () => {
    await save('one', {user: 'u'})
    writeFileSync(join(home, '.config/nats/context.txt'), 'one\r\n')
    expect(readSelectedContext()).toMatchObject({name: 'one', context: {user: 'u'}})
  })
})

describe('places', () => {
  test('XDG_CONFIG_HOME goes before HOME, and an empty one does not count', () => {
    vi.stubEnv('XDG_CONFIG_HOME', '/elsewhere')
    expect(contextPath('one')).toBe('/elsewhere/nats/context/one.json')
    vi.stubEnv('XDG_CONFIG_HOME', './xdg')
    expect(contextPath('one')).toBe('xdg/nats/context/one.json')
    vi.stubEnv('XDG_CONFIG_HOME', '')
    expect(contextPath('one')).toBe(saved('one'))
  })

  test('the home folder is shown as ~ and read from ~', () => {
    expect(displayPath(saved('one'))).toBe('~/.config/nats/context/one.json')
    expect(displayPath(`${home}x/y`)).toBe(`${home}x/y`)
    expect([expandHome('~/x'), expandHome('~'), expandHome('~x'), expandHome('./~')]).toEqual([
      join(home, 'x'),
      home,
      '~x',
      './~',
    ])
  })

  test('a store that can not be written says where it is, and what to do', async () => {
    writeFileSync(join(home, 'file'), '')
    vi.stubEnv('XDG_CONFIG_HOME', join(home, 'file'))
    await expect(save('one')).rejects.toMatchObject({
      message: expect.stringMatching(/^can not save context "one": ENOTDIR/),
      hint: expect.stringContaining('XDG_CONFIG_HOME'),
      exitCode: 1,
    })
  })
})

describe('processes', {timeout: 60_000}, () => {
  /** Runs a script against the store in a process of its own. */
  function child(script: string): Promise<number | null> {
    const bundle = join(home, 'store.mjs')
    if (!existsSync(bundle))
      buildSync({
        entryPoints: ['src/lib/context/store.ts'],
        bundle: true,
        platform: 'node',
        format: 'esm',
        outfile: bundle,
      })
    const program = `const {updateContext, selectContext} = await import(${JSON.stringify(bundle)}); ${script}`
    return new Promise((resolve) => {
      spawn(process.execPath, ['--input-type=module', '-e', program], {env: {HOME: home}, stdio: 'inherit'}).on(
        'close',
        resolve,
      )
    })
  }

  test('that write at once lose nothing', async () => {
    const children = Array.from({length: 8}, (_, number) =>
      child(
        `for (let i = 0; i < 25; i++) await updateContext('one', (saved) => ({...saved, ['child${number}_' + i]: i}))`,
      ),
    )
    const ended = Promise.all(children)
    let running = true
    ended.finally(() => {
      running = false
    })
    // A reader sees one whole file after another, and never less than before.
    for (let seen = 0; running; await new Promise(setImmediate)) {
      const now = existsSync(saved('one')) ? Object.keys(readContext('one')).length : 0
      expect(now).toBeGreaterThanOrEqual(seen)
      seen = now
    }
    expect(await ended).toEqual(Array(8).fill(0))
    const keys = Object.keys(readContext('one')).filter((key) => key.startsWith('child'))
    expect(keys.length).toBe(8 * 25)
    expect(readdirSync(join(home, '.config/nats'))).toEqual(['context'])
    expect(readdirSync(join(home, '.config/nats/context'))).toEqual(['one.json'])
  })
})

function thrownBy(work: () => unknown): Error {
  try {
    work()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
