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

interface Flight {
  readonly landed: Promise<boolean>
  readonly land: (durable: boolean) => void
}

type Generation = Map<string, Set<string>>

const GENERATIONS = 3

/** The ids themselves are kept, not hashes of them: a hash met by chance would be an event lost. */
export function createHotSet({ now, maxKeys = 2_000_000, windowMs = 15 * 60_000 }: HotSetOptions): HotSet {
  const inFlight = new Map<string, Flight>()
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

  function remember(sourceId: string, messageId: string): void {
    turn()
    const newest = generations[0] ?? new Map<string, Set<string>>()
    const ids = newest.get(sourceId) ?? new Set<string>()
    newest.set(sourceId, ids)
    ids.add(messageId)
    size++
  }

  return {
    claim: (sourceId, messageId) => {
      const flight = inFlight.get(key(sourceId, messageId))
      if (flight !== undefined) return flight.landed
      turn()
      if (generations.some(generation => generation.get(sourceId)?.has(messageId))) return 'seen'
      const { promise, resolve } = Promise.withResolvers<boolean>()
      inFlight.set(key(sourceId, messageId), { landed: promise, land: resolve })
      return 'new'
    },
    settle: (sourceId, messageIds, durable) => {
      for (const messageId of messageIds) {
        const flight = inFlight.get(key(sourceId, messageId))
        if (flight === undefined) continue
        inFlight.delete(key(sourceId, messageId))
        if (durable) remember(sourceId, messageId)
        flight.land(durable)
      }
    },
  }
}

// Source names come from the configuration and hold no NUL.
function key(sourceId: string, messageId: string): string {
  return `${sourceId}\0${messageId}`
}
