import { isRecord, type JsonObject } from './json.ts'
import { idOf, objectOf, textOf } from './kinds.ts'

const TEXTS_OF_PAGE: ReadonlySet<string> = new Set(['url', 'path', 'referrer', 'search', 'title'])
const TEXTS_OF_CAMPAIGN: ReadonlySet<string> = new Set(['name', 'source', 'medium', 'term', 'content', 'id'])
const TEXTS_OF_LIBRARY: ReadonlySet<string> = new Set(['name', 'version'])

/** The context with every member as it is validated. Copied only where something in it is written otherwise than we write it: most are not. Pure. */
export function normaliseContext(context: JsonObject): JsonObject {
  let copy: JsonObject | undefined
  for (const name in context) {
    const given = context[name]
    // Most are texts, and few are written otherwise as one.
    if (typeof given === 'string' && given !== '' && name !== 'groupId' && name !== 'clientSeq') continue
    const meant = memberOf(name, given)
    if (meant === given) continue
    copy ??= { ...context }
    copy[name] = meant
  }
  return copy === undefined ? context : withoutAbsent(copy)
}

function memberOf(name: string, value: unknown): unknown {
  switch (name) {
    case 'page':
      return partOf(value, TEXTS_OF_PAGE)
    case 'campaign':
      return partOf(value, TEXTS_OF_CAMPAIGN)
    case 'library':
      return partOf(value, TEXTS_OF_LIBRARY)
    case 'groupId':
      return idOf(value)
    case 'userAgent':
    case 'locale':
    case 'timezone':
    case 'ip':
      return textOf(value)
    case 'sessionId':
      return typeof value === 'number' ? value : textOf(value)
    case 'clientSeq':
      // It only orders events that have one: what is no number says nothing.
      return typeof value === 'number' ? value : undefined
    case 'userAgentData':
    case 'traits':
    case 'consent':
      return objectOf(value)
    default:
      return value ?? undefined
  }
}

function partOf(value: unknown, texts: ReadonlySet<string>): unknown {
  if (!isRecord(value)) return objectOf(value)
  let copy: JsonObject | undefined
  for (const name in value) {
    const given = value[name]
    if (typeof given === 'string') continue
    const meant = texts.has(name) ? textOf(given) : (given ?? undefined)
    if (meant === given) continue
    copy ??= { ...value }
    copy[name] = meant
  }
  return copy === undefined ? value : withoutAbsent(copy)
}

function withoutAbsent(value: JsonObject): JsonObject {
  const result: JsonObject = {}
  for (const key in value) if (value[key] !== undefined) result[key] = value[key]
  return result
}
