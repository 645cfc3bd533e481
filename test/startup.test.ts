import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, describe, expect, it} from 'vitest'
import {run, temporaryFolder} from './support/cli.ts'
import {startServer} from './support/server.ts'

let url: string
beforeAll(async () => {
  url = (await startServer()).url
})

/** The modules of Node that a command loads. */
async function modulesOf(args: string[]): Promise<string[]> {
  const folder = temporaryFolder()
  const [list, preload] = [join(folder, 'list'), join(folder, 'preload.cjs')]
  const names = "process.moduleLoadList.map((name) => name.replace(/^NativeModule /, '')).join('\\n')"
  writeFileSync(preload, `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(list)}, ${names}))`)
  const {code, stderr} = await run(args, {env: {NODE_OPTIONS: `--require=${preload}`}})
  expect(code, stderr).toBe(0)
  return readFileSync(list, 'utf8').split('\n')
}

/** Each costs a start one to ten milliseconds. */
const HEAVY = [
  'tls',
  'crypto',
  'dns',
  'fs/promises',
  'readline',
  'child_process',
  'http',
  'https',
  'zlib',
  'worker_threads',
]
const heavy = (modules: string[]) => modules.filter((name) => HEAVY.includes(name))

describe('what a plain command loads', () => {
  it('is none of the heavy modules to publish', async () => {
    const modules = await modulesOf(['pub', 'startup', 'hello', '-s', url])
    expect(modules).toContain('net')
    expect(heavy(modules)).toEqual([])
  })

  it('is none of them for help and for what only reads files', async () => {
    for (const args of [['--help'], ['pub', '--help'], ['context', 'ls']]) {
      const modules = await modulesOf(args)
      expect(modules).toContain('tty')
      expect(heavy(modules), args.join(' ')).toEqual([])
    }
    expect(await modulesOf(['--version'])).not.toContain('tty')
  })
})
