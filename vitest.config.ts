import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{schemas,sdk-browser,sdk-node,gateway,test}/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    globalSetup: ['test/globalSetup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
