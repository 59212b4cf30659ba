/** What is wrong with a schema before anything is made of it. Pure. */
import { PLAN_LIMITS, type PlanDialect } from '@waymark/schemas/plan'
import { isRecord, type JsonObject } from '../../ingest/event/json.ts'
import { FORMATS } from '../schema/formats.ts'
import { dialectOf, knownKeywords, placeOf, REFUSED } from '../schema/keywords.ts'
import { compilePattern } from '../schema/pattern.ts'
import { meant, type Notes } from './problem.ts'

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
const POISON = new Set(['__proto__', 'constructor', 'prototype'])
/** `least` may not be above `most`: nothing would ever fit. */
const BOUNDS = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
] as const
const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties', 'minContains', 'maxContains']
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
/** Comparing each item with each other. */
const MOST_UNIQUE = 100

export function lintSchema(given: unknown, path: readonly string[], dialect: PlanDialect, notes: Notes): undefined {
  if (typeof given === 'boolean') return
  if (!isRecord(given)) return notes.error(path, 'a schema must be an object, true or false')
  if (path.length > PLAN_LIMITS.depth * 3) return notes.error(path.slice(0, 8), 'is nested too deep')
  for (const [keyword, value] of Object.entries(given)) lintKeyword(keyword, value, [...path, keyword], dialect, notes)
  lintTogether(given, path, notes)
}

function lintKeyword(keyword: string, value: unknown, path: readonly string[], dialect: PlanDialect, notes: Notes): undefined {
  const refused = Object.hasOwn(REFUSED, keyword) ? REFUSED[keyword] : undefined
  if (refused !== undefined) return notes.error(path, `“${keyword}” cannot be used: ${refused}`)
  switch (placeOf(keyword, dialect)) {
    case undefined:
      return notes.error(path, `“${keyword.slice(0, 60)}” is no word of JSON Schema ${dialect}${meant(keyword, knownKeywords(dialect))}`)
    case 'schema':
      return lintSchema(value, path, dialect, notes)
    case 'items':
      if (!Array.isArray(value)) return lintSchema(value, path, dialect, notes)
      if (dialect === '2020-12') return notes.error(path, 'a list of schemas is “prefixItems” in 2020-12')
      return lintList(value, path, dialect, notes)
    case 'schemas':
      return lintList(value, path, dialect, notes)
    case 'map':
    case 'dependencies':
      return lintMap(keyword, value, path, dialect, notes)
    case 'value':
      return lintValue(keyword, value, path, notes)
    case 'note':
      if (keyword === '$schema' && (typeof value !== 'string' || dialectOf(value) === null))
        notes.error(path, 'names a draft that is not known here; draft-07 and 2020-12 are')
  }
}

function lintList(value: unknown, path: readonly string[], dialect: PlanDialect, notes: Notes): undefined {
  if (!Array.isArray(value) || value.length === 0) return notes.error(path, 'must be a list of schemas that is not empty')
  value.forEach((one, index) => void lintSchema(one, [...path, String(index)], dialect, notes))
}

function lintMap(keyword: string, value: unknown, path: readonly string[], dialect: PlanDialect, notes: Notes): undefined {
  if (!isRecord(value)) return notes.error(path, 'must be an object of schemas')
  for (const [name, one] of Object.entries(value)) {
    const at = [...path, name]
    if (POISON.has(name)) notes.error(at, `“${name}” is never stored, so it cannot be planned`)
    if (keyword === 'patternProperties') lintPattern(name, at, notes)
    if (keyword === 'dependencies' && Array.isArray(one)) lintNames(one, at, notes)
    else lintSchema(one, at, dialect, notes)
  }
}

function lintValue(keyword: string, value: unknown, path: readonly string[], notes: Notes): undefined {
  if (COUNTS.includes(keyword) && !(Number.isInteger(value) && Number(value) >= 0))
    return notes.error(path, 'must be a whole number from 0')
  if (NUMBERS.includes(keyword) && !(typeof value === 'number' && (keyword !== 'multipleOf' || value > 0)))
    return notes.error(path, keyword === 'multipleOf' ? 'must be a number above 0' : 'must be a number')
  switch (keyword) {
    case 'type':
      for (const type of [value].flat()) {
        if (typeof type !== 'string' || !TYPES.includes(type))
          notes.error(
            path,
            `there is no type ${JSON.stringify(type)?.slice(0, 40)}${meant(String(type), TYPES)}. Types are ${TYPES.join(', ')}`,
          )
      }
      if (Array.isArray(value) && (value.length === 0 || new Set(value).size < value.length))
        notes.error(path, 'must name at least one type, and each once')
      return
    case 'enum':
      if (!Array.isArray(value) || value.length === 0) return notes.error(path, 'must be a list of the allowed values')
      if (new Set(value.map(one => JSON.stringify(one))).size < value.length) notes.error(path, 'names a value twice')
      return
    case 'required':
      return lintNames(value, path, notes)
    case 'dependentRequired':
      if (!isRecord(value)) return notes.error(path, 'must be an object of lists of names')
      for (const [name, names] of Object.entries(value)) lintNames(names, [...path, name], notes)
      return
    case 'pattern':
      return lintPattern(value, path, notes)
    case 'format':
      if (typeof value !== 'string' || !Object.hasOwn(FORMATS, value))
        notes.error(
          path,
          `this format is not known here${meant(String(value), Object.keys(FORMATS))}. Formats are ${Object.keys(FORMATS).join(', ')}`,
        )
      return
    case 'uniqueItems':
      if (typeof value !== 'boolean') notes.error(path, 'must be true or false')
  }
}

function lintNames(value: unknown, path: readonly string[], notes: Notes): undefined {
  if (!Array.isArray(value) || value.some(name => typeof name !== 'string')) return notes.error(path, 'must be a list of names')
  if (new Set(value).size < value.length) notes.error(path, 'names a property twice')
}

function lintPattern(value: unknown, path: readonly string[], notes: Notes): undefined {
  if (typeof value !== 'string') return notes.error(path, 'must be a text')
  try {
    compilePattern(value)
  } catch (error) {
    notes.error(path, `cannot be used as a pattern: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What no word shows by itself. */
function lintTogether(schema: JsonObject, path: readonly string[], notes: Notes): undefined {
  for (const [least, most] of BOUNDS) {
    const [low, high] = [schema[least], schema[most]]
    if (typeof low === 'number' && typeof high === 'number' && low > high)
      notes.error([...path, least], `is above “${most}”: no value would ever be right`)
  }
  if (schema.uniqueItems === true && !(typeof schema.maxItems === 'number' && schema.maxItems <= MOST_UNIQUE))
    notes.error([...path, 'uniqueItems'], `compares each item with each other: give “maxItems” of at most ${MOST_UNIQUE} beside it`)
  const { properties, required } = schema
  if (isRecord(properties) && Array.isArray(required)) {
    for (const name of required) {
      if (typeof name === 'string' && !Object.hasOwn(properties, name))
        notes.warn([...path, 'required'], `“${name.slice(0, 60)}” is required and not described${meant(name, Object.keys(properties))}`)
    }
  }
}
