/** A rejected event as it can be taken in again, or why it cannot. Pure. */
import type { Event } from '@waymark/schemas/event'
import { PLAN_CODES } from '@waymark/schemas/plan'
import type { Origin } from '../ingest/enrich/origin.ts'
import { isRecord, type JsonObject } from '../ingest/event/json.ts'
import { createJudge } from '../ingest/event/judge.ts'
import type { Flaw } from '../ingest/event/sanitise.ts'
import type { KeptRequest } from '../ingest/spool/frame.ts'
import type { Candidate } from './candidates.ts'

/** Why a rejected event cannot be replayed, whatever the plan says now. */
export type Hindrance = 'cut' | 'blocked' | 'not_storable'

export type Revival =
  | { readonly kind: 'hindered'; readonly by: Hindrance }
  | { readonly kind: 'flawed'; readonly flaw: Flaw }
  /** `given`: without what was noted of its arrival. */
  | { readonly kind: 'event'; readonly event: Event; readonly given: JsonObject; readonly request: KeptRequest; readonly messageId: string }

export const HINDRANCES: { readonly [by in Hindrance]: string } = {
  cut: 'larger than 64 KiB: only its beginning was kept',
  blocked: 'refused by a plan in mode “block”: nothing of its content was kept',
  not_storable: 'refused by the warehouse, not by a rule that could be mended here',
}

const BY_PLAN: ReadonlySet<string> = new Set(PLAN_CODES)

/** Judged as if it came now, but placed in time as when it came. */
export function revive(candidate: Candidate): Revival {
  if (candidate.code === 'not_storable') return { kind: 'hindered', by: 'not_storable' }
  const value = parsed(candidate.raw)
  if (value === undefined) return { kind: 'hindered', by: 'cut' }
  const isByPlan = BY_PLAN.has(candidate.code)
  const { _received: noted, ...given } = isRecord(value) ? value : {}
  if (isByPlan && isRecord(noted) && noted.blocked === true) return { kind: 'hindered', by: 'blocked' }
  const verdict = createJudge({ bytes: candidate.raw.length })(isRecord(value) ? given : value)
  if (!verdict.ok) return { kind: 'flawed', flaw: verdict.flaw }
  const messageId = verdict.event.messageId ?? `replay-${candidate.segment_id}-${candidate.segment_index}`
  const batch = [{ ...given, messageId }]
  return {
    kind: 'event',
    event: verdict.event,
    given,
    messageId,
    request: {
      body: Buffer.from(JSON.stringify({ batch })),
      events: 1,
      // Only a plan's refusal notes how an event came, over whatever the sender wrote there; of others nothing is known but that somebody sent it.
      facts: { source: candidate.source_id, receivedAt: candidate.received_at, ...arrivalOf(isByPlan ? noted : undefined) },
    },
  }
}

function arrivalOf(noted: unknown): Pick<KeptRequest['facts'], 'trust' | 'userAgent' | 'userAgentData' | 'isHistorical' | 'origin'> {
  const { trust, userAgent, userAgentData, isHistorical, origin } = isRecord(noted) ? noted : {}
  const from = originOf(origin)
  return {
    ...(from === null ? {} : { origin: from }),
    // Whoever reads hints takes them whatever they hold, as those of an event.
    ...(isRecord(userAgentData) ? { userAgentData } : {}),
    trust: trust === 'server' ? 'server' : 'browser',
    userAgent: typeof userAgent === 'string' ? userAgent : '',
    isHistorical: isHistorical === true,
  }
}

function originOf(noted: unknown): Origin | null {
  const { country, asn, organisation } = isRecord(noted) ? noted : {}
  if (typeof country !== 'string' || !/^([A-Z]{2})?$/.test(country)) return null
  return {
    country,
    ...(typeof asn === 'number' ? { asn } : {}),
    ...(typeof organisation === 'string' ? { organisation } : {}),
  }
}

/** undefined for a text that was cut. */
function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown
  } catch {
    return undefined
  }
}
