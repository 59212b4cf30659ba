import { cleanCampaign } from '../enrich/cleanCampaign.ts'
import { REDACT, type Redact } from '../enrich/redact.ts'
import { isRecord, type JsonObject } from './json.ts'
import { withoutAddresses } from './withoutAddresses.ts'

/** Where senders write the key of a single call, and the visitor's address besides its place in the context. */
const NEVER_KEPT = ['writeKey', 'ip', 'request_ip'] as const

/**
 * The event without what may not be stored, not even of a rejected one: a raw address of the visitor, the write key of a single call,
 * secrets in its campaign. Those in addresses of pages are found in the text of it.
 */
export function keepable(event: unknown, redact: Redact = REDACT): unknown {
  if (!isRecord(event)) return withoutAddresses(event)
  const context = keepableContext(event.context, redact)
  const isAsItIs = context === event.context && !NEVER_KEPT.some(name => name in event)
  if (isAsItIs) return event
  const kept: JsonObject = context === undefined ? { ...event } : { ...event, context }
  for (const name of NEVER_KEPT) delete kept[name]
  return kept
}

function keepableContext(given: unknown, redact: Redact): unknown {
  if (!isRecord(given)) return typeof given === 'object' || typeof given === 'string' ? withoutAddresses(given) : given
  const context = 'ip' in given ? addressless(given) : given
  const campaign = cleanCampaign(context.campaign, redact)
  return campaign === context.campaign ? context : { ...context, campaign }
}

function addressless({ ip: _, ...rest }: JsonObject): JsonObject {
  return rest
}
