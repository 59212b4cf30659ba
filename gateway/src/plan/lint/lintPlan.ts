import { LIMITS } from '@waymark/schemas/limits'
import { PLAN_LIMITS, PLAN_MODES, type PlanDialect, type PlannedEvent, type TrackingPlan } from '@waymark/schemas/plan'
import { isRecord, type JsonObject } from '../../ingest/event/json.ts'
import { isKeyName, KEY_NAME_RULE } from '../../keys/parse.ts'
import { plain } from '../check.ts'
import { closed, dialectIn, isClosed, namesElsewhere } from '../closed.ts'
import { createSchemaCompiler, type SchemaCompiler } from '../schema/compile.ts'
import { inlined, SchemaFault } from '../schema/inline.ts'
import { lintSchema } from './lintSchema.ts'
import { createNotes, meant, type Notes, type PlanProblem } from './problem.ts'

const MEMBERS = ['$schema', 'id', 'version', 'description', 'dialect', 'sources', 'unplanned', 'events', 'calls', '$defs']
const EVENT_MEMBERS = ['description', 'properties', 'unplannedProperties']
const CALLS = ['page', 'screen', 'identify', 'group']
const UNPLANNED = ['allow', 'violation']
const DIALECTS: readonly unknown[] = ['draft-07', '2020-12'] satisfies PlanDialect[]
/** Schemas that are compiled between two breaths of whoever else the process serves. */
const AT_ONCE = 4

/** `problems` without an error: `plan` can be used. */
export type Linted = { readonly problems: readonly PlanProblem[]; readonly plan: TrackingPlan | null }

/** Everything that is wrong with a plan, at once; never throws, whatever it is given. `breathe` is awaited now and then: a large plan takes seconds. */
export async function lintPlan(given: unknown, breathe: () => Promise<void> = async () => undefined): Promise<Linted> {
  const notes = createNotes()
  if (!isRecord(given)) return { problems: [{ level: 'error', path: '', message: 'a plan must be a JSON object' }], plan: null }
  lintHead(given, notes)
  const kinds = kindsOf(given, notes)
  const dialect = DIALECTS.includes(given.dialect) ? (given.dialect as PlanDialect) : '2020-12'
  if (given.$defs !== undefined && !isRecord(given.$defs)) notes.error(['$defs'], 'must be an object of schemas')
  for (const [name, schema] of Object.entries(isRecord(given.$defs) ? given.$defs : {})) lintSchema(schema, ['$defs', name], dialect, notes)
  for (const { planned, path } of kinds) lintKind(planned, path, dialect, notes)
  // Compiled only when all of its parts are in order: the compiler's own words are for those who wrote it.
  if (!isClean(notes.found)) return { problems: notes.found, plan: null }
  const plan = given as unknown as TrackingPlan
  const compile = createSchemaCompiler()
  for (const [index, { planned, path }] of kinds.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await breathe()
    compileKind(planned as PlannedEvent, path, plan, compile, notes)
  }
  return { problems: notes.found, plan: isClean(notes.found) ? plan : null }
}

