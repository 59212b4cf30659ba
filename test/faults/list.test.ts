import { expect, test } from 'vitest'
import { FAULTS, LOADS } from './list.ts'
import { runFaults, runOne } from './run.ts'

test('every fault and load has a number of its own, and is longer the more is asked of it', () => {
  const all = [...FAULTS, ...LOADS]
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  for (const { id, sizes } of all) {
    expect(sizes.smoke, id).toBeLessThanOrEqual(sizes.middle)
    expect(sizes.middle, id).toBeLessThanOrEqual(sizes.long)
  }
})

test('a fault that throws has not held, and one that cannot run says why', async () => {
  const fault = { id: 'X', title: 'x', unit: 'x', sizes: { smoke: 1, middle: 1, long: 1 }, run: () => Promise.reject(new Error('no disk')) }
  const options = { form: 'smoke', seed: 1, log: () => undefined } as const
  expect((await runOne(fault, options)).broken).toEqual(['Error: no disk'])
  expect(await runOne({ ...fault, cannotRun: () => 'no strace' }, options)).toMatchObject({ skipped: 'no strace', broken: [] })
})

test('an id that nobody has is refused, with those that there are', async () => {
  const said: string[] = []
  expect(await runFaults(LOADS, ['L99'], text => said.push(text))).toBe(2)
  expect(said.join('')).toContain('there is no L99; there are L1 L2')
})
