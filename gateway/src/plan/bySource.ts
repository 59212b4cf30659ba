import type { TrackingPlan } from '@waymark/schemas/plan'
import { createPlanCheck, type PlanCheck } from './check.ts'
import type { PlanOf, SourcePlan } from './sourcePlan.ts'

/** Told once of each event of a plan that cannot be checked: it passes. */
export type OnBroken = (plan: string, error: unknown) => void

/** Whose plan is which: that of its name, else that of `*`; of two for one source the first. */
export function plansBySource(plans: readonly TrackingPlan[], onBroken: OnBroken): PlanOf {
  const sources = new Map<string, SourcePlan>()
  for (const plan of plans) {
    const check = harmless(plan, createPlanCheck(plan), onBroken)
    for (const [source, mode] of Object.entries(plan.sources)) if (!sources.has(source)) sources.set(source, { mode, plan, check })
  }
  return source => sources.get(source) ?? sources.get('*') ?? null
}

/** A plan that passed the lint can be checked with; should one not, no event may be lost for it. */
function harmless({ id }: TrackingPlan, check: PlanCheck, onBroken: OnBroken): PlanCheck {
  let isTold = false
  return event => {
    try {
      return check(event)
    } catch (error) {
      if (!isTold) onBroken(id, error)
      isTold = true
      return []
    }
  }
}

/** The sources that two plans claim; a source has one plan. */
export function sharedSources(other: TrackingPlan, plan: TrackingPlan): { source: string; plan: string }[] {
  return Object.keys(plan.sources)
    .filter(source => Object.hasOwn(other.sources, source))
    .map(source => ({ source, plan: other.id }))
}
