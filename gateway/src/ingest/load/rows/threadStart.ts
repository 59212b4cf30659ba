import { rename } from 'node:fs/promises'
import type { Worker } from 'node:worker_threads'
import { RowsNotMade, RowsStopped } from './rowsNotMade.ts'

/** What a thread says when it has opened what it works with. */
export interface Ready {
  readonly ready: true
}

export interface StartEdges {
  readonly longestMs: number
  /** What threads begin with. */
  readonly clockFile: string | null
  readonly onTold: (message: string) => void
}

/** Then the file that they begin with is taken for the cause. */
const STARTS_BEFORE_BLAME = 2

/**
 * Waits until a thread is ready; rejects when it does not come to that. A file that threads cannot begin with is put aside, for rows matter
 * more than the clocks.
 */
export function createStarts({ longestMs, clockFile, onTold }: StartEdges): (thread: Worker, isWanted: () => boolean) => Promise<void> {
  let failed = 0

  /** Beside where it stood, from where it is removed with all that is old. */
  async function putAside(file: string, error: unknown): Promise<void> {
    const aside = `${file}.bad`
    const end = await rename(file, aside).then(
      () => `was put aside as ${aside}; devices' clocks are measured anew`,
      (cause: unknown) => `cannot be put aside: ${String(cause)}`,
    )
    const cause = error instanceof Error && error.cause !== undefined ? ` (${String(error.cause)})` : ''
    onTold(`the thread that makes rows cannot start, ${failed} times in a row: ${String(error)}${cause}; ${file} ${end}`)
  }

  return async (thread, isWanted) => {
    try {
      await readyThread(thread, longestMs)
      failed = 0
    } catch (error) {
      if (!isWanted()) throw new RowsStopped('the loader stops')
      failed++
      if (clockFile !== null && failed % STARTS_BEFORE_BLAME === 0) await putAside(clockFile, error)
      throw error
    }
  }
}

/** Resolves when the thread says that it is ready. Rejects when it ends before, or takes too long, which ends it. */
function readyThread(thread: Worker, patienceMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      finish(() => reject(new RowsNotMade(`the thread that makes rows did not start within ${patienceMs / 1000} s`)))
      void thread.terminate()
    }, patienceMs)
    // Whoever waits for rows keeps the process.
    timer.unref()
    const onMessage = (message: object) => {
      if ('ready' in message) finish(resolve)
    }
    const onError = (cause: unknown) => finish(() => reject(new RowsNotMade('the thread that makes rows died at its start', { cause })))
    const onExit = () => finish(() => reject(new RowsNotMade('the thread that makes rows ended at its start')))
    function finish(settle: () => void): void {
      clearTimeout(timer)
      thread.off('message', onMessage).off('error', onError).off('exit', onExit)
      settle()
    }
    thread.on('message', onMessage).on('error', onError).on('exit', onExit)
  })
}
