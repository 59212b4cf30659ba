import type { Event } from '@waymark/schemas/event'
import type { Database } from '../db/open.ts'
import { insertRows, sqlTime } from '../db/query.ts'
import { type SharedTurn, takeSharedTurn } from '../db/sharedTurn.ts'
import type { WithoutNamed } from '../ingest/event/neverStored.ts'
import type { Flaw } from '../ingest/event/sanitise.ts'
import type { Frame } from '../ingest/spool/frame.ts'
import type { Spool } from '../ingest/spool/spool.ts'
import { breathe } from '../plan/breathe.ts'
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
  /** As ingest is given it: nobody who must not be stored may come back by a replay. */
  readonly isSuppressed: ((event: Event) => boolean) | undefined
  /** As ingest is given it: what was set since an event was rejected holds for it too. */
  readonly neverStored?: (sourceId: string) => WithoutNamed | null
  readonly now: () => number
  readonly randomUUID: () => string
}

/** Takes up to `limit` rejected events in again. Replays at once follow each other; rejects with TurnTaken when one elsewhere takes too long. */
export type Replay = (filter: RejectedFilter, after: Place, limit: number) => Promise<ReplayResult>

const HOUR_MS = 3_600_000
const MOST_REASONS = 20
/** Read, made durable and noted at once: each may be of 64 KiB. */
const PAGE = 200
/** Judged before others are answered. */
const AT_ONCE = 50

interface Sum {
  replayed: number
  already: number
  suppressed: number
  readonly hindered: { [by in Hindrance]: number }
}

interface Found {
  readonly sum: Sum
  readonly flaws: Map<string, Flaw & { events: number }>
}

/**
 * What is replayed is made durable first and noted after: a crash between the two makes the next replay send a copy with the same message id,
 * which the warehouse counts as one; the other order would lose the event. The note says that the event counts no longer as rejected, nor as
 * received a second time. Processes take turns: two that replay one event would have received it twice.
 */
export function createReplay({
  db,
  spool,
  checkPlan,
  neverStored = () => null,
  isSuppressed = () => false,
  now,
  randomUUID,
}: ReplayEdges): Replay {
  let turn: Promise<unknown> = Promise.resolve()

  async function replay(filter: RejectedFilter, after: Place, limit: number): Promise<ReplayResult> {
    const shared = await takeSharedTurn({ db, name: 'replay', now, randomUUID })
    try {
      return await replayIn(shared, filter, after, limit)
    } finally {
      // Not told, nobody loses anything but half a minute; why the replay failed must not be hidden by it.
      await shared.end().catch(() => undefined)
    }
  }

  async function replayIn(shared: SharedTurn, filter: RejectedFilter, after: Place, limit: number): Promise<ReplayResult> {
    const sum = { replayed: 0, already: 0, suppressed: 0, hindered: { cut: 0, blocked: 0, not_storable: 0 } }
    const flaws = new Map<string, Flaw & { events: number }>()
    let next: Place | null = after
    for (let left = limit; left > 0 && next !== null; left -= PAGE) {
      const most = Math.min(PAGE, left)
      await shared.renew()
      const candidates = await readCandidates(db, filter, next, most + 1)
      const page = candidates.slice(0, most)
      await take(page, shared, { sum, flaws })
      next = candidates.length > most ? (page.at(-1) ?? null) : null
    }
    const flawed = [...flaws.values()].sort((one, other) => other.events - one.events).slice(0, MOST_REASONS)
    return { ...sum, flawed, next }
  }

  async function take(page: readonly Candidate[], shared: SharedTurn, { sum, flaws }: Found): Promise<void> {
    const ready: { readonly frame: Frame; readonly noted: () => object }[] = []
    for (const [index, candidate] of page.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await breathe()
      if (candidate.is_replayed === 1) {
        sum.already++
        continue
      }
      const revival = revive(reducedOf(candidate))
      if (revival.kind === 'hindered') sum.hindered[revival.by]++
      else if (revival.kind === 'flawed') count(flaws, revival.flaw)
      else {
        const { event, given, request, messageId } = revival
        const { source, trust, userAgent, isHistorical } = request.facts
        const refused = checkPlan(event, given, { source: { sourceId: source, trust }, userAgent, isHistorical })
        if (isSuppressed(event)) sum.suppressed++
        else if (refused !== null) count(flaws, refused.flaw)
        else ready.push({ frame: { request, rejected: [], counts: [countOf(candidate)] }, noted: () => noteOf(candidate, messageId) })
      }
    }
    // At the last moment: what another replays that began meanwhile is not among what was read above.
    await shared.renew()
    const settled = await Promise.allSettled(ready.map(({ frame, noted }) => spool.append(frame).then(noted)))
    const notes = settled.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
    await insertRows(db.client, 'rejected_replays', notes)
    const failed = settled.find(one => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    sum.replayed += notes.length
  }

  function reducedOf(candidate: Candidate): Candidate {
    const without = neverStored(candidate.source_id)
    if (without === null) return candidate
    try {
      return { ...candidate, raw: JSON.stringify(without(JSON.parse(candidate.raw))) }
    } catch {
      return candidate // It was cut, and cannot be replayed.
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
