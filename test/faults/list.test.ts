import { expect, test, vi } from 'vitest'
import type { Fault } from './fault.ts'
import { launch } from './launch.ts'
import { FAULTS, LOADS } from './list.ts'
import { runFaults, runOne } from './run.ts'
import { untilDrained } from './watch.ts'

const NOTHING = { received: 7, stored: 0, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 }

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

test('a fault that does not end has not held: it says what it waits for, what its processes said last, and leaves none of them', async () => {
  const lines: string[] = []
  const pids: number[] = []
  const run: Fault['run'] = async () => {
    const command = [
      process.execPath,
      '-e',
      "console.log('ready x'); console.log('the disk is slow'); setInterval(() => {}, 1000)",
    ] as const
    const running = await launch({ command, readyLine: /ready (\w)/ })
    pids.push(running.pid)
    await untilDrained({ stats: () => Promise.resolve({ ...NOTHING, pending: 7 }) })
    return { figures: {}, broken: [] }
  }
  const fault = { id: 'X', title: 'x', unit: 'x', sizes: { smoke: 1, middle: 1, long: 1 }, run }
  const report = await runOne(fault, { form: 'smoke', seed: 1, log: line => lines.push(line), withinMs: 1500 })
  expect(report.broken.join()).toMatch(
    /did not end within 1.5 s: waits for statistics with nothing pending since \d s; last: .*"pending":7/,
  )
  expect(lines.join('\n')).toContain('the disk is slow')
  await vi.waitFor(() => expect(() => process.kill(pids[0] ?? 0, 0)).toThrow())
}, 30_000)

test('an id that nobody has is refused, with those that there are', async () => {
  const said: string[] = []
  expect(await runFaults(LOADS, ['L99'], text => said.push(text))).toBe(2)
  expect(said.join('')).toContain('there is no L99; there are L1 L2')
})
