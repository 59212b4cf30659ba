import { describe, expect, it } from 'vitest'
import type { Fault } from './fault.ts'
import { runOne } from './run.ts'

const TIMEOUT_MS = 180_000

/** One test a fault, in its short form; `FAULT_SEED=…` repeats the moments of a failed run. */
export function smokes(faults: readonly Fault[]): void {
  const seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31))
  describe('in short form', () => {
    it.each(faults.map(fault => [fault.id, fault.title, fault] as const))(
      '%s holds: %s',
      async (_id, _title, fault) => {
        const lines: string[] = []
        const { broken, skipped } = await runOne(fault, { form: 'smoke', seed, log: line => lines.push(line) })
        if (skipped !== null) return console.warn(`${fault.id} was not run: ${skipped}`)
        expect(broken, `seed ${seed}\n${lines.join('\n')}`).toEqual([])
      },
      TIMEOUT_MS,
    )
  })
}
