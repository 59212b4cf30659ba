import { normalise } from '../../../event/normalise.ts'
import type { KeptRequest, RequestFacts } from '../../../spool/frame.ts'
import { toldBy } from '../readKept.ts'
import { createOutliner, type Outliner, type Outlines, WHOLE, WORDS } from './outliner.ts'

/** A request of which it is known what its events have of their own. */
export interface UsualRequest {
  readonly outlines: Outlines
  /** When it left, as it says itself; not yet read. */
  readonly sentAt: string | undefined
  /** JSON text of the event in that place. */
  eventText(place: number): string
  /** To be told of each event whether it was made of moulds. */
  made(isMoulded: boolean): void
}

/** null where the request is none of the usual. */
export type UsualReader = (request: KeptRequest) => UsualRequest | null

/** Events by which it is told whether outlines are worth their while, how many of them must be moulded, and how long there are none otherwise. */
const LOOKED_AT = 2000
const MOST_MISSED = 1200
const RESTING = 20_000
/** So many different senders are told apart before those of before are forgotten. */
const MOST_FACTS = 4000

/** Reads requests that this process scanned itself. */
export function createUsualReader(outline: Outliner | null = createOutliner()): UsualReader {
  const numbers = new Map<string, number>()
  let last = 0
  let [seen, missed, resting] = [0, 0, 0]

  /** No number is given twice, so that what was made for one sender is never taken for another. */
  function numberOf({ source, trust, userAgent, userAgentData, type, origin }: RequestFacts): number {
    const text = JSON.stringify([source, trust, userAgent, userAgentData, type, origin])
    const known = numbers.get(text)
    if (known !== undefined) return known
    if (numbers.size >= MOST_FACTS) numbers.clear()
    numbers.set(text, ++last)
    return last
  }

  /** Where each event tells of a page of its own, looking for those that came before only costs. */
  function made(isMoulded: boolean): void {
    if (!isMoulded) missed++
    if (++seen < LOOKED_AT) return
    if (missed > MOST_MISSED) resting = RESTING
    seen = missed = 0
  }

  return ({ body, events, facts }) => {
    if (resting > 0) {
      resting -= events
      return null
    }
    // Origins differ from event to event.
    if (outline === null || facts.origins !== undefined) return null
    const outlines = outline(body, { facts: numberOf(facts), isTrack: facts.type === 'track', events })
    if (outlines === null) return null
    return {
      outlines,
      made,
      sentAt: normalise({}, toldBy(facts)).sentAt as string | undefined,
      eventText: place => {
        const at = place * WORDS + WHOLE
        return outlines.text(outlines.words[at] ?? 0, outlines.words[at + 1] ?? 0)
      },
    }
  }
}
