import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { LIMITS } from '@waymark/schemas/limits'
import { type Content, contentOf } from '../event/content.ts'
import { isRecord, type JsonObject } from '../event/json.ts'
import { sanitise, type Texts } from '../event/sanitise.ts'
import { type Body, readBody } from './body.ts'
import { type BodyMemory, createBodyMemory } from './bodyMemory.ts'
import { deeperThan, isMostlyBrackets } from './depth.ts'
import { inflateBody } from './inflate.ts'
import { createOneATurn } from './oneATurn.ts'
import { refuse } from './refuse.ts'

/** A readable request: its events as they came, and what it says once for all of them. */
export interface Envelope {
  readonly events: readonly unknown[]
  readonly writeKey?: string
  readonly sentAt?: unknown
  readonly context?: JsonObject
  readonly integrations?: JsonObject
  /** For imports with a secret key: the source to store under. */
  readonly source?: unknown
  /** The JSON text as it came, valid UTF-8. */
  readonly body: Buffer
  /** Of the JSON text before anything in it was mended. */
  readonly bytes: number
  readonly texts: Texts
}

// V8 parses a million levels, at 90 bytes and 0.6 µs each: 5 MiB of brackets that were inflated from little would cost 220 MB and 1.6 s,
// eight plain bodies of them at once as much. No event that is small enough can have so many that it makes its batch unreadable.
const INFLATED_DEPTH = 10_000
const BODY_DEPTH = 100_000

const UTF8 = new TextDecoder()

/** The text of a body; whoever reads it again later must see the same. */
export function readText(body: Uint8Array): string {
  return UTF8.decode(body)
}

/** What is larger may take a tenth of a second to be parsed: each has a turn for itself. */
const LARGE_BYTES = 256 * 1024

/** Reads bodies, to be parsed at once: no two large ones come in one turn of the event loop. */
export function createBodyReader(): (request: Request, incoming: IncomingMessage | null) => Promise<Body> {
  const memory = createBodyMemory()
  const myTurn = createOneATurn()
  return async (request, incoming) => {
    const body = await bodyOf(request, incoming, memory)
    if (body.bytes.length > LARGE_BYTES) await myTurn()
    return body
  }
}

/** Reads and inflates the body of a request. */
export async function bodyOf(request: Request, incoming: IncomingMessage | null, memory: BodyMemory): Promise<Body> {
  const body = await readBody(request, incoming, memory)
  try {
    const inflated = await inflateBody(body.bytes, request.headers.get('content-encoding') ?? undefined, memory)
    if (inflated === null) return body
    body.release()
    return inflated
  } catch (error) {
    body.release()
    throw error
  }
}

/** Parses a body; `single` for the routes that take one event as the body. */
export function parseBody(body: Buffer, { single }: { readonly single: boolean }): Envelope {
  const text = textOf(body)
  const texts = { areClean: !body.includes('\\u') }
  // What is kept must be text: the spool finds its way through damage by bytes that no text has.
  const kept = isUtf8(body) ? body : Buffer.from(text)
  return envelopeOf(parse(text), { body: kept, bytes: body.length, texts }, single)
}

function textOf(body: Buffer): string {
  if (body.length === 0) throw refuse(400, 'empty_body', 'The request has no body. Send JSON: { "batch": [ … ] } or one event.')
  // What is compressed twice, or no text at all, would become a text of megabytes before it is seen not to be JSON.
  if (!beginsAsJson(body)) throw notJson('')
  const most = body.length > LIMITS.bodyBytes ? INFLATED_DEPTH : isMostlyBrackets(body) ? BODY_DEPTH : null
  if (most !== null && deeperThan(most, body))
    throw refuse(
      400,
      'unreadable_body',
      `The request body is nested more than ${most.toLocaleString('en')} levels deep. An event may have 32.`,
    )
  return readText(body)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const at = cause instanceof Error ? /position \d+/.exec(cause.message)?.[0] : undefined
    throw notJson(at === undefined ? '' : ` (at ${at})`)
  }
}

function notJson(at: string) {
  return refuse(
    400,
    'unreadable_body',
    `The request body is not valid JSON${at}. Send { "batch": [ … ] } or one event, as text/plain or application/json.`,
  )
}

const JSON_STARTS = new Set(Buffer.from('{["-0123456789tfn'))
const JSON_SPACES = new Set(Buffer.from(' \t\r\n'))

/** Whether some value could begin where the spaces and the byte order mark end. */
function beginsAsJson(body: Buffer): boolean {
  let at = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
  while (JSON_SPACES.has(body[at] ?? 0)) at++
  return JSON_STARTS.has(body[at] ?? 0)
}

function envelopeOf(body: unknown, text: Pick<Envelope, 'body' | 'bytes' | 'texts'>, single: boolean): Envelope {
  const content = contentOf(body)
  if (Array.isArray(body)) return limited({ events: content.events, ...text })
  if (!isRecord(body))
    throw refuse(
      400,
      'unreadable_body',
      `The request body must be a JSON object or array; it is ${body === null ? 'null' : `a ${typeof body}`}.`,
    )
  const shared = {
    ...text,
    source: body.source,
    ...(typeof body.writeKey === 'string' ? { writeKey: body.writeKey } : {}),
  }
  if (Array.isArray(body.batch)) {
    return limited({
      ...shared,
      events: content.events,
      sentAt: body.sentAt,
      ...sharedObject('context', content),
      ...sharedObject('integrations', content),
    })
  }
  if (single) return { ...shared, events: content.events }
  throw refuse(
    400,
    'no_batch',
    'The request body must have an array “batch” with the events. For one event use /v1/track, /v1/page, /v1/identify, /v1/group, /v1/alias or /v1/screen.',
  )
}

function sharedObject(name: 'context' | 'integrations', content: Content): { [name: string]: JsonObject } {
  const { value, flaw } = sanitise(content[name])
  if (flaw !== null)
    throw refuse(400, 'unreadable_body', `The “${name}” of the batch ${flaw.message}. Send less in it, or with the events it belongs to.`)
  return isRecord(value) ? { [name]: value } : {}
}

/** Little for each event, whatever the body is. */
const SMALL_SHARED = 2 * 1024
const MOST_TIMES_BODY = 8
const SHARED_SLACK = 256 * 1024

/**
 * What the context and integrations of a batch may come to when they are repeated for each event. Both are stored with each event: what is
 * small once may be huge 2,500 times, and a small body must not become a hundred times as much.
 */
export function mostShared(bodyBytes: number, events: number): number {
  return Math.min(LIMITS.inflatedBytes, Math.max(SMALL_SHARED * events, MOST_TIMES_BODY * bodyBytes + SHARED_SLACK))
}

function limited(envelope: Envelope): Envelope {
  const count = envelope.events.length
  if (count > LIMITS.batchEvents)
    throw refuse(413, 'batch_too_large', `The batch has ${count} events; ${LIMITS.batchEvents} are allowed. Split it.`)
  const { context, integrations } = envelope
  if (count < 2 || (context === undefined && integrations === undefined)) return envelope
  if (Buffer.byteLength(JSON.stringify([context, integrations])) * count > mostShared(envelope.bytes, count)) {
    throw refuse(
      413,
      'batch_too_large',
      'The “context” and “integrations” of the batch, repeated for each event, are larger than 5 MiB, or much larger than the batch itself. Send less in them or fewer events at once.',
    )
  }
  return envelope
}
