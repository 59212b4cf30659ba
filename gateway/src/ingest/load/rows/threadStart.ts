import type { Worker } from 'node:worker_threads'
import { RowsNotMade } from './rowsNotMade.ts'

/** What a thread says when it has opened what it works with. */
export interface Ready {
  readonly ready: true
}

/** Resolves when the thread says that it is ready. Rejects when it ends before, or takes too long, which ends it. */
export function readyThread(thread: Worker, patienceMs: number): Promise<void> {
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
