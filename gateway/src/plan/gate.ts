/** What a plan refuses before the answer, and what is kept of it. */
import type { Event } from '@waymark/schemas/event'
import type { Trust } from '@waymark/schemas/row'
import type { ClientHints } from '../ingest/enrich/hints.ts'
import type { FindOrigin, Origin } from '../ingest/enrich/origin.ts'
import { REDACT, type Redact } from '../ingest/enrich/redact.ts'
import { isRecord } from '../ingest/event/json.ts'
import { keepable } from '../ingest/event/keepable.ts'
import { type Flaw, sanitise } from '../ingest/event/sanitise.ts'
import type { PlanBook } from './book.ts'
import type { Violation } from './violation.ts'

/** How an event came: what its replay must know that the event does not say. */
export interface Arrival {
  readonly source: { readonly sourceId: string; readonly trust: Trust }
  readonly userAgent: string
  readonly userAgentData?: ClientHints | undefined
  readonly isHistorical: boolean
  /** Of the request; an event that names an address of its own comes from there. */
  readonly origin?: Origin | null | undefined
  readonly findOrigin?: FindOrigin | undefined
}

/** An event that the plan of its source refuses. `raw`: what is kept of it, JSON text. */
export interface PlanRefusal {
  readonly flaw: Flaw
  readonly raw: string
}

/** null for an event that may pass. `given`: the event as it came. */
export type CheckPlan = (event: Event, given: unknown, arrival: Arrival) => PlanRefusal | null

export function createPlanGate(book: Pick<PlanBook, 'of'>, redact: Redact = REDACT): CheckPlan {
  return (event, given, arrival) => {
    const planned = book.of(arrival.source.sourceId)
    if (planned === null || planned.mode === 'observe') return null
    const violations = planned.check(event)
    const [first] = violations
    if (first === undefined) return null
    const raw = planned.mode === 'block' ? stubOf(event) : rawOf(event, given, arrival, redact)
    return { flaw: { ...first, message: toldOf(violations) }, raw }
  }
}

/** The first in words, the others by code and place. */
function toldOf([first, ...others]: readonly Violation[]): string {
  if (first === undefined) return ''
  return others.length === 0 ? first.message : `${first.message}; also ${others.map(({ code, path }) => `${code} ${path}`).join(', ')}`
}

/** As it came, with what its batch said for it, so that it means the same when it is read again. */
function rawOf(
  event: Event,
  given: unknown,
  { source, userAgent, userAgentData, isHistorical, origin, findOrigin }: Arrival,
  redact: Redact,
): string {
  const { value } = sanitise(given)
  const { type, context, integrations, sentAt } = event
  const own = context?.ip
  const from = own === undefined ? origin : findOrigin?.(own)
  const _received = {
    trust: source.trust,
    userAgent: userAgent.slice(0, 512),
    userAgentData,
    isHistorical,
    ...(from ? { origin: from } : {}),
  }
  return JSON.stringify(keepable({ ...(isRecord(value) ? value : {}), type, context, integrations, sentAt, _received }, redact))
}

/** Nothing of the content: enough to find who sends it. */
function stubOf(event: Event): string {
  return JSON.stringify({
    _received: { blocked: true },
    type: event.type,
    ...(event.type === 'track' ? { event: event.event } : {}),
    messageId: event.messageId,
  })
}
