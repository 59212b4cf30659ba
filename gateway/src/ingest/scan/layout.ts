/** Where in its memory the scanner has what: as `gateway/wasm/scanner/given.ts` names it. Pure. */
import { LIMITS } from '@waymark/schemas/limits'
import type { Arena } from './arena.ts'
import { EVENT_SLOT_COUNT, EVENT_SLOTS, SLOT_COUNT } from './wire.ts'

const WORD = 4
/** Larger objects are left to the parser: each key is compared with those before it. */
const MOST_KEYS_OF_OBJECT = 64
/** The envelope is no level of its own where it holds a batch. */
const MOST_KEYS_OPEN = (LIMITS.depth + 2) * MOST_KEYS_OF_OBJECT
/** As JSON text anew an event is no more than twice as long. */
const MOST_EVENT = LIMITS.eventBytes / 4

export type Layout = ReturnType<typeof layOut>

export function layOut({ take }: Pick<Arena, 'take'>) {
  const byEvent = () => take(LIMITS.batchEvents * WORD)
  return {
    starts: byEvent(),
    ends: byEvent(),
    idStarts: byEvent(),
    idEnds: byEvent(),
    prints: byEvent(),
    /** Two for each. */
    asked: take(LIMITS.batchEvents * 2 * WORD),
    slotStarts: take(SLOT_COUNT * WORD),
    slotEnds: take(SLOT_COUNT * WORD),
    keyWords: take(MOST_KEYS_OPEN * WORD),
    keySpans: take(MOST_KEYS_OPEN * 2 * WORD),
    mostDepth: LIMITS.depth,
    mostKeys: LIMITS.keys,
    mostKeysOfObject: MOST_KEYS_OF_OBJECT,
    mostEvents: LIMITS.batchEvents,
    mostEventBytes: MOST_EVENT,
    largeBody: LIMITS.eventBytes,
    eventSlots: EVENT_SLOT_COUNT,
    allSlots: SLOT_COUNT,
    typeSlot: EVENT_SLOTS.type,
    messageIdSlot: EVENT_SLOTS.messageId,
    userIdSlot: EVENT_SLOTS.userId,
    anonymousIdSlot: EVENT_SLOTS.anonymousId,
    timestampSlot: EVENT_SLOTS.timestamp,
    originalTimestampSlot: EVENT_SLOTS.originalTimestamp,
  }
}
