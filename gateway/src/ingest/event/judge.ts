import type { Event } from '@waymark/schemas/event'
import { LIMITS } from '@waymark/schemas/limits'
import { REDACT, type Redact } from '../enrich/redact.ts'
import { isRecord, type JsonObject } from './json.ts'
import { keepable } from './keepable.ts'
import { normalise, type Shared } from './normalise.ts'
import { printOf } from './print.ts'
import { createSanitiser, type Flaw, type Texts } from './sanitise.ts'
import { isFlaw, validate } from './validate.ts'

export type Verdict =
  /** `print`: of what a copy repeats and another event does not. */
  | { readonly ok: true; readonly event: Event; readonly print: number }
  /** `raw`: the event as it came, JSON text, cut at 64 KiB. */
  | { readonly ok: false; readonly flaw: Flaw; readonly messageId: string | null; readonly raw: string }

/** What a request says once for all of its events, and how large it is. */
export interface Batch extends Shared {
  /** JSON text of the whole request: in a request of less than 64 KiB no event needs weighing. */
  readonly bytes: number
  readonly texts?: Texts
  /** What must not be stored of a rejected event. */
  readonly redact?: Redact
}

/** Takes one event of a request for what it is, or says what is wrong with it; never throws, whatever the event is. */
export type Judge = (given: unknown) => Verdict

/** The judge of the events of one request. */
export function createJudge(batch: Batch): Judge {
  const sanitised = createSanitiser(batch.texts)
  const mayBeLarge = batch.bytes > LIMITS.eventBytes
  const { redact = REDACT } = batch
  const sharedBytes = mayBeLarge ? weigh(batch.context) + weigh(batch.integrations) : 0

  return given => {
    const { value, flaw, mostBytes, contentBytes } = sanitised(given)
    if (flaw !== null) return rejected(flaw, value, redact)
    if (!isRecord(value))
      return rejected(
        { code: 'not_an_object', path: '', message: `an event must be a JSON object; this is ${kindOf(value)}` },
        value,
        redact,
      )
    if (mayBeLarge && mostBytes + sharedBytes > LIMITS.eventBytes && weigh(value) + sharedBytes > LIMITS.eventBytes) {
      return rejected(
        {
          code: 'event_too_large',
          path: '',
          message: 'is larger than 64 KiB with the context and integrations of its batch; send less with each event',
        },
        value,
        redact,
      )
    }
    const event = validate(normalise(value, batch))
    return isFlaw(event) ? rejected(event, value, redact) : { ok: true, event, print: printOf(event, contentBytes) }
  }
}

/** The event that a judge made of the same, for whoever knows that he accepted it and that nothing in it was to be changed. */
export function acceptedEvent(given: unknown, shared: Shared): Event {
  return normalise(given as JsonObject, shared) as Event
}

function rejected(flaw: Flaw, value: unknown, redact: Redact): Verdict {
  const messageId = isRecord(value) && typeof value.messageId === 'string' ? value.messageId.slice(0, LIMITS.messageIdChars) : null
  return { ok: false, flaw, messageId, raw: cut(JSON.stringify(keepable(value, redact))) }
}

function weigh(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value))
}

function cut(text: string): string {
  if (text.length * 3 <= LIMITS.eventBytes) return text
  // `stream` leaves out the character that the cut goes through.
  return new TextDecoder().decode(Buffer.from(text).subarray(0, LIMITS.eventBytes), { stream: true })
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
