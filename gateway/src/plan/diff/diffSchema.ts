/**
 * What a change of a schema does to those who send by it. Certain in one direction: without a `breaking` change, and apart from properties that were
 * not described (`check`), every value that the old schema takes, the new one takes. Where that cannot be told, it is called breaking. Pure.
 */
import { isRecord, type JsonObject } from '../../ingest/event/json.ts'
import { pointer } from '../../ingest/event/sanitise.ts'
import { isNote } from '../schema/keywords.ts'
import type { Change, ChangeLevel } from './change.ts'

type Tell = (level: ChangeLevel, path: readonly string[], message: string) => undefined

/** `isClosed`: what neither names is a violation, unless it says otherwise itself. Both without references. */
export interface SchemaPair {
  readonly old: unknown
  readonly next: unknown
  readonly wasClosed: boolean
  readonly isClosed: boolean
}

const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains']
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains']
/** Looked at by name below; every other word must be equal or gone. */
const KNOWN = new Set([...LOWER, ...UPPER, 'type', 'enum', 'const', 'required', 'properties', 'additionalProperties', 'items', 'anyOf'])
/** Words whose meaning hangs on all that stands beside them. */
const BEYOND = ['patternProperties', 'unevaluatedProperties', 'unevaluatedItems']
const ALL_TYPES = ['string', 'number', 'boolean', 'object', 'array', 'null']

export function diffSchema(pair: SchemaPair, path: readonly string[]): Change[] {
  const changes: Change[] = []
  compare(pair, path, (level, at, message): undefined => {
    changes.push({ level, path: pointer(at), message })
  })
  return changes
}

function compare({ old, next, wasClosed, isClosed }: SchemaPair, path: readonly string[], tell: Tell): undefined {
  if (old === false || next === true || (isEqual(old, next) && wasClosed === isClosed)) return
  if (next === false) return tell('breaking', path, 'is not allowed any more')
  const [before, after] = [isRecord(old) ? old : {}, isRecord(next) ? next : {}]
  const beyond = BEYOND.find(word => word in before || word in after)
  if (beyond !== undefined && !isEqual(withoutNotes(before), withoutNotes(after)))
    return tell('breaking', path, `changed, and beside “${beyond}” nobody can tell what for`)
  compareValues(before, after, path, tell)
  compareBounds(before, after, path, tell)
  compareRequired(before, after, path, tell)
  compareProperties({ before, after, wasClosed, isClosed }, path, tell)
  compareItems(before, after, path, tell)
  compareChoices(before, after, path, tell)
  compareOthers(before, after, path, tell)
}

/** Values by `enum` or `const`; null where any is right. */
function valuesOf(schema: JsonObject): readonly unknown[] | null {
  const list = Array.isArray(schema.enum) ? schema.enum : null
  if (!('const' in schema)) return list
  return list === null || list.some(value => isEqual(value, schema.const)) ? [schema.const] : []
}

