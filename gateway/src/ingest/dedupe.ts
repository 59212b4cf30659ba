import { randomBytes } from 'node:crypto'
import { createKeyTable, type KeyTable } from './hotSet/keyTable.ts'
import { createMessageKeys } from './hotSet/messageKey.ts'

/** Message ids of the last minutes, to see a copy that a client sends again. Only an optimisation: the warehouse finds the rest. */
export interface HotSet {
  /** A request sets out with events of this source. */
  open(sourceId: string): Flight
}

/** The ids of one request on their way to the disk. */
export interface Flight {
  /**
   * `new`: go on, and settle. `seen`: a copy is durable, or comes earlier in this same flight. A promise: a copy is on its way to the disk in
   * another one; true = it became durable, false = it failed, so claim again in a new flight. `print` stands for the content: a copy
   * with another print is a conflict.
   */
  claim(messageId: string, print?: number): 'new' | 'seen' | Promise<boolean>
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

/** An id on its way to the disk, as text: no key is trusted with it before. */
interface Claimed {
  readonly passage: Passage
  readonly note: number
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
  const inFlight = new Map<string, Map<string, Claimed>>()
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

  function remember(words: readonly number[], from: number, note: number): void {
    for (let word = 0; word < WORDS; word++) key[word] = words[from + word] ?? 0
    if (newest.size() >= most) turn()
    newest.add(key, note)
  }

  return {
    open(sourceId) {
      turn()
      const passage: Passage = { landing: null }
      let claimed: string[] = []
      let words: number[] = []
      let conflicts = 0

      function seen(first: number, note: number): 'seen' {
        if (first !== note) conflicts++
        return 'seen'
      }

      return {
        claim(messageId, print = 0) {
          const note = noteFrom(print)
          const other = inFlight.get(sourceId)?.get(messageId)
          if (other !== undefined) return other.passage === passage ? seen(other.note, note) : landing(other, note, sourceId)
          const found = keys.of(sourceId, messageId)
          const known = noteOf(found)
          if (known >= 0) return seen(known, note)
          for (let word = 0; word < WORDS; word++) words.push(found[word] ?? 0)
          claimed.push(messageId)
          idsOf(inFlight, sourceId).set(messageId, { passage, note })
          return 'new'
        },
        settle(durable) {
          const ids = inFlight.get(sourceId)
          for (let index = 0; index < claimed.length; index++) {
            const messageId = claimed[index] ?? ''
            if (durable) remember(words, index * WORDS, ids?.get(messageId)?.note ?? 0)
            ids?.delete(messageId)
          }
          if (ids?.size === 0) inFlight.delete(sourceId)
          claimed = []
          words = []
          if (durable && conflicts > 0) onConflict(sourceId, conflicts)
          conflicts = 0
          passage.landing?.resolve(durable)
          passage.landing = null
        },
      }
    },
  }

  async function landing({ passage, note: first }: Claimed, note: number, sourceId: string): Promise<boolean> {
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

function idsOf(inFlight: Map<string, Map<string, Claimed>>, sourceId: string): Map<string, Claimed> {
  const known = inFlight.get(sourceId)
  if (known !== undefined) return known
  const ids = new Map<string, Claimed>()
  inFlight.set(sourceId, ids)
  return ids
}
