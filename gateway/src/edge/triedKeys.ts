import { createHash } from 'node:crypto'
import type { Network } from './network.ts'

/** Which wrong keys came from which network, in memory that never grows. */
export interface TriedKeys {
  /** Whether this one is tried for the first time, as far as is remembered; from then on it is not. */
  isNew(network: Network, key: string): boolean
}

/** 256 KB. */
const PLACES = 65_536
/** No key is longer. */
const MOST_CHARS = 512

/**
 * Of two that share a place the later is remembered: the other is new once more, which costs its sender one guess of a thousand. That a guess passes
 * for one that was tried happens once in 2^48 times, and `seed` keeps its sender from choosing when.
 */
export function createTriedKeys(seed: number): TriedKeys {
  const prints = new Uint32Array(PLACES)
  return {
    isNew({ high, low }, key) {
      const digest = createHash('sha256')
        .update(`${seed} ${high} ${low} ${key.slice(0, MOST_CHARS)}`)
        .digest()
      const place = digest.readUInt16LE(0)
      const print = digest.readUInt32LE(4)
      if (prints[place] === print) return false
      prints[place] = print
      return true
    },
  }
}
