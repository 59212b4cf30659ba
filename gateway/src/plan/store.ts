import type { TrackingPlan } from '@waymark/schemas/plan'
import type { Database } from '../db/open.ts'
import { insertRows, rows, sqlFile, sqlTime } from '../db/query.ts'
import { type SharedTurnEdges, takeSharedTurn } from '../db/sharedTurn.ts'
import { sharedSources } from './bySource.ts'

/** A plan in force; times are epoch milliseconds. */
export interface ActivePlan {
  readonly plan: TrackingPlan
  readonly pushedAt: number
}

export interface PlanHead {
  readonly id: string
  readonly version: number
  readonly pushed_at: number
}

export const headsQuery = sqlFile<Record<string, never>, PlanHead>('plan_heads')
export const bodyQuery = sqlFile<{ id: string; version: number }, PlanHead & { body: string }>('plan_body')
export const historyQuery = sqlFile<{ id: string }, { version: number; pushed_at: number }>('plan_history')

/** How a push ended: `pushed` or `unchanged` (the same was there), else why it was refused. */
export type Pushed = { readonly outcome: 'pushed' | 'unchanged'; readonly version: number } | Refused

interface Refused {
  readonly outcome: 'refused'
  readonly code: 'version_conflict' | 'source_taken'
  readonly message: string
}

type PushEdges = Omit<SharedTurnEdges, 'db' | 'name'>

export function listHeads(db: Database): Promise<PlanHead[]> {
  return rows(db.client, headsQuery, {})
}

/** null when there is no such plan or version; 0 is the version in force. */
export async function readPlan(db: Database, id: string, version = 0): Promise<ActivePlan | null> {
  const [found] = await rows(db.client, bodyQuery, { id, version })
  return found === undefined ? null : { plan: JSON.parse(found.body) as TrackingPlan, pushedAt: found.pushed_at }
}

/** Every plan in force, by name. */
export async function activePlans(db: Database): Promise<ActivePlan[]> {
  const found = await Promise.all((await listHeads(db)).map(({ id }) => readPlan(db, id)))
  return found.filter(plan => plan !== null)
}

/** Versions of a plan, newest first. */
export function planHistory(db: Database, id: string): Promise<{ version: number; pushed_at: number }[]> {
  return rows(db.client, historyQuery, { id })
}

/**
 * Puts a plan that passed the lint in force, if its version is the next one and nobody else has its sources. Processes take turns: of pushes
 * that want the same version or the same source the first wins. Rejects with TurnTaken when one elsewhere takes too long.
 */
export async function pushPlan(db: Database, plan: TrackingPlan, edges: PushEdges): Promise<Pushed> {
  const turn = await takeSharedTurn({ db, name: 'plans', ...edges })
  try {
    const { id, version } = plan
    const active = await activePlans(db)
    const current = active.find(one => one.plan.id === id)?.plan
    const body = JSON.stringify(plan)
    if (current?.version === version && JSON.stringify(current) === body) return { outcome: 'unchanged', version }
    const refused = conflict(plan, (current?.version ?? 0) + 1) ?? takenFrom(plan, active)
    if (refused !== null) return refused
    await turn.renew()
    const row = { id, version, push_id: edges.randomUUID(), body, pushed_at: sqlTime(edges.now()), state: 'active', step: 1 }
    await insertRows(db.client, 'tracking_plans', [row])
    return { outcome: 'pushed', version }
  } finally {
    // Not told, the next push waits for half a minute.
    await turn.end().catch(() => undefined)
  }
}

function takenFrom(plan: TrackingPlan, active: readonly ActivePlan[]): Refused | null {
  const [first] = active.filter(one => one.plan.id !== plan.id).flatMap(one => sharedSources(one.plan, plan))
  if (first === undefined) return null
  const message = `source “${first.source}” has the plan “${first.plan}”; a source has one plan`
  return { outcome: 'refused', code: 'source_taken', message }
}

function conflict({ id, version }: TrackingPlan, next: number): Refused | null {
  if (version === next) return null
  const message =
    version < next
      ? `version ${version} of “${id}” was pushed before, with other content; the next version is ${next}`
      : `version ${version} of “${id}” skips one; the next version is ${next}`
  return { outcome: 'refused', code: 'version_conflict', message: `${message}. Pull, put your change in, and push again.` }
}
