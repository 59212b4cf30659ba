/** Message ids of the last minutes, to see a copy that a client sends again. Only an optimisation: the warehouse finds the rest. */
export interface HotSet {
  /** A request sets out with events of this source. */
  open(sourceId: string): Flight
}

/** The ids of one request on their way to the disk. They are claimed in the turn in which it is opened. */
export interface Flight {
  /**
   * `new`: go on, and settle. `seen`: a copy is durable. A promise: a copy is on its way to the disk; true = it became durable,
   * false = it failed, so claim again in a new flight. A request must find the copies within itself first, or it would wait for itself.
   */
  claim(messageId: string): 'new' | 'seen' | Promise<boolean>
  /** Tells what became of the claimed ids. Only durable ones are remembered. */
  settle(durable: boolean): void
}

export interface HotSetOptions {
  readonly now: () => number
  readonly maxKeys?: number
  /** Shortest time that an id is remembered, unless `maxKeys` is reached before. */
  readonly windowMs?: number
}

/** What all ids of a flight point to: told once, it is told of all of them. */
interface Passage {
  isDurable: boolean
  /** null while nobody waits: copies of what is in flight are rare. */
  landing: PromiseWithResolvers<boolean> | null
}
type Generation = Map<string, Map<string, Passage>>

const GENERATIONS = 3

/**
 * The ids themselves are kept, not hashes of them: a hash met by chance would be an event lost. An id takes some hundred bytes, so
 * the most that are kept take less than 100 MB; they are reached only where more than 800 events a second arrive for all of the window.
 */
export function createHotSet({ now, maxKeys = 750_000, windowMs = 15 * 60_000 }: HotSetOptions): HotSet {
  // Newest first. An id lives between windowMs and one and a half times that.
  let generations: Generation[] = [new Map()]
  let size = 0
  let startedAt = now()

  function turn(): void {
    const elapsed = now() - startedAt
    if (size < maxKeys / GENERATIONS && elapsed < windowMs / (GENERATIONS - 1)) return
    // After a quiet time every generation is old.
    generations = elapsed >= windowMs * 2 ? [new Map()] : [new Map(), ...generations.slice(0, GENERATIONS - 1)]
    size = 0
    startedAt = now()
  }

  return {
    open(sourceId) {
      turn()
      const newest = idsOf(generations, sourceId)
      const older = generations.slice(1).flatMap(generation => generation.get(sourceId) ?? [])
      const passage: Passage = { isDurable: false, landing: null }
      let claimed: string[] = []
      return {
        claim(messageId) {
          let other = newest.get(messageId)
          for (let age = 0; other === undefined && age < older.length; age++) other = older[age]?.get(messageId)
          if (other === undefined) {
            newest.set(messageId, passage)
            claimed.push(messageId)
            size++
            return 'new'
          }
          if (other.isDurable) return 'seen'
          other.landing ??= Promise.withResolvers<boolean>()
          return other.landing.promise
        },
        settle(durable) {
          passage.isDurable = durable
          if (!durable) for (const messageId of claimed) newest.delete(messageId)
          claimed = []
          passage.landing?.resolve(durable)
          passage.landing = null
        },
      }
    },
  }
}

function idsOf([newest]: readonly Generation[], sourceId: string): Map<string, Passage> {
  const known = newest?.get(sourceId)
  if (known !== undefined) return known
  const ids = new Map<string, Passage>()
  newest?.set(sourceId, ids)
  return ids
}
