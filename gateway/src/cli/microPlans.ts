/** What `waymark micro --plan` loads, and only then. */
import type { TrackingPlan } from '@waymark/schemas/plan'
import { plansBySource, sharedSources } from '../plan/bySource.ts'
import type { PlanOf } from '../plan/sourcePlan.ts'
import { goodPlan } from './planFile.ts'
import { type Terminal, UsageError } from './terminal.ts'

/** The plans of these files, which must name no source twice; says for whom they are. */
export async function microPlans(files: readonly string[], terminal: Terminal): Promise<PlanOf> {
  const plans: TrackingPlan[] = []
  for (const file of files) {
    const plan = await goodPlan(terminal, file)
    const [shared] = plans.flatMap(other => sharedSources(other, plan))
    if (shared !== undefined)
      throw new UsageError(`${file} is for source “${shared.source}”, which has the plan “${shared.plan}” already: a source has one plan.`)
    plans.push(plan)
  }
  for (const { id, version, sources } of plans) {
    const modes = Object.entries(sources).map(([source, mode]) => `${source === '*' ? 'every other source' : source} (${mode})`)
    terminal.out(`plan “${id}”, version ${version}, for ${modes.join(', ') || 'no source'}\n`)
  }
  return plansBySource(plans, (plan, error) => terminal.err(`events cannot be checked by “${plan}” and pass: ${String(error)}\n`))
}
