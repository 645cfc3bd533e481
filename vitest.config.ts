import {defineConfig} from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Two at a time: the tests start real servers and real commands, and the smallest machine they run on has two cores.
    maxWorkers: 2,
  },
})
