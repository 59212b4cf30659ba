import { LIMITS } from '@waymark/schemas/limits'
import { isRecord, type JsonObject } from '../event/json.ts'

export interface PixelEvent {
  /** JSON text of the event. */
  readonly body: string
  readonly writeKey: string | null
}

/**
 * The event in the query of a pixel: base64 of JSON in `data` (either alphabet), or one parameter for each member, dots going down
 * (`properties.subject=Hello`). null when `data` is there and is no JSON object.
 */
export function pixelEvent(query: URLSearchParams): PixelEvent | null {
  const data = query.get('data')
  const writeKey = query.get('writeKey')
  return data === null ? { body: JSON.stringify(dotted(query)), writeKey } : decoded(data, writeKey)
}

function decoded(data: string, writeKey: string | null): PixelEvent | null {
  // A "+" of base64 that nobody escaped arrives as a blank.
  const body = Buffer.from(data.replaceAll(' ', '+'), 'base64').toString('utf8')
  try {
    const event: unknown = JSON.parse(body)
    if (!isRecord(event)) return null
    return { body, writeKey: typeof event.writeKey === 'string' ? event.writeKey : writeKey }
  } catch {
    return null
  }
}

function dotted(query: URLSearchParams): JsonObject {
  const event = bare()
  // One level more than an event may have: enough for it to be rejected for its depth.
  for (const [path, value] of query) put(event, path.split('.', LIMITS.depth + 1), value)
  return event
}

function put(event: JsonObject, steps: readonly string[], value: string): void {
  const name = steps.at(-1)
  if (name === undefined) return
  let at = event
  for (const step of steps.slice(0, -1)) {
    const next = at[step]
    const below = isRecord(next) ? next : bare()
    at[step] = below
    at = below
  }
  at[name] = value
}

/** Without a prototype a parameter called `__proto__` is a member like any other; the gateway leaves it out as it does in any JSON. */
function bare(): JsonObject {
  return Object.create(null) as JsonObject
}
