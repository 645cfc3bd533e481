import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {startInTerminal} from '../../support/cli.ts'
import {Store} from './support.ts'

const ENTER = '\r'
const DOWN = '\u001b[B'

function open(store: Store, words: string[], env: Record<string, string> = {}) {
  return startInTerminal(['context', ...words], {home: store.home, env})
}

function storeOfThree(): Store {
  const store = new Store()
  for (const name of ['alpha', 'beta', 'gamma']) store.put(name, `{"description": "${name}"}`)
  return store
}

describe('at a terminal', () => {
  test('select without a name offers a list', async () => {
    const store = storeOfThree()
    const terminal = open(store, ['select'])
    await terminal.waitFor('stdout', /Which context to select\?.*gamma/s)
    terminal.write(DOWN + ENTER)
    expect((await terminal.done).code).toBe(0)
    expect(store.selected()).toBe('beta')
  })

  test('typing filters the list', async () => {
    const store = storeOfThree()
    const terminal = open(store, ['info'])
    await terminal.waitFor('stdout', /Which context to show\?.*gamma/s)
    terminal.write('gam')
    await terminal.waitFor('stdout', (text) => /gamma/.test(text.slice(text.lastIndexOf('gam'))))
    await terminal.waitFor('stdout', (text) => !/alpha/.test(text.slice(text.lastIndexOf('?'))))
    terminal.write(ENTER)
    expect((await terminal.done).stdout).toContain('Description: gamma')
  })

  test('^C leaves everything as it was', async () => {
    const store = storeOfThree()
    const terminal = open(store, ['select'])
    await terminal.waitFor('stdout', /gamma/)
    terminal.write('\u0003')
    const {code, stdout} = await terminal.done
    expect(code).toBe(130)
    expect(stdout).not.toContain('fault of nats')
    expect(existsSync(join(store.folder, 'context.txt'))).toBe(false)
  })

  test.each([
    ['y', 0, false],
    ['n', 1, true],
    ['', 1, true],
  ])('rm asks; %j ends with %i', async (answer, exitCode, remains) => {
    const store = storeOfThree()
    const terminal = open(store, ['rm', 'beta'])
    await terminal.waitFor('stdout', /Remove the context "beta"\?/)
    terminal.write(answer + ENTER)
    expect((await terminal.done).code).toBe(exitCode)
    expect(existsSync(store.file('beta'))).toBe(remains)
  })

  test('edit offers to edit again what can not be read', async () => {
    const store = storeOfThree()
    const editor = join(store.home, 'editor')
    writeFileSync(
      editor,
      'if grep -q "^user: : x" "$1"; then sed -i "s/^user:.*/user: x/" "$1"; else sed -i "s/^user:.*/user: : x/" "$1"; fi\n',
    )
    const terminal = open(store, ['edit', 'alpha'], {EDITOR: `sh ${editor}`})
    await terminal.waitFor('stdout', /Edit again\?/)
    terminal.write(ENTER)
    expect((await terminal.done).code).toBe(0)
    expect(store.saved('alpha')).toMatchObject({user: 'x', description: 'alpha'})
  })

  test('edit that is given up keeps the text', async () => {
    const store = storeOfThree()
    const terminal = open(store, ['edit', 'alpha'], {EDITOR: 'sed -i "s/^user:.*/user: : x/"', TMPDIR: store.home})
    await terminal.waitFor('stdout', /Edit again\?/)
    terminal.write(`n${ENTER}`)
    const {stdout, code} = await terminal.done
    expect(code).toBe(1)
    const kept = stdout.match(/the edited text is kept in (\S+)/)![1]!
    expect(readFileSync(kept, 'utf8')).toContain('user: : x')
    expect(store.saved('alpha')).toEqual({description: 'alpha'})
  })
})
