import { contentOf } from '../../event/content.ts'
import { isRecord, type JsonObject } from '../../event/json.ts'
import { createJudge, type Judge } from '../../event/judge.ts'
import { sanitise } from '../../event/sanitise.ts'
import { readText } from '../../request/decode.ts'
import type { KeptRequest, RequestFacts } from '../../spool/frame.ts'

/** A kept request, read again. */
export interface ReadRequest {
  readonly facts: RequestFacts
  /** In their places; empty when `trouble` says why. */
  readonly events: readonly unknown[]
  /** Judges them as they were judged when they came, but for their size. */
  readonly judge: Judge
  /** Why nothing of it could be read, which no request that was kept should come to; else null. */
  readonly trouble: string | null
}

export function readKept({ body, events: count, facts }: KeptRequest): ReadRequest {
  try {
    const { events, context, integrations } = contentOf(JSON.parse(readText(body)))
    const judge = createJudge({
      ...shared('context', context),
      ...shared('integrations', integrations),
      sentAt: facts.sentAt,
      ...(facts.type === undefined ? {} : { type: facts.type }),
      // They were weighed when they came.
      bytes: 0,
      texts: { areClean: !body.includes('\\u') },
    })
    if (events.length === count) return { facts, events, judge, trouble: null }
    return unreadable(facts, `the request has ${events.length} events; ${count} were accepted`)
  } catch (error) {
    return unreadable(facts, String(error))
  }
}

function shared(name: 'context' | 'integrations', given: unknown): { [name: string]: JsonObject } {
  const { value } = sanitise(given)
  return isRecord(value) ? { [name]: value } : {}
}

function unreadable(facts: RequestFacts, trouble: string): ReadRequest {
  return { facts, events: [], judge: createJudge({ bytes: 0 }), trouble }
}
