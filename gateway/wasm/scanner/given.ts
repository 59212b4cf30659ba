/** What the gateway gives when it makes a scanner: limits, which slot is for what, and where in memory things stand. Nothing of it is known here. */

declare const mostDepth: i32
declare const mostKeys: i32
declare const mostKeysOfObject: i32
declare const mostEvents: i32
/** In a body of more than `largeBody` bytes an event may have so many. */
declare const mostEventBytes: i32
declare const largeBody: i32

/** Slots of an event come before those of its envelope. */
declare const eventSlots: i32
declare const allSlots: i32
declare const typeSlot: i32
declare const messageIdSlot: i32
declare const userIdSlot: i32
declare const anonymousIdSlot: i32
declare const timestampSlot: i32
declare const originalTimestampSlot: i32

/** By slot: where the value of a member that is wanted begins and ends, 0 where it is absent or null. */
declare const slotStarts: usize
declare const slotEnds: usize
/** Keys, of the objects that are open, that no shape names, one object above the other: their words, where they begin and their lengths. */
declare const keyWords: usize
declare const keySpans: usize
/** Names that no key may have, 16 bytes each with a length before them; a length of 0 ends them. */
declare const poison: usize
/** By type: `EventType` of `events.ts`; one without a name ends them. */
declare const types: usize
/** By place of the event, what is found. */
declare const starts: usize
declare const ends: usize
declare const idStarts: usize
declare const idEnds: usize
declare const prints: usize
/** Places whose timestamp must be readable, as the text of it: beginning and end. */
declare const asked: usize

export {
  allSlots,
  anonymousIdSlot,
  asked,
  ends,
  eventSlots,
  idEnds,
  idStarts,
  keySpans,
  keyWords,
  largeBody,
  messageIdSlot,
  mostDepth,
  mostEventBytes,
  mostEvents,
  mostKeys,
  mostKeysOfObject,
  originalTimestampSlot,
  poison,
  prints,
  slotEnds,
  slotStarts,
  starts,
  timestampSlot,
  typeSlot,
  types,
  userIdSlot,
}
