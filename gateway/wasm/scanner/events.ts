/** What makes an event good as a whole, and its print (`event/print.ts`). */
import {
  anonymousIdSlot,
  asked,
  ends,
  eventSlots,
  idEnds,
  idStarts,
  largeBody,
  messageIdSlot,
  mostEventBytes,
  mostEvents,
  originalTimestampSlot,
  prints,
  slotEnds,
  slotStarts,
  starts,
  timestampSlot,
  typeSlot,
  types,
  userIdSlot,
} from './given'
import { isSame } from './keys'
import { theWalk } from './walk'

/** A type of events that are read here. */
@unmanaged
class EventType {
  /** Of the name; 0 behind the last type. */
  length: i32
  /** What a print begins with. */
  begun: i32
  /** Slot of a text that must be given, -1 for none. */
  needed: i32
  /** Slot of a text that is part of the print, -1 for none. */
  told: i32
  name: u64
  nameEnd: u64
}

const FNV_PRIME: i32 = 0x01000193
const END_OF_TEXT: i32 = 0xffff

export function beginEvent(): void {
  const walk = theWalk()
  walk.keys = 0
  walk.contentBytes = 0
  forget(eventSlots)
}

/** Nothing is noted in the first so many slots. */
export function forget(slots: i32): void {
  for (let slot = 0; slot < slots; slot++) store<usize>(slotStarts + ((<usize>slot) << 2), 0)
}

/** Notes the event that ends here; false where it is not surely one that is accepted. */
export function endEvent(start: usize, end: usize): bool {
  const walk = theWalk()
  const body = walk.body
  const count = walk.count
  if (count >= mostEvents) return false
  if (<i32>(walk.end - body) > largeBody && <i32>(end - start) > mostEventBytes) return false
  const type = typeOf(walk.routeType)
  if (type === 0 || !isWhole(changetype<EventType>(type))) return false
  const place = (<usize>count) << 2
  store<i32>(prints + place, printOf(changetype<EventType>(type)))
  store<usize>(starts + place, start - body)
  store<usize>(ends + place, end - body)
  store<usize>(idStarts + place, startOf(messageIdSlot) - body)
  store<usize>(idEnds + place, endOf(messageIdSlot) - body)
  walk.count = count + 1
  return true
}

/** The type that the event says, else that of the route; 0 where it says one that is left to the parser, such as an alias. */
function typeOf(routeType: usize): usize {
  const start = startOf(typeSlot)
  if (start === 0) return routeType
  const length = <i32>(endOf(typeSlot) - start)
  for (let at = types; changetype<EventType>(at).length !== 0; at += offsetof<EventType>()) {
    if (changetype<EventType>(at).length === length && isSame(start, at + offsetof<EventType>('name'), length)) return at
  }
  return 0
}

/** Whether all is there that such an event needs. Of two times the first counts, where it can be read: that is asked later. */
function isWhole(type: EventType): bool {
  if (!isMessageId() || (type.needed >= 0 && !isGiven(type.needed))) return false
  if (!isGiven(userIdSlot) && !isGiven(anonymousIdSlot)) return false
  if (startOf(timestampSlot) === 0 || startOf(originalTimestampSlot) === 0) return true
  const walk = theWalk()
  const place = asked + ((<usize>walk.asked) << 3)
  store<usize>(place, startOf(timestampSlot) - walk.body)
  store<usize>(place, endOf(timestampSlot) - walk.body, 4)
  walk.asked++
  return true
}

/** By its first byte and length it is none of the texts that clients make of nothing: `null`, `undefined`, `NaN`, `[object Object]`. */
function isMessageId(): bool {
  const start = startOf(messageIdSlot)
  if (start === 0) return false
  const length = endOf(messageIdSlot) - start
  const first = load<u8>(start)
  if (length === 4) return first !== 0x6e
  if (length === 9) return first !== 0x75
  if (length === 3) return first !== 0x4e
  return length > 0 && (length !== 15 || first !== 0x5b)
}

function printOf(type: EventType): i32 {
  let print = type.begun
  if (type.told >= 0) print = mixed(print, type.told)
  print = mixed(print, startOf(timestampSlot) !== 0 ? timestampSlot : originalTimestampSlot)
  return (print ^ theWalk().contentBytes) * FNV_PRIME
}

/** FNV-1a. ASCII bytes are character codes; a text that is absent counts as ''. */
function mixed(print: i32, slot: i32): i32 {
  const start = startOf(slot)
  const end = start === 0 ? start : endOf(slot)
  let result = print
  for (let at = start; at < end; at++) result = (result ^ <i32>load<u8>(at)) * FNV_PRIME
  return (result ^ END_OF_TEXT) * FNV_PRIME
}

function isGiven(slot: i32): bool {
  const start = startOf(slot)
  return start !== 0 && endOf(slot) > start
}

function startOf(slot: i32): usize {
  return load<usize>(slotStarts + ((<usize>slot) << 2))
}

function endOf(slot: i32): usize {
  return load<usize>(slotEnds + ((<usize>slot) << 2))
}
