/** Message ids of the last minutes, to see a copy that a client sends again. Only an optimisation: the warehouse finds the rest. */
export interface HotSet {
  /**
   * `new`: go on, and settle. `seen`: a copy is durable. A promise: a copy is on its way to the disk; true = it became durable,
   * false = it failed, so claim again. A request must find the copies within itself first, or it would wait for itself.
   */
  claim(sourceId: string, messageId: string): 'new' | 'seen' | Promise<boolean>
  /** Tells what became of claimed ids. Only durable ones are remembered. */
  settle(sourceId: string, messageIds: readonly string[], durable: boolean): void
}

export interface HotSetOptions {
  readonly now: () => number
  readonly maxKeys?: number
  /** Shortest time that an id is remembered, unless `maxKeys` is reached before. */
  readonly windowMs?: number
}

/** null while nobody waits for it: copies of what is in flight are rare, and a promise costs more than all the rest. */
type Flight = PromiseWithResolvers<boolean> | null

type Generation = Map<string, Set<string>>

const GENERATIONS = 3

/** The ids themselves are kept, not hashes of them: a hash met by chance would be an event lost. */
export function createHotSet({ now, maxKeys = 2_000_000, windowMs = 15 * 60_000 }: HotSetOptions): HotSet {
  const inFlight = new Map<string, Map<string, Flight>>()
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
    claim: (sourceId, messageId) => {
      const flights = entry(inFlight, sourceId, () => new Map<string, Flight>())
      const flight = flights.get(messageId)
      if (flight !== undefined) {
        const landing = flight ?? Promise.withResolvers<boolean>()
        flights.set(messageId, landing)
        return landing.promise
      }
      turn()
      for (const generation of generations) if (generation.get(sourceId)?.has(messageId)) return 'seen'
      flights.set(messageId, null)
      return 'new'
    },
    settle: (sourceId, messageIds, durable) => {
      turn()
      const flights = inFlight.get(sourceId)
      const ids = entry(generations[0] ?? new Map<string, Set<string>>(), sourceId, () => new Set<string>())
      for (const messageId of messageIds) {
        const flight = flights?.get(messageId)
        if (flight === undefined) continue
        flights?.delete(messageId)
        if (durable) {
          ids.add(messageId)
          size++
        }
        flight?.resolve(durable)
      }
      if (flights?.size === 0) inFlight.delete(sourceId)
    },
  }
}

function entry<V>(map: Map<string, V>, key: string, create: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const created = create()
  map.set(key, created)
  return created
}
