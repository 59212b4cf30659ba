/** Chance that is the same for the same seed, on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** Whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number
  chance(probability: number): boolean
  pick<const T extends readonly [unknown, ...unknown[]]>(values: T): T[number]
  /** One of the values, as often as its weight says. */
  weighted<T>(values: readonly (readonly [weight: number, value: T])[]): T
}

export function createRandom(...seeds: readonly number[]): Random {
  let state = seeds.reduce((mixed, seed) => Math.imul(mixed ^ (seed >>> 0), 0x9e3779b1) ^ (mixed >>> 15), 0x85ebca6b) >>> 0

  // mulberry32 (T. Ettinger, public domain).
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  return {
    next,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: probability => next() < probability,
    pick: values => values[Math.floor(next() * values.length)] ?? values[0],
    weighted(values) {
      let left = next() * values.reduce((sum, [weight]) => sum + weight, 0)
      const found = values.find(([weight]) => {
        left -= weight
        return left < 0
      })
      const [, value] = found ?? values[values.length - 1] ?? []
      if (value === undefined) throw new Error('nothing to choose from')
      return value
    },
  }
}
