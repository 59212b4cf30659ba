import type { Event } from '@waymark/schemas/event'
import { insertRows, rows, sqlFile, sqlTime } from '../db/query.ts'
import { openPlanBook } from '../plan/book.ts'
import { breathe } from '../plan/breathe.ts'
import { type ActivePlan, activePlans } from '../plan/store.ts'
import { createViolationTally } from '../plan/violationTally.ts'
import type { Job, JobContext } from './job.ts'
import { type SegmentWindow, unseenSegments } from './segments.ts'

type Params = {
  loaded_from: string
  loaded_to: string
  received_from: string
  received_end: string
  sources: readonly string[]
  others: number
  not_others: readonly string[]
  after_id: string
  after_index: number
  limit: number
}

/** A stored event as far as a plan looks at it; times are epoch milliseconds. */
interface StoredEvent {
  readonly source_id: string
  readonly hour: number
  readonly received_at: number
  readonly type: string
  readonly event: string
  readonly properties: string
  readonly traits: string
  readonly segment_id: string
  readonly segment_index: number
}
export const planEventsQuery = sqlFile<Params, StoredEvent>('plan_events')

const PAGE = 10_000
/** Events looked at between two breaths of whoever else the process serves: some milliseconds. */
const AT_ONCE = 500
const NOWHERE = '00000000-0000-0000-0000-000000000000'

/**
 * Counts how events of sources in mode `observe` break their plan. Here and not when they come: whoever waits for an answer waits for no plan
 * that refuses nothing. Rows are named by their segment: one that is looked at twice is counted once.
 */
export const planViolationsJob: Job = {
  name: 'plan',
  async run({ db, watermark, loaded, signal }) {
    const window = await unseenSegments(db, watermark, loaded)
    if (window === null) return { rows: 0, watermark }
    const plans = await activePlans(db)
    const sources = observed(plans)
    if (sources.named.length === 0 && !sources.others) return { rows: 0, watermark: window.next }
    const tally = createViolationTally()
    await check({ db, signal }, plans, sources, window, tally)
    const found = tally.rows()
    await insertRows(db.client, 'plan_violations', found)
    return { rows: found.length, watermark: window.next }
  },
}

/** Sources in mode `observe`, by name or as the others. */
interface Observed {
  readonly named: readonly string[]
  readonly others: boolean
  /** Those that have a plan of their own. */
  readonly notOthers: readonly string[]
}

function observed(plans: readonly ActivePlan[]): Observed {
  const all = plans.flatMap(({ plan }) => Object.entries(plan.sources))
  return {
    named: all.filter(([source, mode]) => mode === 'observe' && source !== '*').map(([source]) => source),
    others: all.some(([source, mode]) => mode === 'observe' && source === '*'),
    notOthers: all.filter(([source]) => source !== '*').map(([source]) => source),
  }
}

async function check(
  { db, signal }: Pick<JobContext, 'db' | 'signal'>,
  plans: readonly ActivePlan[],
  sources: Observed,
  window: SegmentWindow,
  tally: ReturnType<typeof createViolationTally>,
): Promise<void> {
  const book = await openPlanBook({
    heads: async () => [],
    plans: async () => plans,
    copy: { read: async () => plans, write: async () => undefined },
    reloadMs: 0,
  })
  const bounds = {
    loaded_from: sqlTime(window.loadedFrom),
    loaded_to: sqlTime(window.loadedTo),
    received_from: sqlTime(window.receivedFrom),
    received_end: sqlTime(window.receivedTo + 1),
    sources: sources.named,
    others: sources.others ? 1 : 0,
    not_others: sources.notOthers,
  }
  let place = { after_id: NOWHERE, after_index: -1 }
  for (;;) {
    const page = await rows(db.client, planEventsQuery, { ...bounds, ...place, limit: PAGE }, { signal })
    for (const [index, stored] of page.entries()) {
      if (index % AT_ONCE === AT_ONCE - 1) await breathe()
      const planned = book.of(stored.source_id)
      if (planned === null) continue
      for (const violation of planned.check(eventOf(stored))) tally.add(stored, violation, planned.plan)
    }
    const last = page.at(-1)
    if (page.length < PAGE || last === undefined) return
    place = { after_id: last.segment_id, after_index: last.segment_index }
  }
}

function eventOf({ type, event, properties, traits }: StoredEvent): Event {
  // Stored events passed the check of their form; ids are of no interest to a plan.
  return { type, event, properties: objectOf(properties), traits: objectOf(traits) } as Event
}

function objectOf(json: string): { [name: string]: unknown } {
  try {
    return json === '' ? {} : (JSON.parse(json) as { [name: string]: unknown })
  } catch {
    return {} // not written by a gateway: one such row must not stop the counting of all others
  }
}
