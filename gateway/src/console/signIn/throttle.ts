import { networkOf, networkText } from '../../edge/network.ts'

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

/** Of IPv6 a subscriber has a whole network, and could take another address for each try. */
function subscriber(client: string): string {
  const network = networkOf(client)
  return network === null ? client : networkText(network)
}

/** Sliding window of tries per address. */
export function createThrottle(now: () => number): Throttle {
  const tries = new Map<string, number[]>()

  return {
    take(client) {
      const address = subscriber(client)
      const recent = (tries.get(address) ?? []).filter(at => at > now() - TRY_WINDOW_MS)
      const [first] = recent
      if (recent.length >= MOST_TRIES && first !== undefined) return Math.ceil((first + TRY_WINDOW_MS - now()) / 1000)
      tries.delete(address)
      const [oldest] = tries.keys()
      if (tries.size >= MOST_ADDRESSES && oldest !== undefined) tries.delete(oldest)
      tries.set(address, [...recent, now()])
      return 0
    },
    forgive(client) {
      tries.delete(subscriber(client))
    },
  }
}
