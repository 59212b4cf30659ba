import type { Fault } from '../fault.ts'
import { pause } from '../launch.ts'
import { dishonest, onBench, QUIET } from './bench.ts'

/** Seconds of each burst, and from one to the next. */
const SHAPE = { smoke: { burst: 1, every: 3 }, middle: { burst: 8, every: 25 }, long: { burst: 30, every: 120 } }
const RECOVERED_TIMES = 3
const RECOVERY_S = 10

export const burst: Fault = {
  id: 'L2',
  title: 'bursts of 20,000 events/s out of nothing',
  unit: 'bursts',
  sizes: { smoke: 1, middle: 2, long: 5 },
  run: ({ form, size, log }) =>
    onBench(async ({ part }) => {
      const quiet = await part(QUIET, form === 'smoke' ? 1 : 5)
      const rates: number[] = []
      const broken: string[] = []
      const recoveries: number[] = []
      for (let round = 0; round < size; round++) {
        const began = performance.now()
        const loaded = await part({ connections: 64, perRequest: 100, eventsPerSecond: 20_000 }, SHAPE[form].burst)
        rates.push(loaded.rate)
        broken.push(...dishonest(loaded))
        const ended = performance.now()
        let after = await part(QUIET, 1.5)
        while (after.p99 > RECOVERED_TIMES * quiet.p99 && performance.now() - ended < 3 * RECOVERY_S * 1000) after = await part(QUIET, 1.5)
        recoveries.push((performance.now() - ended) / 1000)
        broken.push(...dishonest(after))
        log(
          `burst ${round}: ${loaded.rate} events/s, p99 ${loaded.p99.toFixed(0)} ms, quiet again after ${recoveries.at(-1)?.toFixed(1)} s`,
        )
        if (round < size - 1) await pause(Math.max(0, SHAPE[form].every * 1000 - (performance.now() - began)))
      }
      const slowest = Math.max(...recoveries)
      if (form !== 'smoke' && slowest > RECOVERY_S) broken.push(`${slowest.toFixed(0)} s until quiet traffic was as before`)
      return {
        figures: { 'events/s': Math.round(rates.reduce((sum, rate) => sum + rate, 0) / size), 'quiet again s': slowest.toFixed(1) },
        broken,
      }
    }),
}
