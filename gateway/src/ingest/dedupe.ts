import { randomBytes } from 'node:crypto'
import { createClaimTable } from './hotSet/claimTable.ts'
import { createKeyTable, type KeyTable } from './hotSet/keyTable.ts'
import { createMessageKeys } from './hotSet/messageKey.ts'
import type { Scanned } from './scan/scanner.ts'

/** Message ids of the last minutes, to see a copy that a client sends again. Only an optimisation: the warehouse finds the rest. */
export interface HotSet {
  /** A request sets out with events of this source. */
  open(sourceId: string): Flight
}

/** Message ids as they stand in a body, each with the print of its event. */
export type ScannedIds = Pick<Scanned, 'body' | 'count' | 'idStarts' | 'idEnds' | 'prints'>

/** The ids of one request on their way to the disk. */
export interface Flight {
  /**
   * `new`: go on, and settle. `seen`: a copy is durable, or comes earlier in this same flight. A promise: a copy is on its way to the disk in
   * another one; true = it became durable, false = it failed, so claim again in a new flight. `print` stands for the content: a copy
   * with another print is a conflict.
   */
  claim(messageId: string, print?: number): 'new' | 'seen' | Promise<boolean>
  /** Claims every id of a request, if all of them are new; else none, and false. */
  claimAll(ids: ScannedIds): boolean
  /** Tells what became of the claimed ids. Only durable ones are remembered. */
  settle(durable: boolean): void
}

export interface HotSetOptions {
  readonly now: () => number
  /** Told of copies whose content was another than that of the first, which is the one that is kept. */
  readonly onConflict?: (sourceId: string, times: number) => void
  readonly maxKeys?: number
  /** Shortest time that an id is remembered, unless `maxKeys` is reached before. */
  readonly windowMs?: number
  /** Random bytes that nobody outside the process knows. */
  readonly secret?: Uint8Array
}

/** What all ids of a flight point to: told once, it is told of all of them. */
interface Passage {
  /** null while nobody waits: copies of what is in flight are rare. */
  landing: PromiseWithResolvers<boolean> | null
}

const GENERATIONS = 3
const WORDS = 4

/**
 * Of what is durable 128-bit keys are kept, not texts: some 20 bytes each, so that two million take about 42 MB. A chance meeting of two
 * keys, which would lose an event, is out of reach even for somebody who seeks it (see `MessageKeys`).
 */
export function createHotSet({
  now,
  onConflict = () => undefined,
  maxKeys = 2_000_000,
  windowMs = 15 * 60_000,
  secret = randomBytes(32),
}: HotSetOptions): HotSet {
  const most = Math.max(1, Math.floor(maxKeys / GENERATIONS))
  const keys = createMessageKeys(secret)
  const key = new Int32Array(WORDS)
  const claims = createClaimTable()
  /** By number of the flight. */
  const passages = new Map<number, Passage>()
  let flights = 0
  // An id lives between windowMs and one and a half times that.
  let newest = createKeyTable(most)
  let older: readonly KeyTable[] = []
  let startedAt = now()

  function turn(): void {
    const elapsed = now() - startedAt
    // A clock that was set back would otherwise stop the turning.
    if (elapsed < 0) startedAt = now()
    if (newest.size() < most && elapsed < windowMs / (GENERATIONS - 1)) return
    // After a quiet time every generation is old.
    older = elapsed >= windowMs * 2 ? [] : [newest, ...older.slice(0, GENERATIONS - 2)]
    newest = createKeyTable(most)
    startedAt = now()
  }

  /** The note that is kept with a durable id, -1 when there is none. */
  function noteOf(words: Int32Array): number {
    const found = newest.find(words)
    if (found >= 0) return found
    for (let age = 0; age < older.length; age++) {
      const known = older[age]?.find(words) ?? -1
      if (known >= 0) return known
    }
    return -1
  }

  function remember(words: Int32Array, note: number): void {
    if (newest.size() >= most) turn()
    newest.add(words, note)
  }

  return {
    open(sourceId) {
      turn()
      const flight = ++flights
      let last = -1
      let conflicts = 0

      function take(words: Int32Array, note: number): void {
        if (last === -1) passages.set(flight, { landing: null })
        last = claims.add(words, note, flight, last)
      }

      function seen(first: number, note: number): 'seen' {
        if (first !== note) conflicts++
        return 'seen'
      }

      function settle(durable: boolean): void {
        while (last !== -1) {
          const note = claims.noteOf(last)
          last = claims.remove(last, key)
          if (durable) remember(key, note)
        }
        if (durable && conflicts > 0) onConflict(sourceId, conflicts)
        conflicts = 0
        const passage = passages.get(flight)
        passages.delete(flight)
        passage?.landing?.resolve(durable)
      }

      return {
        claim(messageId, print = 0) {
          const note = noteFrom(print)
          const words = keys.of(sourceId, messageId)
          const other = claims.find(words)
          if (other >= 0) {
            const first = claims.noteOf(other)
            return claims.flightOf(other) === flight ? seen(first, note) : landing(claims.flightOf(other), first, note, sourceId)
          }
          const known = noteOf(words)
          if (known >= 0) return seen(known, note)
          take(words, note)
          return 'new'
        },
        claimAll({ body, count, idStarts, idEnds, prints }) {
          for (let place = 0; place < count; place++) {
            const words = keys.ofBytes(sourceId, body, idStarts[place] ?? 0, idEnds[place] ?? 0)
            if (claims.find(words) >= 0 || noteOf(words) >= 0) {
              settle(false)
              return false
            }
            take(words, noteFrom(prints[place] ?? 0))
          }
          return true
        },
        settle,
      }
    },
  }

  async function landing(flight: number, first: number, note: number, sourceId: string): Promise<boolean> {
    const passage = passages.get(flight)
    if (passage === undefined) return false
    passage.landing ??= Promise.withResolvers<boolean>()
    const isDurable = await passage.landing.promise
    if (isDurable && first !== note) onConflict(sourceId, 1)
    return isDurable
  }
}

/** As many bits as are kept: one conflict in 65,536 goes unseen. */
function noteFrom(print: number): number {
  return (print ^ (print >>> 16)) & 0xffff
}
