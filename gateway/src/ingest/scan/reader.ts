/** Reads bodies by WebAssembly, in a memory of its own that is as large as the largest body it saw. */
import type { EventType } from '@waymark/schemas/event'
import { LIMITS } from '@waymark/schemas/limits'
import { type Arena, createArena } from './arena.ts'
import { type Layout, layOut } from './layout.ts'
import { instantiate, readScanner } from './module.ts'
import { writePoison, writeShape, writeTypes } from './tables.ts'
import { ENVELOPE, SINGLE_EVENT, SLOT_COUNT } from './wire.ts'

/** What was read of the last body. */
export interface Found {
  /** By place of the event: where it stands in the body. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly idStarts: Int32Array
  readonly idEnds: Int32Array
  readonly prints: Int32Array
  /** Beginning and end of each timestamp that must be readable. */
  readonly asked: Int32Array
  /** By slot: addresses; 0 where nothing is noted. */
  readonly slotStarts: Int32Array
  readonly slotEnds: Int32Array
}

export interface Reader {
  /** How many events are in the body, all of them good but for what is asked; 0 where nothing is sure. `routeType`: of events that do not say their own. */
  read(body: Buffer, isSingle: boolean, routeType: EventType | undefined): number
  /** Another one once a larger body came. */
  found(): Found
  askedCount(): number
  /** Some text is not all ASCII: whether it is UTF-8 is still to be seen. */
  isWide(): boolean
  /** The address of bodies. */
  readonly bodyAt: number
}

/** Room for the bodies of most senders. */
const BODY_ROOM = 128 * 1024
/** Behind a body: zeros that end it, and what is looked at besides. */
const BEHIND = 64

/** null where WebAssembly cannot run it, on a processor without SIMD or with too little address space; `onNone` is told. */
export function createReader(onNone: () => void = () => undefined, bytes = readScanner()): Reader | null {
  try {
    if (WebAssembly.validate(bytes)) return readerBy(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  onNone()
  return null
}

function readerBy(bytes: Uint8Array<ArrayBuffer>): Reader {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const arena = createArena(memory)
  const layout = layOut(arena)
  const types = writeTypes(arena)
  const exports = instantiate(bytes, memory, { ...layout, poison: writePoison(arena), types: types.first })
  const batch = writeShape(ENVELOPE, arena, exports)
  const single = writeShape(SINGLE_EVENT, arena, exports)
  const bodyAt = arena.take(BODY_ROOM + BEHIND)
  let room = new Uint8Array(memory.buffer, bodyAt)
  let found = foundIn(arena, layout)

  return {
    bodyAt,
    read(body, isSingle, routeType) {
      if (!arena.reserve(bodyAt + body.length + BEHIND)) return 0
      // Views of a memory that grew are empty.
      if (room.length === 0) {
        room = new Uint8Array(memory.buffer, bodyAt)
        found = foundIn(arena, layout)
      }
      room.set(body)
      const type = routeType === undefined ? 0 : types.of(routeType)
      return exports.scan(bodyAt, body.length, isSingle ? single : batch, isSingle ? 1 : 0, type)
    },
    found: () => found,
    askedCount: exports.askedCount,
    isWide: () => exports.isWide() !== 0,
  }
}

function foundIn({ words }: Arena, layout: Layout): Found {
  const byEvent = (at: number) => words(at, LIMITS.batchEvents)
  return {
    starts: byEvent(layout.starts),
    ends: byEvent(layout.ends),
    idStarts: byEvent(layout.idStarts),
    idEnds: byEvent(layout.idEnds),
    prints: byEvent(layout.prints),
    asked: words(layout.asked, 2 * LIMITS.batchEvents),
    slotStarts: words(layout.slotStarts, SLOT_COUNT),
    slotEnds: words(layout.slotEnds, SLOT_COUNT),
  }
}
