import { expect, test } from 'vitest'
import { BACKLOG, WORKING } from './readiness.fixture.ts'
import { missingFor, readinessOf, refusalFor } from './readiness.ts'

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

test.each([
  ['all is well', {}, 'ready', [null, null, null]],
  ['the engine is down', { missing: 'down' }, 'degraded', [null, null, 'down']],
  ['the warehouse was never reached', { wasReached: false, missing: 'no answer' }, 'starting', ['no answer', null, 'no answer']],
  ['the gateway stops', { isStopping: true }, 'stopping', [/stopping/, /stopping/, /stopping/]],
  ['the volume is full', { backlog: { ...BACKLOG, hasRoom: false } }, 'unavailable', [/almost full/, /almost full/, null]],
  ['the spool is full', { backlog: { ...BACKLOG, bytes: 1000 } }, 'unavailable', [/spool is full/, /spool is full/, null]],
  ['the disk takes nothing', { isWriteFailing: true }, 'unavailable', [/cannot be written/, /cannot be written/, null]],
] as const)('when %s, it says so for events, for readers and in all', (_, change, status, [all, ingest, read]) => {
  const readiness = readinessOf({ ...WORKING, ...change })
  expect(readiness.status).toBe(status)
  for (const [use, wanted] of [
    [null, all],
    ['ingest', ingest],
    ['read', read],
  ] as const) {
    const said = refusalFor(use, readiness)
    if (wanted === null) expect(said, `${use}`).toBeNull()
    else expect(said, `${use}`).toMatch(wanted)
  }
})

test('damage and unreadable files are alerts that stop nothing', () => {
  const readiness = readinessOf({ ...WORKING, backlog: { ...BACKLOG, damaged: 2, unreadable: 1 } })
  expect(readiness.status).toBe('ready')
  expect(readiness.alerts.map(({ check, level, words }) => [check, level, words])).toEqual([
    ['spool', 'warn', expect.stringContaining('2 damaged places')],
    ['spool', 'bad', expect.stringContaining('1 file')],
  ])
})
