import { RowsNotBegun } from './rowsNotMade.ts'

/** What a thread was asked for and has not answered yet; the first is what it is at, and the only one that its patience is counted for. */
export interface InHand<Answer> {
  count(): number
  /** Resolves or rejects as the thread answers. */
  add(patienceMs: number): Promise<Answer>
  /** Settles the first. */
  answered(settle: (first: Pick<PromiseWithResolvers<Answer>, 'resolve' | 'reject'>) => void): void
  /**
   * The thread ended for this reason. Whatever it was at is to blame, or, where nobody knows, the first; the others were not begun, or
   * their answers are lost.
   */
  ended(reason: Error): void
  /** Resolves when the first is settled, or there is none. */
  first(): Promise<unknown>
}

/**
 * `onTooSlow` is told when the first took longer than its patience, and ends the thread; `begun` says how many the thread has begun since
 * its start, which may be more than were heard of.
 */
export function createInHand<Answer>(onTooSlow: (patienceMs: number) => void, begun: () => number): InHand<Answer> {
  const waiting: (PromiseWithResolvers<Answer> & { readonly patienceMs: number })[] = []
  let settled = 0
  let timer: NodeJS.Timeout | undefined

  function wait(): void {
    clearTimeout(timer)
    const [first] = waiting
    if (first !== undefined) timer = setTimeout(late, first.patienceMs, first.patienceMs)
  }

  function late(patienceMs: number): void {
    // With the next one begun, only its answer is late: whoever waits for it was busy.
    if (begun() > settled + 1) wait()
    else onTooSlow(patienceMs)
  }

  return {
    count: () => waiting.length,
    add: patienceMs => {
      const order = { ...Promise.withResolvers<Answer>(), patienceMs }
      waiting.push(order)
      if (waiting.length === 1) wait()
      return order.promise
    },
    answered: settle => {
      const first = waiting.shift()
      settled++
      wait()
      if (first !== undefined) settle(first)
    },
    ended: reason => {
      const blamed = Math.max(0, begun() - settled - 1)
      const ended = waiting.splice(0)
      wait()
      const others = new RowsNotBegun('the thread that makes rows ended with others', { cause: reason })
      for (const [place, { reject }] of ended.entries()) reject(place === blamed ? reason : others)
    },
    first: () => waiting[0]?.promise.catch(() => undefined) ?? Promise.resolve(),
  }
}
