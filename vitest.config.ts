import {readFileSync} from 'node:fs'
import {defineConfig} from 'vitest/config'

const {version} = JSON.parse(readFileSync('package.json', 'utf8'))

export default defineConfig({
  define: {VERSION: JSON.stringify(version)},
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Two at a time: the tests start real servers and real commands, and the smallest machine they run on has two cores.
    maxWorkers: 2,
  },
})
