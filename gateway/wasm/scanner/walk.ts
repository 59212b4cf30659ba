/** Where a walk stands, and what it has seen. One is used for all requests. Positions are addresses. */
@unmanaged
export class Walk {
  /** Where the body begins, and where it ends: zeros follow, so that nothing runs over the end. */
  body: usize
  end: usize
  /** Of objects at all levels. */
  keys: i32
  /** As the sanitiser counts. */
  mostBytes: i32
  /** Of members whose shape says that they are content. */
  contentBytes: i32
  /** Of the text that was read last: `ESCAPED`, `WIDE`. */
  flags: i32
  /** Of all texts. */
  allFlags: i32
  /** Of the key that was read last. */
  keyWord: i32
  /** Keys on the stack. */
  keysOpen: i32
  /** Bytes of keys that were compared with others, for which they were taken by their words. */
  compared: i32
  /** Events that were found good. */
  count: i32
  /** Of those, how many need their timestamp read. */
  asked: i32
  /** Of events that do not say their own; 0 for none. */
  routeType: usize
}

/** The text has an escape in it. */
export const ESCAPED: i32 = 1
/** The text is not all ASCII. */
export const WIDE: i32 = 2

/** The gateway leaves the first KiB of the memory alone. */
const WALK_AT: usize = 64

export function theWalk(): Walk {
  return changetype<Walk>(WALK_AT)
}
