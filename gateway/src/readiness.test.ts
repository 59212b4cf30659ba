import { expect, test } from 'vitest'
import { missingFor } from './readiness.ts'

const holder = { role: 'holder', pid: 1, restarts: 0, reason: 'killed by SIGKILL' } as const
const up = { is: 'up' } as const
const away = { is: 'away', reason: 'nothing answers at its address' } as const

test('ready with an engine that is up, with another process’s engine, and with a server of its own', () => {
  expect([{ ...holder, isUp: true }, { role: 'guest' } as const, null].map(engine => missingFor(up, engine))).toEqual([null, null, null])
})

test('not ready while the engine is down, with its reason, nor while stopping', () => {
  expect(missingFor(up, { ...holder, isUp: false })).toContain('killed by SIGKILL')
  expect(missingFor(up, { role: 'closed' })).toContain('stopping')
})

test('not ready while the warehouse does not answer, whoever runs it, and told that events are taken', () => {
  for (const engine of [null, { role: 'guest' } as const, { ...holder, isUp: true }]) {
    expect(missingFor(away, engine)).toMatch(/nothing answers.*events are accepted/)
  }
})
