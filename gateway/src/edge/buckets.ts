import type { Network } from './network.ts'

/** How much may come at once, and how fast it comes back. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** One token bucket for each network, in memory that never grows. */
export interface NetworkBuckets {
  /** Seconds until there is something again; 0: there is. Costs nothing. */
  wait(network: Network, now: number): number
  /** Takes so many tokens, also below zero: what was let in is paid for later. */
  take(network: Network, tokens: number, now: number): void
}

/** Places that a network can be in; the table is divided into groups of so many. */
const WAYS = 8
/** 65,536 networks in 1.3 MB. */
const GROUPS = 8192

/**
 * A bucket that is full again is as good as none, so it is the first to be forgotten. With more networks at once than the table has
 * places, of eight that share a group the fullest makes room: whoever takes most is remembered longest, and an attacker with a million
 * addresses frees himself of no debt by using the others. `seed` keeps him from choosing which of them share a group.
 */
export function createNetworkBuckets({ perSecond, burst }: Rate, seed: number): NetworkBuckets {
  const highs = new Uint32Array(GROUPS * WAYS)
  const lows = new Uint32Array(GROUPS * WAYS)
  const tokens = new Float32Array(GROUPS * WAYS)
  const seenAt = new Float64Array(GROUPS * WAYS)

  function filled(place: number, now: number): number {
    const since = Math.max(0, now - (seenAt[place] ?? 0))
    return Math.min(burst, (tokens[place] ?? 0) + (since * perSecond) / 1000)
  }

  /** -1 when it has no bucket: that is a full one. */
  function find({ high, low }: Network, first: number): number {
    for (let place = first; place < first + WAYS; place++) if (lows[place] === low && highs[place] === high) return place
    return -1
  }

  function makeRoom({ high, low }: Network, first: number, now: number): number {
    let fullest = first
    let most = Number.NEGATIVE_INFINITY
    for (let place = first; place < first + WAYS; place++) {
      const there = filled(place, now)
      if (there > most) [fullest, most] = [place, there]
    }
    highs[fullest] = high
    lows[fullest] = low
    tokens[fullest] = burst
    seenAt[fullest] = now
    return fullest
  }

  return {
    wait(network, now) {
      const place = find(network, groupOf(network, seed))
      const there = place < 0 ? burst : filled(place, now)
      return there > 0 ? 0 : (1 - there) / perSecond
    },
    take(network, count, now) {
      const first = groupOf(network, seed)
      const found = find(network, first)
      const place = found < 0 ? makeRoom(network, first, now) : found
      tokens[place] = filled(place, now) - count
      seenAt[place] = now
    },
  }
}

/** First place of the group; the mixing of murmur3. */
function groupOf({ high, low }: Network, seed: number): number {
  let mixed = seed ^ Math.imul(high, 0xcc9e2d51)
  mixed = Math.imul((mixed << 13) | (mixed >>> 19), 0x85ebca6b) ^ Math.imul(low, 0x1b873593)
  mixed ^= mixed >>> 16
  mixed = Math.imul(mixed, 0xc2b2ae35)
  mixed ^= mixed >>> 13
  return (mixed & (GROUPS - 1)) * WAYS
}

/** One token bucket. */
export interface Bucket {
  wait(now: number): number
  take(tokens: number, now: number): void
}

export function createBucket({ perSecond, burst }: Rate, at: number): Bucket {
  let tokens = burst
  let seenAt = at

  function fill(now: number): number {
    tokens = Math.min(burst, tokens + (Math.max(0, now - seenAt) * perSecond) / 1000)
    seenAt = now
    return tokens
  }

  return {
    wait: now => (fill(now) > 0 ? 0 : (1 - tokens) / perSecond),
    take(count, now) {
      tokens = fill(now) - count
    },
  }
}
