/** As many as the engine takes do so already, and it did not get better in time. The same may be asked again a little later. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy'
}

/** Lets so many through at once; the others wait in their order. */
export interface Turns {
  /**
   * Resolves with the function that gives the turn back, which may be called more than once. Rejects with `TooBusy` when it takes too long,
   * with the signal's reason when nobody wants it any more.
   */
  take(signal?: AbortSignal): Promise<() => void>
}

export interface TurnsOptions {
  readonly atOnce: number
  readonly patienceMs: number
}

export function createTurns({ atOnce, patienceMs }: TurnsOptions): Turns {
  let taken = 0
  /** In their order, as sets keep it. */
  const waiting = new Set<() => void>()

  function turn(): () => void {
    taken++
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      taken--
      const [next] = waiting
      next?.()
    }
  }

  return {
    async take(signal) {
      signal?.throwIfAborted()
      if (taken < atOnce) return turn()
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(begin)
          clearTimeout(timer)
          signal?.removeEventListener('abort', giveUp)
        }
        const begin = () => {
          leave()
          resolve(turn())
        }
        const giveUp = () => {
          leave()
          reject(signal?.reason)
        }
        const timer = setTimeout(() => {
          leave()
          reject(new TooBusy(`${atOnce} reads run already, and none ended within ${patienceMs / 1000} seconds: ask again in a moment`))
        }, patienceMs)
        waiting.add(begin)
        signal?.addEventListener('abort', giveUp, { once: true })
      })
    },
  }
}
