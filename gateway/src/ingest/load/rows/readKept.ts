import type { Event } from '@waymark/schemas/event'
import { contentOf } from '../../event/content.ts'
import { isRecord, type JsonObject } from '../../event/json.ts'
import { acceptedEvent, createJudge } from '../../event/judge.ts'
import type { Shared } from '../../event/normalise.ts'
import { type Flaw, sanitise } from '../../event/sanitise.ts'
import { readText } from '../../request/decode.ts'
import type { KeptRequest, RequestFacts } from '../../spool/frame.ts'

/** A kept request, read again. */
export interface ReadRequest {
  readonly facts: RequestFacts
  /** In their places; empty when `trouble` says why. */
  readonly events: readonly unknown[]
  /** What the event in that place was taken for when it came, or what is wrong with it now. */
  eventAt(place: number): Event | Flaw
  /** Why nothing of it could be read, which no request that was kept should come to; else null. */
  readonly trouble: string | null
}

/** `life`: that of this process; what its scanner took is not judged again. */
export function readKept({ body, events: count, facts }: KeptRequest, life?: string): ReadRequest {
  try {
    const { events, context, integrations } = contentOf(JSON.parse(readText(body)))
    const told = {
      ...shared('context', context),
      ...shared('integrations', integrations),
      sentAt: facts.sentAt,
      ...(facts.type === undefined ? {} : { type: facts.type }),
    }
    if (events.length === count)
      return { facts, events, eventAt: readerOf(events, told, { body, isSound: isOf(facts, life) }), trouble: null }
    return unreadable(facts, `the request has ${events.length} events; ${count} were accepted`)
  } catch (error) {
    return unreadable(facts, String(error))
  }
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
  return { facts, events: [], eventAt: () => ({ code: 'not_an_object', path: '', message: trouble }), trouble }
}
