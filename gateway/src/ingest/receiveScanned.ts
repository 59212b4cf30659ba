import type { EventType, IngestReply } from '@waymark/schemas/event'
import type { Source } from '../keys/ring.ts'
import type { HotSet } from './dedupe.ts'
import type { ClientHints } from './enrich/hints.ts'
import type { Origin } from './enrich/origin.ts'
import type { JsonObject } from './event/json.ts'
import { createJudge } from './event/judge.ts'
import { type Accepted, type AcceptedEvents, factsOf } from './keep.ts'
import { countsOf, type ReceiverEdges } from './receive.ts'
import type { Scanned } from './scan/scanner.ts'

/** A request of a known source that was read without being parsed. */
export interface ScannedRequest {
  readonly source: Source
  readonly scanned: Scanned
  /** From the route. */
  readonly type?: EventType | undefined
  readonly sentAt?: unknown
  readonly userAgent: string
  readonly userAgentData?: ClientHints | undefined
  readonly origin?: Origin | null | undefined
  readonly isHistorical: boolean
}

/** As a `Receiver`, of requests where nothing is to be said but yes. null: some of it is a copy, nothing was done, and it is to be parsed. */
export type ScannedReceiver = (request: ScannedRequest) => Promise<IngestReply> | null

export function createScannedReceiver({
  append,
  hotSet,
  now,
  life,
}: Pick<ReceiverEdges, 'append' | 'now'> & {
  readonly hotSet: HotSet
  /** Names this life of the process to the thread that makes rows, which then need not judge again. */
  readonly life?: string | undefined
}): ScannedReceiver {
  const scannedIn = life === undefined ? {} : { scannedIn: life }
  return ({ scanned, source, type, sentAt, userAgent, userAgentData, origin, isHistorical }) => {
    const receivedAt = now()
    const flight = hotSet.open(source.sourceId)
    if (!flight.claimAll(scanned)) return null
    const { body, count } = scanned
    const shared = { sentAt, ...(type === undefined ? {} : { type }) }
    try {
      const facts = { ...factsOf({ source, shared, userAgent, userAgentData, origin, isHistorical }, receivedAt, null), ...scannedIn }
      const counts = countsOf(source.sourceId, receivedAt, count, { rejected: [], suppressed: 0, deduplicated: 0 })
      const frame = { request: { body, events: count, facts }, rejected: [], counts }
      return append(frame, acceptedOf(scanned, shared)).then(
        (): IngestReply => {
          flight.settle(true)
          return { success: true, accepted: count, rejected: [] }
        },
        (error: unknown) => {
          flight.settle(false)
          throw error
        },
      )
    } catch (error) {
      flight.settle(false)
      throw error
    }
  }
}

/** Only what is looked at is parsed. */
function acceptedOf(scanned: Scanned, shared: { readonly sentAt: unknown; readonly type?: EventType }): AcceptedEvents {
  const { body, count, starts, ends } = scanned
  const given = (start: number | undefined, end: number | undefined): unknown => JSON.parse(body.toString('utf8', start, end))
  const objectOf = (name: 'context' | 'integrations') => {
    const json = scanned.envelope(name)
    return json === undefined ? {} : { [name]: JSON.parse(json) as JsonObject }
  }
  return {
    count,
    newest(most) {
      const judge = createJudge({ ...shared, ...objectOf('context'), ...objectOf('integrations'), bytes: 0, texts: { areClean: true } })
      const list: Accepted[] = []
      for (let index = Math.max(0, count - most); index < count; index++) {
        const verdict = judge(given(starts[index], ends[index]))
        if (verdict.ok) list.push({ event: verdict.event, messageId: verdict.event.messageId ?? '', index })
      }
      return list
    },
  }
}
