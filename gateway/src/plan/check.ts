import type { Event } from '@waymark/schemas/event'
import type { PlannedEvent, TrackingPlan } from '@waymark/schemas/plan'
import type { JsonObject } from '../ingest/event/json.ts'
import { closed, dialectIn, withGiven } from './closed.ts'
import { createSchemaCompiler, type SchemaCheck } from './schema/compile.ts'
import { inlined } from './schema/inline.ts'
import { type Violation, violationsOf } from './violation.ts'

/** What is wrong with an event by the plan; empty when nothing is. Never throws, whatever the event is. */
export type PlanCheck = (event: Event) => readonly Violation[]

const NOTHING: readonly Violation[] = []

/**
 * The check of one version of a plan that passed the lint. A schema is compiled when the first event of its kind comes, and once:
 * it takes some milliseconds, and a plan may have a thousand.
 */
export function createPlanCheck(plan: TrackingPlan): PlanCheck {
  const compile = createSchemaCompiler()
  const checks = new Map<PlannedEvent, SchemaCheck>()
  const near = new Map(Object.keys(plan.events).map(name => [plain(name), name]))
  const refusesUnplanned = plan.unplanned?.events === 'violation'

  function checkOf(planned: PlannedEvent): SchemaCheck {
    const known = checks.get(planned)
    if (known !== undefined) return known
    const dialect = dialectIn(plan, planned)
    const made = compile(
      closed(withGiven(inlined(planned.properties ?? {}, dialect, plan.$defs), planned, plan), dialect, plan, planned),
      dialect,
    )
    checks.set(planned, made)
    return made
  }

  function checked(
    planned: PlannedEvent | undefined,
    value: JsonObject | undefined,
    member: 'properties' | 'traits',
  ): readonly Violation[] {
    if (planned === undefined) return NOTHING
    const errors = checkOf(planned)(value ?? {})
    return errors.length === 0 ? NOTHING : violationsOf(errors, member)
  }

  function unplanned(name: string): readonly Violation[] {
    if (!refusesUnplanned) return NOTHING
    const meant = near.get(plain(name))
    const hint = meant === undefined ? '' : `; did you mean “${meant}”?`
    return [{ code: 'unplanned_event', path: '/event', message: `“${name.slice(0, 80)}” is not in the plan “${plan.id}”${hint}` }]
  }

  return event => {
    switch (event.type) {
      case 'track':
        return Object.hasOwn(plan.events, event.event)
          ? checked(plan.events[event.event], event.properties, 'properties')
          : unplanned(event.event)
      case 'page':
      case 'screen':
        return checked(plan.calls?.[event.type], event.properties, 'properties')
      case 'identify':
      case 'group':
        return checked(plan.calls?.[event.type], event.traits, 'traits')
      case 'alias':
        return NOTHING
    }
  }
}

/** `demo_requested`, `Demo requested` and `DemoRequested` are spellings of one name. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}
