import type { Event } from '@waymark/schemas/event'
import type { EventRow } from '@waymark/schemas/row'
import type { RequestFacts } from '../spool/frame.ts'
import type { ReadAddress } from './address.ts'
import type { Agent } from './agent.ts'
import type { EventTime, Moment } from './devices.ts'
import { type EventTexts, enrich } from './enrich.ts'
import type { Redact } from './redact.ts'
import { parseTime } from './time.ts'

export interface RowEdges {
  /** When an event happened, by what is known of its device's clock. */
  readonly place: (moment: Moment) => EventTime
  readonly readAgent: (userAgent: string) => Agent
  readonly readAddress: ReadAddress
  /** That of `readAddress`, for what is no address by itself. */
  readonly redact?: Redact | undefined
  readonly texts?: EventTexts
  readonly readSentAt?: (text: string) => number | null
}

/** The row of an event that came with such a request. */
export function rowOf(
  event: Event,
  messageId: string,
  facts: RequestFacts,
  { place, readAgent, readAddress, redact, texts, readSentAt = parseTime }: RowEdges,
): EventRow {
  const { source, trust, receivedAt, userAgent, userAgentData, origin } = facts
  const original = event.timestamp === undefined ? null : parseTime(event.timestamp)
  const time = place({
    device: `${source}\0${event.anonymousId ?? event.userId ?? ''}`,
    original,
    sentAt: event.sentAt === undefined ? null : readSentAt(event.sentAt),
    receivedAt,
  })
  const unreadable = original === null && event.timestamp !== undefined ? { unreadableTime: event.timestamp } : {}
  return enrich(event, {
    source: { sourceId: source, trust },
    messageId,
    receivedAt,
    time,
    userAgent,
    userAgentData,
    readAgent,
    readAddress,
    redact,
    origin,
    texts,
    ...unreadable,
  })
}

/** The facts for the event in that place: an event that names an address of its own comes from there. */
export function factsAt(facts: RequestFacts, place: number): RequestFacts {
  const own = facts.origins?.[place]
  if (own === undefined) return facts
  const { origin: _, ...rest } = facts
  return own === null ? rest : { ...rest, origin: own }
}