/** The text of a file. */
export async function lintPlanText(text: string, breathe?: () => Promise<void>): Promise<Linted> {
  const refuse = (message: string): Linted => ({ problems: [{ level: 'error', path: '', message }], plan: null })
  if (Buffer.byteLength(text) > PLAN_LIMITS.bytes) return refuse(`is larger than ${PLAN_LIMITS.bytes / 1024} KiB; make two plans of it`)
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (error) {
    return refuse(`is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  return lintPlan(given, breathe)
}

function isClean(problems: readonly PlanProblem[]): boolean {
  return problems.every(({ level }) => level !== 'error')
}

function lintHead(plan: JsonObject, notes: Notes): undefined {
  for (const name of Object.keys(plan))
    if (!MEMBERS.includes(name)) notes.error([name], `a plan has no “${name.slice(0, 60)}”${meant(name, MEMBERS)}`)
  if (typeof plan.id !== 'string' || !isKeyName(plan.id)) notes.error(['id'], `the plan needs a name: ${KEY_NAME_RULE}`)
  if (!(Number.isInteger(plan.version) && Number(plan.version) >= 1 && Number(plan.version) <= 1_000_000))
    notes.error(['version'], 'must be a whole number: 1 for the first plan, one more with each change')
  if (plan.dialect !== undefined && !DIALECTS.includes(plan.dialect)) notes.error(['dialect'], 'must be "draft-07" or "2020-12"')
  if (plan.description !== undefined && typeof plan.description !== 'string') notes.error(['description'], 'must be a text')
  lintSources(plan.sources, notes)
  const { unplanned } = plan
  if (unplanned === undefined) return
  if (!isRecord(unplanned)) return notes.error(['unplanned'], 'must be an object: { "events": "allow", "properties": "violation" }')
  for (const [name, rule] of Object.entries(unplanned)) {
    if (name !== 'events' && name !== 'properties') notes.error(['unplanned', name], 'there are “events” and “properties” here')
    else if (!UNPLANNED.includes(rule as string)) notes.error(['unplanned', name], 'must be "allow" or "violation"')
  }
}

function lintSources(sources: unknown, notes: Notes): undefined {
  const modes = PLAN_MODES.join(', ')
  if (!isRecord(sources) || Object.keys(sources).length === 0)
    return notes.error(
      ['sources'],
      `must say which sources the plan is for, and how: { "web": "observe" }. Modes are ${modes}; "*" is every other source`,
    )
  for (const [source, mode] of Object.entries(sources)) {
    if (source !== '*' && !isKeyName(source)) notes.error(['sources', source], `no source can have this name: ${KEY_NAME_RULE}`)
    if (!PLAN_MODES.some(known => known === mode))
      notes.error(['sources', source], `the mode must be one of ${modes}${meant(String(mode), PLAN_MODES)}`)
  }
}

interface Kind {
  readonly planned: unknown
  readonly path: readonly string[]
}

function kindsOf(plan: JsonObject, notes: Notes): Kind[] {
  const { events, calls } = plan
  if (!isRecord(events)) notes.error(['events'], 'must be an object of events by name: { "Demo Requested": { "properties": { … } } }')
  if (calls !== undefined && !isRecord(calls)) notes.error(['calls'], `must be an object with some of ${CALLS.join(', ')}`)
  const named = Object.entries(isRecord(events) ? events : {})
  if (named.length > PLAN_LIMITS.events)
    notes.error(['events'], `has ${named.length} events; ${PLAN_LIMITS.events} are allowed. Make several plans`)
  const spelled = new Map<string, string>()
  for (const [name] of named) {
    const at = ['events', name]
    if (name.trim() !== name || name === '') notes.error(at, 'names come without blanks around them')
    if (name.length > LIMITS.nameChars) notes.error(at, `a name has at most ${LIMITS.nameChars} characters`)
    if (name === '__proto__') notes.error(at, 'this name cannot be used')
    const twin = spelled.get(plain(name))
    if (twin !== undefined) notes.warn(at, `differs from “${twin.slice(0, 60)}” only in its spelling: senders will mix them up`)
    spelled.set(plain(name), name)
  }
  const called = Object.entries(isRecord(calls) ? calls : {})
  for (const [name] of called)
    if (!CALLS.includes(name)) notes.error(['calls', name], `there is no such call${meant(name, CALLS)}. Calls are ${CALLS.join(', ')}`)
  return [
    ...named.slice(0, PLAN_LIMITS.events).map(([name, planned]) => ({ planned, path: ['events', name] })),
    ...called.map(([name, planned]) => ({ planned, path: ['calls', name] })),
  ]
}

function lintKind(planned: unknown, path: readonly string[], dialect: PlanDialect, notes: Notes): undefined {
  if (!isRecord(planned)) return notes.error(path, 'must be an object: { "description": "…", "properties": { JSON Schema } }')
  for (const name of Object.keys(planned)) {
    if (!EVENT_MEMBERS.includes(name))
      notes.error([...path, name], `an event of a plan has no “${name.slice(0, 60)}”${meant(name, EVENT_MEMBERS)}`)
  }
  const { description, properties, unplannedProperties } = planned
  if (description !== undefined && typeof description !== 'string') notes.error([...path, 'description'], 'must be a text')
  if (unplannedProperties !== undefined && !UNPLANNED.includes(unplannedProperties as string))
    notes.error([...path, 'unplannedProperties'], 'must be "allow" or "violation"')
  if (properties === undefined) return
  const at = [...path, 'properties']
  if (!isRecord(properties))
    return notes.error(at, 'must be a JSON Schema: { "properties": { "seats": { "type": "integer" } }, "required": [] }')
  const own = dialectIn({ dialect }, planned as PlannedEvent)
  lintSchema(properties, at, own, notes)
  if (properties.type !== undefined && ![properties.type].flat().includes('object'))
    notes.error([...at, 'type'], 'properties are always an object: leave “type” out or write "object"')
  const described = Object.keys(properties).filter(name => isRecord(properties[name]) && 'type' in (properties[name] as JsonObject))
  if (described.length > 0)
    notes.error(at, `describes “${described[0]?.slice(0, 60)}” where the schema begins: put it under “properties” of the schema`)
}

function compileKind(planned: PlannedEvent, path: readonly string[], plan: TrackingPlan, compile: SchemaCompiler, notes: Notes): undefined {
  const at = [...path, 'properties']
  const dialect = dialectIn(plan, planned)
  try {
    const schema = inlined(planned.properties ?? {}, dialect, plan.$defs)
    if (dialect === 'draft-07' && isClosed(plan, planned) && namesElsewhere(schema) && !('additionalProperties' in schema))
      return notes.error(
        at,
        'in draft-07 nobody can tell which properties “allOf” and its like name: write "dialect": "2020-12", or "additionalProperties" here',
      )
    compile(closed(schema, dialect, plan, planned), dialect)
  } catch (error) {
    if (error instanceof SchemaFault) notes.error([...at, ...error.path], error.message)
    else notes.error(at, `cannot be compiled: ${(error instanceof Error ? error.message : String(error)).slice(0, 300)}`)
  }
}
