import type { Event } from '@waymark/schemas/event'
import type { PlanMode } from '@waymark/schemas/plan'
import type { SourcePlan } from '../plan/sourcePlan.ts'
import type { Violation } from '../plan/violation.ts'

/** A rule of a tracking plan that an event broke. */
export interface BrokenRule extends Violation {
  readonly receivedAt: string
  readonly source: string
  readonly plan: string
  readonly version: number
  /** What became of the event: `observe`, it is among the good ones; else among the bad ones. */
  readonly mode: PlanMode
  /** Name of a track event, else its type. */
  readonly event: string
  readonly messageId: string | null
}

export type Broken = Pick<BrokenRule, 'receivedAt' | 'source' | 'messageId'>

export function brokenRules(event: Event, violations: readonly Violation[], { plan, mode }: SourcePlan, broken: Broken): BrokenRule[] {
  const name = event.type === 'track' ? event.event : event.type
  return violations.map(({ code, path, message }) => ({
    ...broken,
    plan: plan.id,
    version: plan.version,
    mode,
    event: name,
    code,
    path,
    message,
  }))
}
