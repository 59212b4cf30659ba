/** Faults that a schema finds, in the words of rejected events. Pure. */
import { PLAN_LIMITS, type PlanCode } from '@waymark/schemas/plan'
import type { ErrorObject } from 'ajv'

/** One way in which an event breaks the plan of its source. */
export interface Violation {
  readonly code: PlanCode
  /** JSON pointer into the event. */
  readonly path: string
  readonly message: string
}

const CODES: { readonly [keyword: string]: PlanCode } = {
  required: 'plan_required',
  dependentRequired: 'plan_required',
  dependencies: 'plan_required',
  minProperties: 'plan_required',
  type: 'plan_wrong_type',
  additionalProperties: 'unplanned_property',
  unevaluatedProperties: 'unplanned_property',
  propertyNames: 'unplanned_property',
  maxProperties: 'unplanned_property',
  'false schema': 'unplanned_property',
}
const MOST_VALUES = 10
// What failed within an alternative says less than that no alternative fits.
const WITHIN = /\/(?:anyOf|oneOf|not|if|contains|propertyNames)(?:\/|$)/

/** At most ten, each place once. `member`: what of the event was looked at. */
export function violationsOf(errors: readonly ErrorObject[], member: 'properties' | 'traits'): Violation[] {
  const whole = errors.filter(({ keyword, schemaPath }) => keyword !== 'if' && !WITHIN.test(parentOf(schemaPath)))
  const found = (whole.length > 0 ? whole : errors).map(error => violationOf(error, member))
  return [...new Map(found.map(one => [`${one.code} ${one.path}`, one])).values()].slice(0, PLAN_LIMITS.told)
}

function violationOf({ keyword, instancePath, params, message = 'is not as planned' }: ErrorObject, member: string): Violation {
  const name: unknown = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty ?? params.propertyName
  const path = `/${member}${instancePath}${typeof name === 'string' ? `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` : ''}`.slice(
    0,
    500,
  )
  const what = path.slice(1).replaceAll('/', '.').slice(0, 200)
  return { code: CODES[keyword] ?? 'plan_wrong_value', path, message: `${what} ${wordsOf(keyword, params, message)}` }
}

function wordsOf(keyword: string, params: ErrorObject['params'], message: string): string {
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
    case 'dependencies':
      return 'is missing'
    case 'additionalProperties':
    case 'unevaluatedProperties':
    case 'false schema':
      return 'is not in the plan'
    case 'enum':
      return `must be one of ${listed(params.allowedValues)}`
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`
    case 'type':
      return `must be ${[params.type].flat().join(' or ')}`
    case 'anyOf':
    case 'oneOf':
      return 'has none of the forms that the plan allows, or more than one'
    default:
      return message.replace(/^must NOT /, 'must not ')
  }
}

function listed(values: unknown): string {
  if (!Array.isArray(values)) return 'the planned values'
  const shown = values.slice(0, MOST_VALUES).map(value => JSON.stringify(value).slice(0, 60))
  return values.length > MOST_VALUES ? `${shown.join(', ')}, …` : shown.join(', ')
}

function parentOf(schemaPath: string): string {
  return schemaPath.slice(0, schemaPath.lastIndexOf('/'))
}
