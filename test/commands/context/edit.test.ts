import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {start} from '../../support/cli.ts'
import {Store} from './support.ts'

function storeOfOne(): Store {
  const store = new Store()
  store.put('one', '{"description": "first one", "url": "nats://h:1", "password": "0123", "future": [1]}')
  return store
}

/** The file that an error names as the place of the edited text. */
const keptFile = (stderr: string) => stderr.match(/hint: the edited text is kept in (.*)\n/)![1]!

describe('context edit', () => {
  test.each(['edit', 'vi'])('%s saves what the editor changed, and nothing else', async (word) => {
    const store = storeOfOne()
    const stdout = await store.succeed([word, 'one'], {env: {EDITOR: "sed -i 's/first one/FIRST one/'"}})
    expect(stdout).toContain('Description: FIRST one\n')
    expect(store.saved('one')).toMatchObject({
      description: 'FIRST one',
      url: 'nats://h:1',
      password: '0123',
      future: [1],
    })
    expect(statSync(store.file('one')).mode & 0o777).toBe(0o600)
  })

  test('shows every setting as YAML, in a file for the user only', async () => {
    const store = storeOfOne()
    const {stdout} = await store.context(['edit', 'one'], {env: {EDITOR: 'stat -c %a "$1"; cat'}})
    const [mode, ...lines] = stdout.split('\n')
    expect(mode).toBe('600')
    const settings = lines.filter((line) => /^[a-z_]+: /.test(line))
    expect(settings).toEqual([
      'description: first one',
      'url: nats://h:1',
      'user: ""',
      'password: "0123"',
      ...['creds', 'nkey', 'user_jwt', 'user_seed', 'token', 'cert', 'key', 'ca'].map((key) => `${key}: ""`),
      'tls_first: false',
      ...['windows_cert_store', 'windows_cert_match', 'windows_cert_match_by'].map((key) => `${key}: ""`),
      'windows_ca_certs_match: null',
      ...['inbox_prefix', 'color_scheme', 'jetstream_domain', 'jetstream_api_prefix'].map((key) => `${key}: ""`),
      ...['jetstream_event_prefix', 'socks_proxy', 'nsc'].map((key) => `${key}: ""`),
    ])
  })

  test('VISUAL goes before EDITOR; a value that is not quoted stays what was written', async () => {
    const store = storeOfOne()
    await store.succeed(['edit', 'one'], {
      env: {EDITOR: 'false', VISUAL: 'sed -i "s/^user:.*/user: 007/;s/^tls_first:.*/tls_first: true/"'},
    })
    expect(store.saved('one')).toMatchObject({user: '007', tls_first: true})
  })

  test('tells of an unknown key without a value, and leaves it out', async () => {
    const store = storeOfOne()
    const {stderr, code} = await store.context(['edit', 'one'], {env: {EDITOR: 'sed -i s/first/FIRST/'}})
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d line \d+: "tls_FIRST" is no setting of a context; it was left out\n$/)
    expect(code).toBe(0)
    expect(store.saved('one')).toMatchObject({description: 'FIRST one', tls_first: false})
  })

  test('says that nothing was changed, and does not write', async () => {
    const store = storeOfOne()
    const before = readFileSync(store.file('one'), 'utf8')
    const {stderr, code} = await store.context(['edit', 'one'], {env: {EDITOR: 'true'}})
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d Nothing was changed\n$/)
    expect(code).toBe(0)
    expect(readFileSync(store.file('one'), 'utf8')).toBe(before)
  })

  test('keeps what another process saved meanwhile', async () => {
    const store = storeOfOne()
    const other = `${process.execPath} ${join(process.cwd(), 'bin/nats.js')} context add one --user other --password new >/dev/null`
    await store.succeed(['edit', 'one'], {env: {EDITOR: `sed -i 's/first one/FIRST one/' "$1"; ${other}; true`}})
    expect(store.saved('one')).toMatchObject({description: 'FIRST one', user: 'other', password: 'new', future: [1]})
  })

  test.each([
    ['s/^url:.*/url:nats:bad/', /line \d+: not YAML/],
    ['s/^user:.*/usr: x/', /line \d+: "usr" is no setting of a context/],
    ['s/^tls_first:.*/tls_first: maybe/', /line \d+: "tls_first" must be true or false/],
    ['s/^user:.*/user: [a]/', /line \d+: "user" must be one text/],
    ['s/^url:.*/url: "::bad::"/', /url/],
    ['s/^windows_ca.*/windows_ca_certs_match: x/', /must be a list of texts/],
  ])('an edit %s is refused, and the text kept', async (change, told) => {
    const store = storeOfOne()
    const before = readFileSync(store.file('one'), 'utf8')
    const {stdout, stderr, code} = await store.context(['edit', 'one'], {
      env: {EDITOR: `sed -i '${change}'`, TMPDIR: store.home},
    })
    expect(stdout).toBe('')
    expect(code).toBeGreaterThan(0)
    expect(stderr).toContain('error: context "one" was not changed: ')
    expect(stderr).toMatch(told)
    expect(stderr).not.toContain('0123')
    expect(readFileSync(keptFile(stderr), 'utf8')).toContain('description: first one')
    expect(readFileSync(store.file('one'), 'utf8')).toBe(before)
  })

  test.each([
    [{EDITOR: 'false'}, 1, 'the editor failed (1): false'],
    [{EDITOR: 'kill -9 $$;'}, 1, 'the editor failed (SIGKILL)'],
    [{EDITOR: ''}, 2, 'no editor is set'],
    [{}, 2, 'no editor is set'],
  ])('with %j fails with %i', async (env, exitCode, told) => {
    const store = storeOfOne()
    const {stdout, stderr, code} = await store.context(['edit', 'one'], {env: {...env, TMPDIR: store.home}})
    expect({stdout, code}).toEqual({stdout: '', code: exitCode})
    expect(stderr).toContain(told)
    expect(stderr).not.toContain('kept')
  })

  test('an editor that fails after it wrote loses nothing', async () => {
    const store = storeOfOne()
    const {stderr, code} = await store.context(['edit', 'one'], {
      env: {EDITOR: 'sed -i s/first/FIRST/ "$1"; false', TMPDIR: store.home},
    })
    expect(code).toBe(1)
    expect(readFileSync(keptFile(stderr), 'utf8')).toContain('FIRST')
    expect(store.saved('one').description).toBe('first one')
  })

  test.each([
    ['', []],
    ['sed -i s/first/FIRST/ "$1";', ['nats-edit-']],
  ])(
    'a signal during the editor (%j) ends both at once; a file is left only when it holds work',
    async (work, left) => {
      const store = storeOfOne()
      mkdirSync(join(store.home, 'tmp'))
      const env = {EDITOR: `${work} echo open; exec tail -f`, TMPDIR: join(store.home, 'tmp')}
      const editing = start(['context', 'edit', 'one'], {home: store.home, env})
      await editing.waitFor('stdout', /open\n/)
      const began = performance.now()
      editing.kill('SIGTERM')
      // `done` waits for the end of everyone who holds stdout: the editor too.
      const {code, stderr} = await editing.done
      expect(code).toBe(143)
      expect(performance.now() - began).toBeLessThan(1000)
      expect(readdirSync(join(store.home, 'tmp')).map((name) => name.slice(0, 10))).toEqual(left)
      expect(/the edited text is kept in/.test(stderr)).toBe(left.length > 0)
      expect(store.saved('one').description).toBe('first one')
    },
  )

  test.each([
    [['edit', 'nope'], 3, 'context not found: "nope"'],
    [['edit'], 2, "required argument 'name' not provided"],
    [['edit', 'broken'], 1, 'not JSON'],
  ])('%j fails with %i, and opens no editor', async (words, exitCode, told) => {
    const store = storeOfOne()
    store.put('broken', '{')
    const mark = join(store.home, 'mark')
    const {stderr, code} = await store.context(words, {env: {EDITOR: `touch ${mark};`}})
    expect(stderr).toContain(told)
    expect(code).toBe(exitCode)
    expect(existsSync(mark)).toBe(false)
  })
})

