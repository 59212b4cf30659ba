import type { Event } from '@waymark/schemas/event'
import type { Database } from '../db/open.ts'
import { insertRows, sqlTime } from '../db/query.ts'
import type { Flaw } from '../ingest/event/sanitise.ts'
import type { Spool } from '../ingest/spool/spool.ts'
import type { CheckPlan } from '../plan/gate.ts'
import { type Candidate, type Place, type RejectedFilter, readCandidates } from './candidates.ts'
import { type Hindrance, revive } from './revive.ts'

/** What became of the rejected events that were looked at; each is in one of the five. */
export interface ReplayResult {
  /** Taken in again, with their own times: stored as soon as they are loaded, or known as copies. */
  readonly replayed: number
  /** Replayed before: nothing was done. */
  readonly already: number
  /** Still not right, by reason; they stay. */
  readonly flawed: readonly (Flaw & { readonly events: number })[]
  /** Cannot be replayed at all. */
  readonly hindered: { readonly [by in Hindrance]: number }
  /** Of people who must not be stored. */
  readonly suppressed: number
  /** Where to go on; null when all that were meant were looked at. */
  readonly next: Place | null
}

export interface ReplayEdges {
  readonly db: Database
  readonly spool: Pick<Spool, 'append'>
  readonly checkPlan: CheckPlan
  readonly isSuppressed?: (event: Event) => boolean
  readonly now: () => number
}

/** Takes up to `limit` rejected events in again. Two replays at once in one process follow each other. */
export type Replay = (filter: RejectedFilter, after: Place, limit: number) => Promise<ReplayResult>

const HOUR_MS = 3_600_000
const MOST_REASONS = 20

/**
 * What is replayed is made durable first and noted after: a crash between the two makes the next replay send a copy with the same message id,
 * which the warehouse counts as one; the other order would lose the event. The note says that the event counts no longer as rejected, nor as
 * received a second time.
 */
export function createReplay({ db, spool, checkPlan, isSuppressed = () => false, now }: ReplayEdges): Replay {
  let turn: Promise<unknown> = Promise.resolve()

  async function replay(filter: RejectedFilter, after: Place, limit: number): Promise<ReplayResult> {
    const candidates = await readCandidates(db, filter, after, limit + 1)
    const page = candidates.slice(0, limit)
    const flaws = new Map<string, Flaw & { events: number }>()
    const hindered = { cut: 0, blocked: 0, not_storable: 0 }
    let [already, suppressed] = [0, 0]
    const appended: Promise<object>[] = []

    for (const candidate of page) {
      if (candidate.is_replayed === 1) {
        already++
        continue
      }
      const revival = revive(candidate)
      if (revival.kind === 'hindered') hindered[revival.by]++
      else if (revival.kind === 'flawed') count(flaws, revival.flaw)
      else {
        const { event, given, request, messageId } = revival
        const { source, trust, userAgent, isHistorical } = request.facts
        const refused = checkPlan(event, given, { source: { sourceId: source, trust }, userAgent, isHistorical })
        if (isSuppressed(event)) suppressed++
        else if (refused !== null) count(flaws, refused.flaw)
        else appended.push(spool.append({ request, rejected: [], counts: [countOf(candidate)] }).then(() => noteOf(candidate, messageId)))
      }
    }
    const settled = await Promise.allSettled(appended)
    const notes = settled.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
    await insertRows(db.client, 'rejected_replays', notes)
    const failed = settled.find(one => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    const last = page.at(-1)
    const flawed = [...flaws.values()].sort((one, other) => other.events - one.events).slice(0, MOST_REASONS)
    return {
      replayed: notes.length,
      already,
      flawed,
      hindered,
      suppressed,
      next: candidates.length > limit && last !== undefined ? last : null,
    }
  }

  function noteOf({ segment_id, segment_index, source_id, received_at }: Candidate, message_id: string): object {
    return { segment_id, segment_index, source_id, received_at: sqlTime(received_at), message_id, replayed_at: sqlTime(now()) }
  }

  return (filter, after, limit) => {
    const mine = turn.then(() => replay(filter, after, limit))
    turn = mine.catch(() => undefined)
    return mine
  }
}

function countOf({ source_id, received_at }: Candidate) {
  return { source_id, hour: received_at - (received_at % HOUR_MS), received: 1, deduplicated: 0, rejected: 0, suppressed: 0 }
}

function count(flaws: Map<string, Flaw & { events: number }>, flaw: Flaw): void {
  const key = `${flaw.code} ${flaw.path}`
  const known = flaws.get(key)
  if (known === undefined) flaws.set(key, { ...flaw, events: 1 })
  else known.events++
}
