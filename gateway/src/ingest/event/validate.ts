import { EVENT_TYPES, type Event, type EventType, type RejectionCode } from '@waymark/schemas/event'
import schema from '@waymark/schemas/wire/event.schema.json' with { type: 'json' }
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { isRecord, type JsonObject } from './json.ts'
import { LENGTHS } from './lengths.ts'
import type { Normalised } from './normalise.ts'
import type { Flaw } from './sanitise.ts'

const DEFINITIONS = {
  track: 'TrackEvent',
  page: 'PageEvent',
  screen: 'ScreenEvent',
  identify: 'IdentifyEvent',
  group: 'GroupEvent',
  alias: 'AliasEvent',
} as const satisfies Record<EventType, string>

// Stops at the first error: a hostile event must not cost a message for each of its fields.
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: false })
for (const definition of LENGTHS) ajv.removeKeyword(String(definition.keyword)).addKeyword(definition)

/** Made when the first event of a type comes: it takes some milliseconds for each, and who takes no events needs none. */
const VALIDATORS = new Map<string, ValidateFunction<Event>>()

function validatorOf(type: string): ValidateFunction<Event> | undefined {
  const made = VALIDATORS.get(type)
  if (made !== undefined || !isEventType(type)) return made
  const validator = ajv.compile<Event>(inPlace(schema.definitions[DEFINITIONS[type]]) as JsonObject)
  VALIDATORS.set(type, validator)
  return validator
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(DEFINITIONS, type)
}

/** Ajv makes one of these for each call without. */
const WHOLE_EVENT = { instancePath: '', parentData: {}, parentDataProperty: '', rootData: {}, dynamicAnchors: {} }

/** With each reference replaced by what it names, which none does of itself: what Ajv leaves as a reference costs a call and an object for each event. */
function inPlace(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(inPlace)
  if (!isRecord(node)) return node
  const { $ref } = node
  if (typeof $ref === 'string') return inPlace(definitionOf($ref))
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, inPlace(value)]))
}

function definitionOf(reference: string): unknown {
  return Object.entries(schema.definitions).find(([name]) => reference === `#/definitions/${name}`)?.[1]
}

/** The event if it is one, else the first thing that is wrong with it. Expects a normalised event. */
export function validate(event: Normalised | JsonObject): Event | Flaw {
  const check = typeof event.type === 'string' ? validatorOf(event.type) : undefined
  if (check === undefined) return unknownType(event.type)
  if (!check(event, WHOLE_EVENT)) return flawOf(check.errors?.[0])
  return missingId(event) ?? event
}

export function isFlaw(result: Event | Flaw): result is Flaw {
  return !('type' in result)
}

function unknownType(type: unknown): Flaw {
  const choice = `one of ${EVENT_TYPES.join(', ')}`
  if (type === undefined) return { code: 'required', path: '/type', message: `type is missing; it must be ${choice}` }
  if (typeof type !== 'string') return { code: 'wrong_type', path: '/type', message: `type must be a text: ${choice}` }
  return { code: 'unknown_type', path: '/type', message: `type “${type.slice(0, 40)}” is not known; it must be ${choice}` }
}

/** Somebody must have done it; an alias says of a user id that another id is the same person. */
function missingId(event: Event): Flaw | null {
  if (event.type === 'alias') {
    return event.userId === undefined
      ? { code: 'missing_id', path: '/userId', message: 'userId is missing; an alias links previousId to it' }
      : null
  }
  if (event.userId !== undefined || event.anonymousId !== undefined) return null
  return { code: 'missing_id', path: '', message: 'neither userId nor anonymousId is given; one of them is needed' }
}

const CODES: { readonly [keyword: string]: RejectionCode } = {
  required: 'required',
  minLength: 'too_short',
  maxLength: 'too_long',
  format: 'wrong_format',
  pattern: 'wrong_format',
}

function flawOf(error: ErrorObject | undefined): Flaw {
  if (error === undefined) return { code: 'wrong_type', path: '', message: 'does not have the shape of an event' }
  const { keyword, instancePath, message = 'is not valid' } = error
  const path = keyword === 'required' ? `${instancePath}/${String(error.params.missingProperty)}` : instancePath
  const name = path.slice(1).replaceAll('/', '.')
  const words =
    keyword === 'required'
      ? 'is missing'
      : message
          .replace(/^must NOT have more than/, 'must not have more than')
          .replace(/^must NOT have fewer than/, 'must not have fewer than')
  return { code: CODES[keyword] ?? 'wrong_type', path, message: `${name} ${words}` }
}