function typesOf(schema: JsonObject): readonly unknown[] {
  const values = valuesOf(schema)
  const named = schema.type === undefined ? null : [schema.type].flat()
  if (named === null) return values === null ? ALL_TYPES : [...new Set(values.map(typeOf))]
  return named
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

function compareValues(before: JsonObject, after: JsonObject, path: readonly string[], tell: Tell): undefined {
  const then = typesOf(before)
  const now: readonly unknown[] = after.type === undefined ? ALL_TYPES : [after.type].flat()
  const lost = then.filter(type => !now.includes(type) && !(type === 'integer' && now.includes('number')))
  if (lost.length > 0) tell('breaking', path, `may no longer be ${lost.join(' or ')}`)
  else if (now.some(type => !then.includes(type)) && before.type !== undefined) tell('compatible', path, `may now be ${now.join(' or ')}`)
  const [values, allowed] = [valuesOf(before), valuesOf(after)]
  if (allowed === null) return values === null ? undefined : tell('compatible', path, 'may now have other values')
  if (values === null) return tell('breaking', path, `must now be one of ${listed(allowed)}`)
  const gone = values.filter(value => !allowed.some(one => isEqual(one, value)))
  if (gone.length > 0) tell('breaking', path, `may no longer be ${listed(gone)}`)
  const more = allowed.filter(value => !values.some(one => isEqual(one, value)))
  if (more.length > 0) tell('compatible', path, `may now be ${listed(more)} too`)
}

function compareBounds(before: JsonObject, after: JsonObject, path: readonly string[], tell: Tell): undefined {
  for (const [words, isNarrower] of [
    [LOWER, (a: number, b: number) => b > a] as const,
    [UPPER, (a: number, b: number) => b < a] as const,
  ]) {
    for (const word of words) {
      const [was, is] = [before[word], after[word]]
      if (was === is || (typeof is !== 'number' && typeof was !== 'number')) continue
      if (typeof is === 'number' && (typeof was !== 'number' || isNarrower(was, is)))
        tell('breaking', path, `has “${word}” ${is} now (${typeof was === 'number' ? `was ${was}` : 'was free'})`)
      else tell('compatible', path, typeof is === 'number' ? `has “${word}” ${is} now (was ${String(was)})` : `has no “${word}” any more`)
    }
  }
  // Without it, minContains is 1: gone is not always wider.
  if (before.minContains === 0 && after.minContains === undefined && 'contains' in after) tell('breaking', path, 'must contain one now')
}

function compareRequired(before: JsonObject, after: JsonObject, path: readonly string[], tell: Tell): undefined {
  const [was, is] = [namesOf(before.required), namesOf(after.required)]
  for (const name of is.filter(one => !was.includes(one))) tell('breaking', [...path, 'required'], `“${name}” is required now`)
  for (const name of was.filter(one => !is.includes(one))) tell('compatible', [...path, 'required'], `“${name}” may be missing now`)
}

interface Sides {
  readonly before: JsonObject
  readonly after: JsonObject
  readonly wasClosed: boolean
  readonly isClosed: boolean
}

function compareProperties({ before, after, wasClosed, isClosed }: Sides, path: readonly string[], tell: Tell): undefined {
  const [was, is] = [mapOf(before.properties), mapOf(after.properties)]
  // Of properties that are not named: a schema, true where any will do, false where none.
  const [oldRest, newRest] = [before.additionalProperties ?? !wasClosed, after.additionalProperties ?? !isClosed]
  const open = { wasClosed: false, isClosed: false }
  for (const [name, next] of Object.entries(is)) {
    const at = [...path, 'properties', name]
    if (Object.hasOwn(was, name)) compare({ old: was[name], next, ...open }, at, tell)
    else if (oldRest === false) tell('compatible', at, 'is new')
    else if (isAnything(next)) tell('compatible', at, 'is described now')
    else if (isAnything(oldRest)) tell('check', at, 'is described now: senders who already send it are held to it')
    else compare({ old: oldRest, next, ...open }, at, tell)
  }
  for (const [name, old] of Object.entries(was)) {
    if (Object.hasOwn(is, name) || old === false) continue
    const at = [...path, 'properties', name]
    if (newRest === false) tell('breaking', at, 'is gone, and what is not described is a violation')
    else if (isAnything(newRest)) tell('compatible', at, 'is not looked at any more')
    else compare({ old, next: newRest, ...open }, at, tell)
  }
  if (isEqual(oldRest, newRest)) return
  if (newRest === false) tell('breaking', path, 'properties that are not described are violations now')
  else compare({ old: oldRest, next: newRest, ...open }, [...path, 'additionalProperties'], tell)
  if (oldRest === false) tell('compatible', path, 'properties that are not described are allowed now')
}

function compareItems(before: JsonObject, after: JsonObject, path: readonly string[], tell: Tell): undefined {
  if (isEqual(before.items, after.items)) return
  if (after.items === undefined) return tell('compatible', path, 'items are not looked at any more')
  if (Array.isArray(before.items) || Array.isArray(after.items)) return tell('breaking', [...path, 'items'], 'changed in its places')
  // With other first places, what “items” is about is another.
  if (!isEqual(before.prefixItems, after.prefixItems)) return
  compare({ old: before.items ?? true, next: after.items, wasClosed: false, isClosed: false }, [...path, 'items'], tell)
}

function compareChoices(before: JsonObject, after: JsonObject, path: readonly string[], tell: Tell): undefined {
  const [was, is] = [before.anyOf, after.anyOf]
  if (isEqual(was, is)) return
  if (is === undefined) return tell('compatible', path, 'may have other forms now')
  const isWider = Array.isArray(was) && Array.isArray(is) && was.every(form => is.some(one => isEqual(one, form)))
  tell(isWider ? 'compatible' : 'breaking', [...path, 'anyOf'], isWider ? 'may have another form too' : 'changed in its forms')
}

function compareOthers(before: JsonObject, after: JsonObject, path: readonly string[], tell: Tell): undefined {
  for (const word of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (KNOWN.has(word) || isEqual(before[word], after[word])) continue
    if (isNote(word)) tell('compatible', [...path, word], 'says it in other words')
    // “items” begins after the places; what it means changes with them, and unevaluated… with everything beside it.
    else if (after[word] === undefined && !['prefixItems', 'then', 'else', 'if'].includes(word))
      tell('compatible', path, `has no “${word}” any more`)
    else tell('breaking', [...path, word], before[word] === undefined ? 'is new' : 'changed')
  }
}

function withoutNotes(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([word]) => !isNote(word)))
}

function isAnything(schema: unknown): boolean {
  return schema === true || (isRecord(schema) && Object.keys(schema).every(isNote))
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(name => typeof name === 'string') : []
}

function mapOf(value: unknown): JsonObject {
  return isRecord(value) ? value : {}
}

function listed(values: readonly unknown[]): string {
  const shown = values.slice(0, 8).map(value => JSON.stringify(value))
  return values.length > 8 ? `${shown.join(', ')}, …` : shown.join(', ')
}

export function isEqual(one: unknown, other: unknown): boolean {
  return one === other || (one !== undefined && other !== undefined && sorted(one) === sorted(other))
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}
