/** Tries per address and quarter of an hour. */
export const MOST_TRIES = 10
export const TRY_WINDOW_MS = 15 * 60_000
const MOST_ADDRESSES = 10_000

export interface Throttle {
  /** Counts a try before it is judged, so that tries side by side count too; gives the seconds to wait, 0 when it may go on. */
  take(address: string): number
  /** A good sign-in forgives the tries before it. */
  forgive(address: string): void
}

/** Sliding window of tries per address. */
export function createThrottle(now: () => number): Throttle {
  const tries = new Map<string, number[]>()

  return {
    take(address) {
      const recent = (tries.get(address) ?? []).filter(at => at > now() - TRY_WINDOW_MS)
      const [first] = recent
      if (recent.length >= MOST_TRIES && first !== undefined) return Math.ceil((first + TRY_WINDOW_MS - now()) / 1000)
      tries.delete(address)
      const [oldest] = tries.keys()
      if (tries.size >= MOST_ADDRESSES && oldest !== undefined) tries.delete(oldest)
      tries.set(address, [...recent, now()])
      return 0
    },
    forgive(address) {
      tries.delete(address)
    },
  }
}
