/** What the plan as a whole says about each of its schemas. Pure. */
import type { PlanDialect, PlannedEvent, TrackingPlan } from '@waymark/schemas/plan'
import type { JsonObject } from '../ingest/event/json.ts'
import { dialectOf } from './schema/keywords.ts'

export function dialectIn({ dialect = '2020-12' }: Pick<TrackingPlan, 'dialect'>, { properties }: PlannedEvent): PlanDialect {
  const own = properties?.$schema
  return (typeof own === 'string' ? dialectOf(own) : null) ?? dialect
}

/** Whether a property that the schema does not name is a violation, unless the schema says so itself. */
export function isClosed({ unplanned }: Pick<TrackingPlan, 'unplanned'>, { unplannedProperties }: PlannedEvent): boolean {
  return (unplannedProperties ?? unplanned?.properties) === 'violation'
}

/** Words by which a schema names properties elsewhere than in its own `properties`. */
const ELSEWHERE = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas', 'dependencies']

export function namesElsewhere(schema: JsonObject): boolean {
  return ELSEWHERE.some(keyword => keyword in schema)
}

/** The schema as it is checked: an object, and closed where the plan says that what it does not name is a violation. */
export function closed(schema: JsonObject, dialect: PlanDialect, plan: Pick<TrackingPlan, 'unplanned'>, planned: PlannedEvent): JsonObject {
  const whole = { ...schema, type: 'object' }
  const saysItself = 'additionalProperties' in schema || 'unevaluatedProperties' in schema
  if (saysItself || !isClosed(plan, planned)) return whole
  return dialect === '2020-12' && namesElsewhere(schema)
    ? { ...whole, unevaluatedProperties: false }
    : { ...whole, additionalProperties: false }
}