describe('context rm', () => {
  test.each(['rm', 'remove'])('%s removes a context with --force', async (word) => {
    const store = storeOfOne()
    expect(await store.succeed([word, 'one', '-f'])).toBe('Removed the context "one"\n')
    expect(existsSync(store.file('one'))).toBe(false)
  })

  test('of the selected context unselects it', async () => {
    const store = storeOfOne()
    await store.succeed(['select', 'one'])
    expect(await store.succeed(['rm', 'one', '--force'])).toBe(
      'Removed the context "one"; no context is selected now\n',
    )
    expect(existsSync(join(store.folder, 'context.txt'))).toBe(false)
  })

  test('of an unknown context: an error, but not with --force', async () => {
    const store = storeOfOne()
    expect(await store.context(['rm', 'nope'])).toMatchObject({stdout: '', code: 3})
    expect(await store.succeed(['rm', 'nope', '-f'])).toBe('')
    expect(JSON.parse(await store.succeed(['rm', 'nope', '-f', '--json']))).toEqual({
      name: 'nope',
      removed: false,
      unselected: false,
    })
  })

  test('removes a broken context', async () => {
    const store = storeOfOne()
    store.put('broken', '{')
    await store.succeed(['rm', 'broken', '-f'])
    expect(existsSync(store.file('broken'))).toBe(false)
  })

  test.each([[null], ['y\n']])('without a terminal (stdin %j) it does not ask, and names --force', async (stdin) => {
    const store = storeOfOne()
    const {stdout, stderr, code} = await store.context(['rm', 'one'], {stdin})
    expect({stdout, code}).toEqual({stdout: '', code: 2})
    expect(stderr).toContain('--force')
    expect(existsSync(store.file('one'))).toBe(true)
  })

  test.each([
    [['rm'], 2],
    [['rm', '../up', '-f'], 2],
  ])('%j is a usage error', async (words, exitCode) => {
    const store = storeOfOne()
    writeFileSync(join(store.folder, 'up.json'), '{}')
    expect((await store.context(words)).code).toBe(exitCode)
    expect(existsSync(join(store.folder, 'up.json'))).toBe(true)
  })
})
