/** What the plan as a whole says about each of its schemas. Pure. */
import type { PlanDialect, PlannedEvent, TrackingPlan } from '@waymark/schemas/plan'
import { isRecord, type JsonObject } from '../ingest/event/json.ts'
import { dialectOf } from './schema/keywords.ts'

export function dialectIn({ dialect = '2020-12' }: Pick<TrackingPlan, 'dialect'>, { properties }: PlannedEvent): PlanDialect {
  const own = properties?.$schema
  return (typeof own === 'string' ? dialectOf(own) : null) ?? dialect
}

/** Whether a property that the schema does not name is a violation, unless the schema says so itself. */
export function isClosed({ unplanned }: Pick<TrackingPlan, 'unplanned'>, { unplannedProperties }: PlannedEvent): boolean {
  return (unplannedProperties ?? unplanned?.properties) === 'violation'
}

/** What SDKs of pages say of every view themselves: ours and Segment's, RudderStack's, and the arguments of the call. No sender can leave them out. */
const GIVEN: JsonObject = Object.fromEntries(
  [
    ...['url', 'path', 'search', 'title', 'referrer', 'name', 'category'],
    ...['referring_domain', 'initial_referrer', 'initial_referring_domain', 'tab_url'],
  ].map(name => [name, true]),
)

/** The schema of a page view, in which nothing that SDKs give themselves is unplanned; of everything else the schema as it is. */
export function withGiven(schema: JsonObject, planned: PlannedEvent, { calls }: Pick<TrackingPlan, 'calls'>): JsonObject {
  if (planned !== calls?.page || saysItself(schema)) return schema
  return { ...schema, properties: { ...GIVEN, ...(isRecord(schema.properties) ? schema.properties : {}) } }
}

function saysItself(schema: JsonObject): boolean {
  return 'additionalProperties' in schema || 'unevaluatedProperties' in schema
}

/** Words by which a schema names properties elsewhere than in its own `properties`. */
const ELSEWHERE = ['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas', 'dependencies']

export function namesElsewhere(schema: JsonObject): boolean {
  return ELSEWHERE.some(keyword => keyword in schema)
}

/** The schema as it is checked: an object, and closed where the plan says that what it does not name is a violation. */
export function closed(schema: JsonObject, dialect: PlanDialect, plan: Pick<TrackingPlan, 'unplanned'>, planned: PlannedEvent): JsonObject {
  const whole = { ...schema, type: 'object' }
  if (saysItself(schema) || !isClosed(plan, planned)) return whole
  return dialect === '2020-12' && namesElsewhere(schema)
    ? { ...whole, unevaluatedProperties: false }
    : { ...whole, additionalProperties: false }
}
