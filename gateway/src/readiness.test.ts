import { expect, test } from 'vitest'
import { missingFor } from './readiness.ts'

const holder = { role: 'holder', pid: 1, restarts: 0, reason: 'killed by SIGKILL' } as const

test('ready with an engine that is up, with another process’s engine, and with a server of its own', () => {
  expect([{ ...holder, isUp: true }, { role: 'guest' } as const, null].map(missingFor)).toEqual([null, null, null])
})

test('not ready while the engine is down, with its reason, nor while stopping', () => {
  expect(missingFor({ ...holder, isUp: false })).toContain('killed by SIGKILL')
  expect(missingFor({ role: 'closed' })).toContain('stopping')
})
