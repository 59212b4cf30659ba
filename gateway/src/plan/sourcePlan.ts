import type { Event } from '@waymark/schemas/event'
import type { PlanMode, TrackingPlan } from '@waymark/schemas/plan'
import type { Violation } from './violation.ts'

/** A plan as a source has it. */
export interface SourcePlan {
  readonly mode: PlanMode
  readonly plan: TrackingPlan
  /** Empty when the event is as planned. Never throws. */
  readonly check: (event: Event) => readonly Violation[]
}

/** null for a source without a plan. */
export type PlanOf = (source: string) => SourcePlan | null

/** Whether an event may be refused by it: then each must be looked at before the answer. */
export function mayRefuse(planned: SourcePlan | null): boolean {
  return planned !== null && planned.mode !== 'observe'
}
