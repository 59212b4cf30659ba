import type { TrackingPlan } from '@waymark/schemas/plan'
import type { Database } from '../db/open.ts'
import { insertRows, rows, sqlFile, sqlTime } from '../db/query.ts'

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
export const claimsQuery = sqlFile<{ id: string; version: number; push_id: string; since: string }, { push_id: string; state: string }>(
  'plan_claims',
)
export const historyQuery = sqlFile<{ id: string }, { version: number; pushed_at: number }>('plan_history')

/** How a push ended: `pushed` or `unchanged` (the same was there), else why it was refused. */
export type Pushed =
  | { readonly outcome: 'pushed' | 'unchanged'; readonly version: number }
  | { readonly outcome: 'refused'; readonly code: 'version_conflict' | 'source_taken'; readonly message: string }

export interface PushEdges {
  readonly now: () => number
  readonly randomUUID: () => string
}

/** A push that was cut short between its two steps holds its version for so long. */
const CLAIM_MS = 60_000

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
 * Puts a plan that passed the lint in force, if its version is the next one and nobody else took it. Of two pushes of one version at the same
 * time at most one wins, in whatever processes they are: each says what it is about before it looks who else does.
 */
export async function pushPlan(db: Database, plan: TrackingPlan, { now, randomUUID }: PushEdges): Promise<Pushed> {
  const { id, version } = plan
  const active = await activePlans(db)
  const current = active.find(one => one.plan.id === id)?.plan
  const body = JSON.stringify(plan)
  if (current?.version === version && JSON.stringify(current) === body) return { outcome: 'unchanged', version }
  const next = (current?.version ?? 0) + 1
  if (version !== next) return conflict(plan, next)
  const taken = active.filter(one => one.plan.id !== id).flatMap(one => sharedSources(one.plan, plan))
  const [first] = taken
  if (first !== undefined)
    return {
      outcome: 'refused',
      code: 'source_taken',
      message: `source “${first.source}” has the plan “${first.plan}”; a source has one plan`,
    }

  const push_id = randomUUID()
  const row = { id, version, push_id, body, pushed_at: sqlTime(now()) }
  await insertRows(db.client, 'tracking_plans', [{ ...row, state: 'proposed', step: 0 }])
  const others = await rows(db.client, claimsQuery, { id, version, push_id, since: sqlTime(now() - CLAIM_MS) })
  const state = others.length === 0 ? 'active' : 'withdrawn'
  await insertRows(db.client, 'tracking_plans', [{ ...row, state, step: 1 }])
  return others.length === 0 ? { outcome: 'pushed', version } : conflict(plan, next)
}

function conflict({ id, version }: TrackingPlan, next: number): Pushed {
  const message =
    version < next
      ? `version ${version} of “${id}” was pushed before, with other content; the next version is ${next}`
      : version === next
        ? `version ${version} of “${id}” is being pushed by somebody else at this moment`
        : `version ${version} of “${id}” skips one; the next version is ${next}`
  return { outcome: 'refused', code: 'version_conflict', message: `${message}. Pull, put your change in, and push again.` }
}

function sharedSources(other: TrackingPlan, plan: TrackingPlan): { source: string; plan: string }[] {
  return Object.keys(plan.sources)
    .filter(source => Object.hasOwn(other.sources, source))
    .map(source => ({ source, plan: other.id }))
}
