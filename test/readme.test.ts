import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {interruptible, shell, startShell, temporaryFolder} from './support/cli.ts'
import {startServer, testFolder} from './support/server.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].map(([, text]) =>
  text!
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\$ /, '')),
)

/** These are what runs this test, or what it would run again. */
const ITSELF = ['npm ci', 'npm test']

test('the README has its blocks, and every line of them is a command', () => {
  expect(blocks.length).toBeGreaterThan(4)
  expect(blocks[0]).toEqual(['npm ci', 'npm run demo'])
})

test('every block works, in order', {timeout: 180_000}, async () => {
  const {url} = await startServer({jetstream: true})
  const home = temporaryFolder()
  const prefix = await testFolder('prefix')
  const env = {NATS_URL: url, npm_config_prefix: prefix, npm_config_ignore_scripts: 'true'}
  for (const line of blocks.flat().filter((command) => !ITSELF.includes(command))) {
    const options = {home, env, cwd: line.startsWith('npm') ? root : home, timeout: 90_000}
    if (line.endsWith('&')) {
      await startShell(line.slice(0, -1), options).waitFor('stderr', /./)
    } else {
      const {code, stderr} = await (line.includes('sub ') ? interruptible(line, 5000, options) : shell(line, options))
      expect({line, code, stderr}).toEqual({line, code: 0, stderr: expect.any(String)})
    }
  }
})

test('its table of exit codes is the one in docs/output.md', () => {
  const rows = (file: string) => readFileSync(join(root, file), 'utf8').match(/^\| [\d, ]+ \|.*$/gm)
  expect(rows('README.md')).toEqual(rows('docs/output.md'))
})
