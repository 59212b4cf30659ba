import { createIdTable, hashOf, type IdTable } from './idTable.ts'

/** Message ids of the last minutes, to see a copy that a client sends again. Only an optimisation: the warehouse finds the rest. */
export interface HotSet {
  /** A request sets out with events of this source. */
  open(sourceId: string): Flight
}

/** The ids of one request on their way to the disk. They are claimed in the turn in which it is opened. */
export interface Flight {
  /**
   * `new`: go on, and settle. `again`: this flight has claimed it before. `seen`: a copy is durable. A promise: a copy is on its way to
   * the disk; true = it became durable, false = it failed, so claim again in a new flight.
   */
  claim(messageId: string): 'new' | 'again' | 'seen' | Promise<boolean>
  /** Tells what became of the claimed ids. Only durable ones are remembered. */
  settle(durable: boolean): void
}

export interface HotSetOptions {
  readonly now: () => number
  readonly maxKeys?: number
  /** Shortest time that an id is remembered, unless `maxKeys` is reached before. */
  readonly windowMs?: number
  /** Any number that senders do not know: else they could choose ids that are slow to find. */
  readonly seed?: number
}

/** Waited for; null while nobody waits: copies of what is in flight are rare. */
type Landing = PromiseWithResolvers<boolean> | null

const GENERATIONS = 3
/** Of an id whose flight failed: nobody has claimed it. */
const NOBODY = 0

/**
 * The ids themselves are kept, not only hashes of them: a hash met by chance would be an event lost. An id of 36 characters takes some 80 bytes, so
 * the most that are kept take less than 100 MB also while they grow; they are reached only where more than 800 events a second arrive for all of the window.
 */
export function createHotSet({ now, maxKeys = 750_000, windowMs = 15 * 60_000, seed = 0 }: HotSetOptions): HotSet {
  // Newest first. An id lives between windowMs and one and a half times that. Its number is that of its flight.
  let generations: IdTable[] = [createIdTable()]
  let startedAt = now()
  let flights = NOBODY
  const owners = new Map<string, number>()
  /** Those that have not landed. */
  const inFlight = new Map<number, Landing>()

  function turn(): void {
    const elapsed = now() - startedAt
    if ((generations[0]?.size() ?? 0) < maxKeys / GENERATIONS && elapsed < windowMs / (GENERATIONS - 1)) return
    // After a quiet time every generation is old.
    generations = elapsed >= windowMs * 2 ? [createIdTable()] : [createIdTable(), ...generations.slice(0, GENERATIONS - 1)]
    startedAt = now()
  }

  function ownerOf(sourceId: string): number {
    const known = owners.get(sourceId)
    if (known !== undefined) return known
    owners.set(sourceId, owners.size)
    return owners.size - 1
  }

  function landingOf(flight: number): Promise<boolean> {
    const landing = inFlight.get(flight) ?? Promise.withResolvers<boolean>()
    inFlight.set(flight, landing)
    return landing.promise
  }

  return {
    open(sourceId) {
      turn()
      const owner = ownerOf(sourceId)
      const flight = ++flights
      const tables = generations
      const newest = tables[0] ?? createIdTable()
      const claimed: number[] = []
      inFlight.set(flight, null)
      return {
        claim(messageId) {
          const hash = hashOf(seed, owner, messageId)
          for (const table of tables) {
            const place = table.find(hash, owner, messageId)
            if (place < 0) continue
            const other = table.value(place)
            if (other === flight) return 'again'
            if (inFlight.has(other)) return landingOf(other)
            if (other !== NOBODY) return 'seen'
            if (table !== newest) continue
            newest.setValue(place, flight)
            claimed.push(place)
            return 'new'
          }
          const place = newest.add(hash, owner, messageId, flight)
          if (place >= 0) claimed.push(place)
          return 'new'
        },
        settle(durable) {
          const landing = inFlight.get(flight)
          inFlight.delete(flight)
          if (!durable) for (const place of claimed) newest.setValue(place, NOBODY)
          landing?.resolve(durable)
        },
      }
    },
  }
}
