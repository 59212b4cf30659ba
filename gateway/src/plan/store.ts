import { setTimeout as wait } from 'node:timers/promises'
import type { TrackingPlan } from '@waymark/schemas/plan'
import type { Database } from '../db/open.ts'
import { insertRows, rows, sqlFile, sqlTime } from '../db/query.ts'
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

/** A push as others see it; `at` is epoch milliseconds. */
interface Claim {
  readonly id: string
  readonly version: number
  readonly push_id: string
  readonly state: string
  readonly at: number
  readonly sources: readonly string[]
}

export const headsQuery = sqlFile<Record<string, never>, PlanHead>('plan_heads')
export const bodyQuery = sqlFile<{ id: string; version: number }, PlanHead & { body: string }>('plan_body')
export const claimsQuery = sqlFile<{ id: string; version: number; push_id: string; since: string }, Claim>('plan_claims')
export const historyQuery = sqlFile<{ id: string }, { version: number; pushed_at: number }>('plan_history')

/** How a push ended: `pushed` or `unchanged` (the same was there), else why it was refused. */
export type Pushed = { readonly outcome: 'pushed' | 'unchanged'; readonly version: number } | Refused

interface Refused {
  readonly outcome: 'refused'
  readonly code: 'version_conflict' | 'source_taken'
  readonly message: string
}

export interface PushEdges {
  readonly now: () => number
  readonly randomUUID: () => string
  readonly pause?: (ms: number) => Promise<unknown>
}

/** A push that was cut short between its two steps holds its version for so long. */
const CLAIM_MS = 60_000
/** How often, and for how long, a push looks whether the later ones have given way: that takes them two statements. */
const LOOK_MS = 50
const PATIENCE_MS = 5_000

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
 * Puts a plan that passed the lint in force, if its version is the next one and nobody else has its sources. Of pushes at the same time that
 * want the same version or the same source one wins, in whatever processes they are: each says what it is about before it looks who else
 * does, gives way to whoever said it earlier, and waits until whoever said it later has given way or, having looked too early, has won.
 */
export async function pushPlan(db: Database, plan: TrackingPlan, { now, randomUUID, pause = wait }: PushEdges): Promise<Pushed> {
  const { id, version } = plan
  const active = await activePlans(db)
  const current = active.find(one => one.plan.id === id)?.plan
  const body = JSON.stringify(plan)
  if (current?.version === version && JSON.stringify(current) === body) return { outcome: 'unchanged', version }
  const next = (current?.version ?? 0) + 1
  if (version !== next) return conflict(plan, next)
  const taken = takenFrom(plan, active)
  if (taken !== null) return taken

  const mine = { push_id: randomUUID(), at: now() }
  const row = { id, version, push_id: mine.push_id, body, pushed_at: sqlTime(mine.at) }
  await insertRows(db.client, 'tracking_plans', [{ ...row, state: 'proposed', step: 0 }])
  const refused = await contest(db, plan, mine, { now, pause })
  await insertRows(db.client, 'tracking_plans', [{ ...row, state: refused === null ? 'active' : 'withdrawn', step: 1 }])
  return refused ?? { outcome: 'pushed', version }
}

/** Why a push that was proposed must be withdrawn; null when it has won. */
async function contest(
  db: Database,
  plan: TrackingPlan,
  mine: Pick<Claim, 'push_id' | 'at'>,
  { now, pause }: Required<Pick<PushEdges, 'now' | 'pause'>>,
): Promise<Refused | null> {
  const { id, version } = plan
  const asked = { id, version, push_id: mine.push_id, since: sqlTime(mine.at - CLAIM_MS) }
  for (;;) {
    const rivals = (await rows(db.client, claimsQuery, asked)).filter(one => isRival(one, plan))
    // After the rivals: one that is none any more because it has won is in force now.
    const taken = takenFrom(plan, await activePlans(db))
    if (taken !== null) return taken
    const [first] = rivals
    if (first === undefined) return null
    if (first.state === 'active' || isEarlier(first, mine) || now() - mine.at >= PATIENCE_MS) return pushedBy(first, plan)
    await pause(LOOK_MS)
  }
}

function isRival({ id, version, sources }: Claim, plan: TrackingPlan): boolean {
  return id === plan.id ? version === plan.version : sources.some(source => Object.hasOwn(plan.sources, source))
}

function isEarlier(one: Pick<Claim, 'push_id' | 'at'>, other: Pick<Claim, 'push_id' | 'at'>): boolean {
  return one.at === other.at ? one.push_id < other.push_id : one.at < other.at
}

function pushedBy({ id, sources }: Claim, plan: TrackingPlan): Refused {
  if (id === plan.id) return conflict(plan, plan.version)
  const shared = sources.find(source => Object.hasOwn(plan.sources, source)) ?? ''
  return sourceTaken(`source “${shared}” is being given the plan “${id}” by somebody else at this moment`)
}

function takenFrom(plan: TrackingPlan, active: readonly ActivePlan[]): Refused | null {
  const [first] = active.filter(one => one.plan.id !== plan.id).flatMap(one => sharedSources(one.plan, plan))
  return first === undefined ? null : sourceTaken(`source “${first.source}” has the plan “${first.plan}”`)
}

function sourceTaken(because: string): Refused {
  return { outcome: 'refused', code: 'source_taken', message: `${because}; a source has one plan` }
}

function conflict({ id, version }: TrackingPlan, next: number): Refused {
  const message =
    version < next
      ? `version ${version} of “${id}” was pushed before, with other content; the next version is ${next}`
      : version === next
        ? `version ${version} of “${id}” is being pushed by somebody else at this moment`
        : `version ${version} of “${id}” skips one; the next version is ${next}`
  return { outcome: 'refused', code: 'version_conflict', message: `${message}. Pull, put your change in, and push again.` }
}
