import type { Family } from './exposition.ts'

export interface Histogram {
  observe(value: number): void
  family(name: string, help: string): Family
}

/** Seconds: from a fast disk's flush to the patience of a sender. */
const LATENCY_SECONDS: readonly number[] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Counts observations by upper bound, `bounds` rising. */
export function createHistogram(bounds: readonly number[] = LATENCY_SECONDS): Histogram {
  const counts = new Float64Array(bounds.length + 1)
  let sum = 0

  return {
    observe(value) {
      let index = 0
      while (index < bounds.length && value > (bounds[index] ?? Number.POSITIVE_INFINITY)) index++
      counts[index] = (counts[index] ?? 0) + 1
      sum += value
    },
    family(name, help) {
      let below = 0
      const buckets = [...counts].map((count, index) => {
        below += count
        return { suffix: '_bucket', labels: { le: index < bounds.length ? String(bounds[index]) : '+Inf' }, value: below } as const
      })
      return { name, help, type: 'histogram', samples: [...buckets, { suffix: '_sum', value: sum }, { suffix: '_count', value: below }] }
    },
  }
}
