import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createUuid7 } from './uuid.ts'

test('ids are version 7, tell their millisecond, are unique and sort by the order of the calls, whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_050 }), { minLength: 1, maxLength: 300 }), clock => {
      let calls = 0
      const uuid = createUuid7(() => clock[calls++] ?? 0, randomUUID)
      const ids = clock.map(() => uuid())
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(new Set(ids).size).toBe(ids.length)
      expect([...ids].sort()).toEqual(ids)
      expect(Number.parseInt((ids[0] ?? '').replaceAll('-', '').slice(0, 12), 16)).toBe(clock[0])
    }),
  )
})

test('ten thousand ids of one millisecond keep their order', () => {
  const uuid = createUuid7(() => 1_700_000_000_000, randomUUID)
  const ids = Array.from({ length: 10_000 }, uuid)
  expect([...ids].sort()).toEqual(ids)
})
