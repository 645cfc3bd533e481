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
    // More than the two cores that the smallest machine has: most of the time a test waits for a server or a command.
    maxWorkers: 3,
  },
})
