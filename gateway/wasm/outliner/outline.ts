/**
 * Outlines of the events of a request: what each has of its own (ids, times, its place in a session), and numbers for the rest of its bytes,
 * one for what tells of the page and one for all else. AssemblyScript. The bytes are JSON that the scanner took: strict, no key twice or
 * with an escape in it, ids and times plain ASCII.
 * That is not checked again, but nothing outside of the body is read either: what makes no sense ends the reading.
 */
import { byteAt, CLOSE_LIST, CLOSE_OBJECT, COMMA, endOfBody, OPEN_LIST, OPEN_OBJECT, QUOTE, setBody } from './body'
import { readEvent } from './event'
import { INPUT, prepare } from './interning'
import { isNamed, textEnd, valueEnd, valueStart } from './json'
import { beginRecord, MOST_EVENTS, RECORDS } from './record'

export function records(): usize {
  return RECORDS
}

/** Events of the body that stands at `INPUT`, or -1 where it is none of the usual. `facts` numbers what else their rows depend on; `track`: so is an event that says no type. */
export function read(length: i32, facts: i32, track: bool, single: bool): i32 {
  setBody(length)
  prepare()
  const at = valueStart(INPUT, endOfBody())
  if (byteAt(at) !== OPEN_OBJECT) return -1
  if (single) return readAt(0, at, facts, track, true) === 0 ? -1 : 1
  const list = listIn(at)
  return list === 0 ? -1 : readList(list, facts, track)
}

/** Where the list of events begins; 0 where there is none, and where the batch says something for all of its events. */
function listIn(start: usize): usize {
  let list: usize = 0
  let at = valueStart(start + 1, endOfBody())
  while (byteAt(at) === QUOTE) {
    const key = at + 1
    const keyEnd = textEnd(key, endOfBody())
    at = valueStart(valueStart(keyEnd + 1, endOfBody()) + 1, endOfBody())
    if (isNamed(key, keyEnd, 'batch')) {
      if (byteAt(at) !== OPEN_LIST) return 0
      list = at
    } else if (isNamed(key, keyEnd, 'context') || isNamed(key, keyEnd, 'integrations')) return 0
    at = valueStart(valueEnd(at, endOfBody()), endOfBody())
    if (byteAt(at) !== COMMA) break
    at = valueStart(at + 1, endOfBody())
  }
  return byteAt(at) === CLOSE_OBJECT ? list : 0
}

function readList(start: usize, facts: i32, track: bool): i32 {
  let count: i32 = 0
  let at = valueStart(start + 1, endOfBody())
  while (byteAt(at) === OPEN_OBJECT && count < MOST_EVENTS) {
    at = readAt(count, at, facts, track, false)
    if (at === 0) return -1
    count++
    at = valueStart(at, endOfBody())
    if (byteAt(at) !== COMMA) break
    at = valueStart(at + 1, endOfBody())
  }
  return byteAt(at) === CLOSE_LIST ? count : -1
}

function readAt(place: i32, start: usize, facts: i32, track: bool, single: bool): usize {
  beginRecord(place)
  return readEvent(start, facts, track, single)
}
