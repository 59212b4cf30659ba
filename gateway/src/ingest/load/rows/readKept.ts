import type { Event } from '@waymark/schemas/event'
import { contentOf } from '../../event/content.ts'
import { isRecord, type JsonObject } from '../../event/json.ts'
import { acceptedEvent, createJudge } from '../../event/judge.ts'
import type { Shared } from '../../event/normalise.ts'
import { type Flaw, sanitise } from '../../event/sanitise.ts'
import { readText } from '../../request/decode.ts'
import type { KeptRequest, RequestFacts } from '../../spool/frame.ts'
import type { UsualReader, UsualRequest } from './usual/usualReader.ts'

/** A kept request, read again. */
export interface ReadRequest {
  readonly facts: RequestFacts
  /** In their places; empty when `trouble` says why. */
  readonly events: readonly unknown[]
  /** What its events have of their own, where it is a usual request: of use until the next is read. */
  readonly usual: UsualRequest | null
  /** What the event in that place was taken for when it came, or what is wrong with it now. */
  eventAt(place: number): Event | Flaw
  /** Why nothing of it could be read, which no request that was kept should come to; else null. */
  readonly trouble: string | null
}

/** `life`: that of this process; what its scanner took is not judged again, and may be outlined. */
export function readKept(request: KeptRequest, life?: string, outline: UsualReader = () => null): ReadRequest {
  const isSound = isOf(request.facts, life)
  const usual = isSound ? outline(request) : null
  return usual === null ? readWhole(request, isSound) : readInParts(request, usual)
}

function readWhole({ body, events: count, facts }: KeptRequest, isSound: boolean): ReadRequest {
  try {
    const { events, context, integrations } = contentOf(JSON.parse(readText(body)))
    const told = { ...shared('context', context), ...shared('integrations', integrations), ...toldBy(facts) }
    if (events.length === count) return { facts, events, usual: null, eventAt: readerOf(events, told, { body, isSound }), trouble: null }
    return unreadable(facts, `the request has ${events.length} events; ${count} were accepted`)
  } catch (error) {
    return unreadable(facts, String(error))
  }
}

/** Of a usual request hardly an event is looked at. */
function readInParts(request: KeptRequest, usual: UsualRequest): ReadRequest {
  const { facts } = request
  const told = toldBy(facts)
  let whole: ReadRequest | null = null
  return {
    facts,
    get events() {
      whole ??= readWhole(request, true)
      return whole.events
    },
    usual,
    eventAt: place => acceptedEvent(JSON.parse(usual.eventText(place)), told),
    trouble: null,
  }
}

/** What a request says for all of its events, besides what its body does. */
export function toldBy({ sentAt, type }: RequestFacts): Shared {
  return { sentAt, ...(type === undefined ? {} : { type }) }
}

function isOf({ scannedIn }: RequestFacts, life: string | undefined): boolean {
  return scannedIn !== undefined && scannedIn === life
}

function readerOf(
  events: readonly unknown[],
  told: Shared,
  { body, isSound }: { readonly body: Buffer; readonly isSound: boolean },
): ReadRequest['eventAt'] {
  if (isSound) return place => acceptedEvent(events[place], told)
  // They were weighed when they came.
  const judge = createJudge({ ...told, bytes: 0, texts: { areClean: !body.includes('\\u') } })
  return place => {
    const verdict = judge(events[place])
    return verdict.ok ? verdict.event : verdict.flaw
  }
}

function shared(name: 'context' | 'integrations', given: unknown): { [name: string]: JsonObject } {
  const { value } = sanitise(given)
  return isRecord(value) ? { [name]: value } : {}
}

function unreadable(facts: RequestFacts, trouble: string): ReadRequest {
  return { facts, events: [], usual: null, eventAt: () => ({ code: 'not_an_object', path: '', message: trouble }), trouble }
}
