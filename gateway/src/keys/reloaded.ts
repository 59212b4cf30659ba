/** A list of the warehouse that is held in memory: asking it costs no query, and it is there while the warehouse is away. */
export interface Reloaded<T> {
  current(): T
  /** Takes over what the warehouse has, read after this call; keeps what is there when that cannot be read. */
  reload(): Promise<void>
  /** Ends the reloading. */
  close(): void
}

/** The last list that the warehouse gave, on disk. */
export interface Copy<R> {
  read(): Promise<readonly R[]>
  write(list: readonly R[]): Promise<void>
}

export interface ReloadedEdges<R, T> {
  readonly load: () => Promise<readonly R[]>
  readonly copy: Copy<R>
  /** Makes of the list what is asked of it. */
  readonly index: (list: readonly R[]) => T
  /** Told once when the warehouse stops answering, and again after each recovery. */
  readonly onStale: ((error: unknown) => void) | undefined
  /** Milliseconds between two reloads; 0 reloads only when asked. */
  readonly reloadMs: number
}

/** Changes made anywhere must be in force everywhere within 5 s: two readings, and the time of one that is slow. */
export const RELOAD_MS = 2000

/** Opens with the last good copy, then reloads in the background. */
export async function openReloaded<R, T>({ load, copy, index, onStale, reloadMs }: ReloadedEdges<R, T>): Promise<Reloaded<T>> {
  const kept = await copy.read()
  let current = index(kept)
  let text = JSON.stringify(kept)
  let written = text
  let stale = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function take(): Promise<void> {
    try {
      const list = await load()
      const next = JSON.stringify(list)
      if (next !== text) {
        current = index(list)
        text = next
      }
      if (next !== written) {
        await copy.write(list)
        written = next
      }
      stale = false
    } catch (error) {
      if (!stale) onStale?.(error)
      stale = true
    }
  }

  // One after another: a reading under way may have begun before the change that the caller wants to see.
  const reload = () => {
    running = running.then(take)
    return running
  }

  function again(): void {
    if (closed || reloadMs === 0) return
    timer = setTimeout(() => reload().then(again), reloadMs)
    timer.unref()
  }
  again()

  return {
    current: () => current,
    reload,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
