import { isRecord } from './json.ts'

/** Where a request body has its events, and what it says once for all of them. Nothing is checked yet. */
export interface Content {
  readonly events: readonly unknown[]
  readonly context?: unknown
  readonly integrations?: unknown
}

/** Reads the three forms of a body: a list of events, a batch, and anything else as one event. */
export function contentOf(body: unknown): Content {
  if (Array.isArray(body)) return { events: body }
  if (isRecord(body) && Array.isArray(body.batch)) return { events: body.batch, context: body.context, integrations: body.integrations }
  return { events: [body] }
}
