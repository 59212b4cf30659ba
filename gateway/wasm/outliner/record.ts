/** What is told of an event: one record each, which the gateway reads (`load/rows/usual/outliner.ts`). */
import { INPUT } from './interning'
import { timeOf } from './numbers'

/** Words of 32 bits in a record. Places are offsets in the body; of two words, the second is where it ends. */
export const WORDS: i32 = 26
// The flags are the first.
/** Eight bytes: epoch milliseconds. */
export const TIME: i32 = 2
export const WHOLE: i32 = 4
export const MESSAGE_ID: i32 = 6
export const SENT_AT: i32 = 8
export const PROPERTIES: i32 = 10
/** Place, end, and the number of the text. */
export const ANONYMOUS_ID: i32 = 12
export const USER_ID: i32 = 15
export const SESSION_ID: i32 = 18
export const EVENT_NAME: i32 = 21
export const SEQUENCE: i32 = 24
/** Numbers of what tells of the page, and of all else. 0: seen for the first time. */
export const PAGE: i32 = 1
export const REST: i32 = 25

/** Somebody else is to read this event. */
export const IS_UNUSUAL: i32 = 1
/** Its properties stand there as `JSON.stringify` would write them. */
export const IS_AS_WRITTEN: i32 = 2
export const HAS_SEQUENCE: i32 = 4
export const HAS_TIME: i32 = 8

export const MOST_EVENTS: i32 = 2500
export const RECORDS: usize = memory.data(260000, 16)

let record: usize = 0

/** What is told from now on is told of the event in that place. */
export function beginRecord(place: i32): void {
  record = RECORDS + <usize>(place * WORDS * 4)
  memory.fill(record, 0, WORDS * 4)
}

export function set(word: i32, value: i32): void {
  store<i32>(record + ((<usize>word) << 2), value)
}

export function flag(what: i32): void {
  store<i32>(record, load<i32>(record) | what)
}

export function isFlagged(what: i32): bool {
  return (load<i32>(record) & what) !== 0
}

export function note(word: i32, from: usize, to: usize): void {
  set(word, <i32>(from - INPUT))
  set(word + 1, <i32>(to - INPUT))
}

export function hasMessageId(): bool {
  return load<i32>(record + (MESSAGE_ID << 2)) !== 0
}

/** Two times, or one that is written otherwise than JavaScript writes it, are for others to read. */
export function readTime(from: usize, to: usize, isText: bool): void {
  const time = isText && to - from === 24 ? timeOf(from) : NaN
  if (isNaN(time) || isFlagged(HAS_TIME)) flag(IS_UNUSUAL)
  flag(HAS_TIME)
  store<f64>(record + (TIME << 2), time)
}
