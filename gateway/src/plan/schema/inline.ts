/** A schema with its references put in their places: what is left has a size that can be counted, and no loops. Pure. */
import { PLAN_LIMITS, type PlanDialect, type PropertySchema } from '@waymark/schemas/plan'
import { isRecord, type JsonObject } from '../../ingest/event/json.ts'
import { isNote, placeOf } from './keywords.ts'

/** A schema that cannot be put together, with the place of the mistake within it. */
export class SchemaFault extends Error {
  override readonly name = 'SchemaFault'
  readonly path: readonly string[]

  constructor(path: readonly string[], message: string) {
    super(message)
    this.path = path
  }
}

/** Throws a `SchemaFault` for a reference that leads nowhere, outside or back to itself, and for a schema that is too large. */
export function inlined(
  schema: PropertySchema,
  dialect: PlanDialect,
  shared: { readonly [name: string]: PropertySchema } = {},
): JsonObject {
  const root: JsonObject = { ...schema, $defs: { ...shared, ...(isRecord(schema.$defs) ? schema.$defs : {}) } }
  let nodes = 0

  function place(given: unknown, path: readonly string[], open: readonly string[]): unknown {
    if (++nodes > PLAN_LIMITS.nodes)
      throw new SchemaFault([], `is too large: with its references put in their places it has more than ${PLAN_LIMITS.nodes} schemas`)
    if (path.length > PLAN_LIMITS.depth * 3) throw new SchemaFault(path.slice(0, 6), 'is nested too deep')
    if (!isRecord(given)) return given
    if (given.$ref !== undefined) return follow(given, path, open)
    const result: JsonObject = {}
    for (const [keyword, value] of Object.entries(given)) {
      if (isShelf(keyword) || keyword === '$schema') continue
      result[keyword] = inside(keyword, value, [...path, keyword], open)
    }
    return result
  }

  function inside(keyword: string, value: unknown, path: readonly string[], open: readonly string[]): unknown {
    const kind = placeOf(keyword, dialect)
    const list = (items: readonly unknown[]) => items.map((item, index) => place(item, [...path, String(index)], open))
    if (kind === 'schema') return place(value, path, open)
    if (kind === 'schemas' || (kind === 'items' && Array.isArray(value))) return Array.isArray(value) ? list(value) : value
    if (kind === 'items') return place(value, path, open)
    if ((kind === 'map' || kind === 'dependencies') && isRecord(value))
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, Array.isArray(one) ? one : place(one, [...path, name], open)]),
      )
    return value
  }

  function follow(given: JsonObject, path: readonly string[], open: readonly string[]): unknown {
    const reference = given.$ref
    const at = [...path, '$ref']
    if (typeof reference !== 'string') throw new SchemaFault(at, 'must be a text such as "#/$defs/Product"')
    if (!reference.startsWith('#/'))
      throw new SchemaFault(
        at,
        `leads outside of the plan (“${reference.slice(0, 80)}”): nothing is fetched. Put the schema under “$defs” of the plan and write "#/$defs/Name"`,
      )
    const beside = Object.keys(given).filter(keyword => keyword !== '$ref' && !isShelf(keyword) && !isNote(keyword))
    if (beside.length > 0)
      throw new SchemaFault(at, `stands beside “${beside[0]}”, which draft-07 would ignore. Write "allOf": [{ "$ref": … }, { … }]`)
    if (open.includes(reference))
      throw new SchemaFault(at, `leads back to itself (“${reference.slice(0, 80)}”): an event has no endless form`)
    const target = lookUp(root, reference)
    if (target === undefined) throw new SchemaFault(at, `leads nowhere: there is no “${reference.slice(0, 80)}”`)
    const found = place(target, path, [...open, reference])
    return isRecord(found) ? { ...found, ...notesOf(given) } : found
  }

  return place(root, [], []) as JsonObject
}

function lookUp(root: JsonObject, reference: string): unknown {
  let node: unknown = root
  for (const part of reference.slice(2).split('/')) {
    const name = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(node)) node = node[Number(name)]
    else if (isRecord(node) && Object.hasOwn(node, name)) node = node[name]
    else return undefined
  }
  return isRecord(node) || typeof node === 'boolean' ? node : undefined
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a % that is one
  }
}

/** What a reference may have beside it: words for people. */
function notesOf(given: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(given).filter(([keyword]) => isNote(keyword) && keyword !== '$schema'))
}

function isShelf(keyword: string): boolean {
  return keyword === '$defs' || keyword === 'definitions'
}
