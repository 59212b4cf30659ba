/** What the gateway calls. The law of it: `gateway/src/ingest/scan/scanner.ts`. */
import { beginEvent, endEvent, forget } from './events'
import { allSlots } from './given'
import { next, OPEN_OBJECT } from './tokens'
import { readObject } from './values'
import { theWalk, WIDE } from './walk'

export { freeMember, MEMBER_BYTES, SHAPE_BYTES, wordOf } from './keys'

/**
 * How many events are in a body, all of them good; 0 where nothing is sure. `shape`: of the body. `routeType`: of events that do not say
 * their own, 0 for none. There must be room for 32 bytes behind the body, some of which become zeros.
 */
export function scan(body: usize, length: i32, shape: usize, isSingle: bool, routeType: usize): i32 {
  const walk = theWalk()
  const end = body + <usize>length
  walk.body = body
  walk.end = end
  walk.mostBytes = 0
  walk.allFlags = 0
  walk.keysOpen = 0
  walk.compared = 0
  walk.count = 0
  walk.asked = 0
  walk.routeType = routeType
  // What an earlier body left there would be walked through until something stops it.
  v128.store(end, i64x2.splat(0))
  beginEvent()
  forget(allSlots)
  const start = next(body)
  if (load<u8>(start) !== OPEN_OBJECT) return 0
  // Nothing may follow, not even a blank.
  if (readObject(start + 1, shape, 0) !== end || (isSingle && !endEvent(start, end))) return 0
  return walk.count
}

/** Whether some text of that body was not all ASCII: whether it is UTF-8 is still to be seen. */
export function isWide(): bool {
  return (theWalk().allFlags & WIDE) !== 0
}

/** Of how many events of that body the timestamp must be readable. */
export function askedCount(): i32 {
  return theWalk().asked
}
