import { LIMITS } from '@waymark/schemas/limits'

/** Where a walk stands, and what it has seen. One is used for all requests. */
export interface Walk {
  bytes: Uint8Array
  /** Of the same bytes. */
  view: DataView
  end: number
  at: number
  /** Of objects at all levels. */
  keys: number
  /** As the sanitiser counts. */
  mostBytes: number
  /** Of members whose shape says that they are content. */
  contentBytes: number
  /** Of the text that was read last, without its quotes. */
  textStart: number
  textEnd: number
  /** The text that was read last has an escape in it. */
  isEscaped: boolean
  /** The text that was read last is not all ASCII. */
  isWide: boolean
  /** Some text was not all ASCII: whether it is UTF-8 is still to be seen. */
  anyWide: boolean
  /** By slot: where the value of a member that is wanted begins and ends, -1 where it is absent or null. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** `wordOf` the key that was read last. */
  keyWord: number
  /** Keys of the objects that are open, one object above the other. */
  readonly keyStarts: Int32Array
  readonly keyEnds: Int32Array
  readonly keyWords: Int32Array
  keysOpen: number
  /** Bytes of keys that were compared with others, for which they were taken by their words. */
  compared: number
  readonly element: ElementEdges
}

/** Told of each element of a list whose elements have a shape. */
export interface ElementEdges {
  begin(): void
  /** Whether it is one that is surely good. `start`: of its bytes; the walk stands behind the last of them. */
  end(start: number): boolean
}

/** Larger objects are left to the parser: each key is compared with those before it. */
export const MOST_KEYS_OF_OBJECT = 64
/** The envelope is no level of its own where it holds a batch. */
const MOST_LEVELS = LIMITS.depth + 2

export function createWalk(slots: number, element: ElementEdges): Walk {
  const most = MOST_LEVELS * MOST_KEYS_OF_OBJECT
  return {
    bytes: new Uint8Array(0),
    view: new DataView(new ArrayBuffer(0)),
    end: 0,
    at: 0,
    keys: 0,
    mostBytes: 0,
    contentBytes: 0,
    textStart: 0,
    textEnd: 0,
    isEscaped: false,
    isWide: false,
    anyWide: false,
    starts: new Int32Array(slots),
    ends: new Int32Array(slots),
    keyWord: 0,
    keyStarts: new Int32Array(most),
    keyEnds: new Int32Array(most),
    keyWords: new Int32Array(most),
    keysOpen: 0,
    compared: 0,
    element,
  }
}

/** At the beginning of other bytes; nothing is noted. */
export function startWalk(walk: Walk, body: Buffer): void {
  walk.bytes = body
  walk.view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  walk.end = body.length
  walk.at = 0
  walk.keys = 0
  walk.mostBytes = 0
  walk.contentBytes = 0
  walk.anyWide = false
  walk.keysOpen = 0
  walk.compared = 0
  walk.starts.fill(-1)
}
