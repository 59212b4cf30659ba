/** Counts how events end, so that flush and close can tell the truth. */
import type { ErrorCode, FlushResult, Undelivered } from './api.ts'

/** The events between two flushes. */
export interface Tally {
  delivered: number
  failed: number
  dropped: number
  pending: number
  undelivered: Map<ErrorCode, Undelivered>
  /** Who counts what this one had not seen the end of when it was told. */
  heir: Tally | undefined
}

export interface Ledger {
  /** Counts one accepted event. */
  accept(): Tally
  drop(code: ErrorCode, message: string): void
  deliver(tally: Tally): void
  fail(tally: Tally, code: ErrorCode, message: string): void
  /** Ends the current tally: later events belong to the next. */
  cut(): Tally
  /** Events accepted up to the end of this tally whose fate is open. */
  pendingUpTo(tally: Tally): number
  /** Each event is told as ended once; the ones still pending pass to the next tally. */
  tell(tally: Tally): FlushResult
  total(): FlushResult
}

const newTally = (): Tally => ({ delivered: 0, failed: 0, dropped: 0, pending: 0, undelivered: new Map(), heir: undefined })

function note({ undelivered }: Tally, code: ErrorCode, message: string): void {
  const known = undelivered.get(code)
  if (known === undefined) undelivered.set(code, { code, message, events: 1 })
  else {
    known.message = message
    known.events++
  }
}

function resultOf({ delivered, failed, dropped, undelivered }: Tally, pending: number): FlushResult {
  return { delivered, failed, pending, dropped, undelivered: [...undelivered.values()].map(one => ({ ...one })) }
}

export function createLedger(): Ledger {
  const life = newTally()
  let current = newTally()
  /** Not told yet, oldest first; the last one is `current`. */
  let open: Tally[] = [current]

  const living = (tally: Tally): Tally => {
    let last = tally
    while (last.heir !== undefined) last = last.heir
    // An outage with many flushes makes long chains: walk each once.
    if (last !== tally) tally.heir = last
    return last
  }
  const pendingUpTo = (tally: Tally) => open.slice(0, open.indexOf(tally) + 1).reduce((sum, { pending }) => sum + pending, 0)

  return {
    accept() {
      current.pending++
      life.pending++
      return current
    },
    drop(code, message) {
      for (const tally of [current, life]) {
        tally.dropped++
        note(tally, code, message)
      }
    },
    deliver(of) {
      for (const tally of [living(of), life]) {
        tally.pending--
        tally.delivered++
      }
    },
    fail(of, code, message) {
      for (const tally of [living(of), life]) {
        tally.pending--
        tally.failed++
        note(tally, code, message)
      }
    },
    cut() {
      const ended = current
      current = newTally()
      open.push(current)
      return ended
    },
    pendingUpTo,
    tell(tally) {
      const result = resultOf(tally, pendingUpTo(tally))
      const next = open[open.indexOf(tally) + 1]
      if (next !== undefined) {
        next.pending += tally.pending
        tally.heir = next
      }
      open = open.filter(one => one !== tally)
      return result
    },
    total: () => resultOf(life, life.pending),
  }
}
