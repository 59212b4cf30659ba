export interface LaneLimits {
  /** The newest so many are kept; as many may come at once. */
  readonly keep: number
  readonly perSecond: number
}

/** The newest of one kind, with a budget that keeps a flood cheap. */
export interface Lane<T> {
  /** How many of so many that arrive now may be pushed. */
  grant(count: number, at: number): number
  push(entry: T): void
  /** Oldest first. */
  entries(): readonly T[]
}

export function createLane<T>({ keep, perSecond }: LaneLimits): Lane<T> {
  const ring: T[] = []
  const budget = { left: keep, at: 0 }
  return {
    grant(count, at) {
      // A clock that was set back gives nothing and takes nothing.
      const passed = Math.max(0, at - budget.at)
      budget.left = Math.min(keep, budget.left + (passed * perSecond) / 1000)
      budget.at = at
      const granted = Math.min(count, Math.floor(budget.left))
      budget.left -= granted
      return granted
    },
    push(entry) {
      ring.push(entry)
      if (ring.length > keep) ring.shift()
    },
    entries: () => ring,
  }
}
