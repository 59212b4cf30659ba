import type { CountRow } from '@waymark/schemas/row'
import { addBytes, sumCounts } from './counts.ts'
import { type FrameText, headLine, type Place } from './framePayload.ts'
import { PACKED_HEAD_BYTES, packedLine } from './packedPayload.ts'
import type { Pack } from './packer.ts'
import { FRAME_HEAD_BYTES, writeFrameHead } from './segment.ts'

export interface EncodedFrames {
  readonly bytes: Buffer
  /** Before they were packed. */
  readonly rawBytes: number
  readonly events: number
  readonly rejected: number
  readonly bySource: ReadonlyMap<string, number>
}

/** Memory to write frames into, used again and again: what is allocated for each write makes the garbage collector look through all that is kept. */
export interface FrameMemory {
  /** So many bytes, until it is asked again. */
  take(bytes: number): Buffer
}

const MOST_KEPT_BYTES = 8 * 1024 * 1024
/** What is packed together is lost together. */
const PACK_BYTES = 1024 * 1024

export function createFrameMemory(): FrameMemory {
  let memory = Buffer.alloc(0)
  return {
    take: bytes => {
      if (bytes > MOST_KEPT_BYTES) return Buffer.allocUnsafe(bytes)
      if (bytes > memory.length) memory = Buffer.allocUnsafeSlow(Math.min(MOST_KEPT_BYTES, Math.max(2 * memory.length, bytes)))
      return memory.subarray(0, bytes)
    },
  }
}

interface PlacedText {
  readonly frame: FrameText
  readonly head: string
  /** Of the payload. */
  readonly length: number
}

/** Frames as they stand in the file of a segment, one behind the other. The one copy puts all of them into one write. */
export function encodeFrames(frames: readonly FrameText[], place: Place, memory: FrameMemory = createFrameMemory()): EncodedFrames {
  const placed = placeFrames(frames, place)
  const bytes = memory.take(placed.reduce((sum, { length }) => sum + FRAME_HEAD_BYTES + length, 0))
  const bySource = new Map<string, number>()
  let at = 0
  for (const one of placed) {
    writePayload(bytes, at + FRAME_HEAD_BYTES, one)
    writeFrameHead(bytes, at, one.length)
    addBytes(bySource, one.frame.counts, FRAME_HEAD_BYTES + one.length)
    at += FRAME_HEAD_BYTES + one.length
  }
  return { bytes, rawBytes: bytes.length, ...rowsOf(frames), bySource }
}

/** The same frames, packed. */
export async function encodePacked(
  frames: readonly FrameText[],
  place: Place,
  { pack, raw, memory }: { readonly pack: Pack; readonly raw: FrameMemory; readonly memory: FrameMemory },
): Promise<EncodedFrames> {
  const bySource = new Map<string, number>()
  const packed: { line: string; bytes: Buffer; counts: readonly CountRow[] }[] = []
  let rawBytes = 0
  for (const group of groupsOf(placeFrames(frames, place))) {
    const length = group.reduce((sum, one) => sum + PACKED_HEAD_BYTES + one.length, 0)
    const counts = sumCounts(group.flatMap(({ frame }) => frame.counts))
    const into = raw.take(length)
    let at = 0
    for (const one of group) {
      into.writeUInt32LE(one.length, at)
      writePayload(into, at + PACKED_HEAD_BYTES, one)
      at += PACKED_HEAD_BYTES + one.length
    }
    rawBytes += length
    packed.push({ line: packedLine({ segment: place.segment, rawBytes: length, counts }), bytes: await pack(into), counts })
  }
  const bytes = memory.take(packed.reduce((sum, one) => sum + FRAME_HEAD_BYTES + Buffer.byteLength(one.line) + one.bytes.length, 0))
  let at = 0
  for (const one of packed) {
    const start = at + FRAME_HEAD_BYTES
    const end = start + bytes.write(one.line, start, 'utf8')
    one.bytes.copy(bytes, end)
    const length = end - start + one.bytes.length
    writeFrameHead(bytes, at, length)
    addBytes(bySource, one.counts, FRAME_HEAD_BYTES + length)
    at = start + length
  }
  return { bytes, rawBytes, ...rowsOf(frames), bySource }
}

function placeFrames(frames: readonly FrameText[], { segment, firstEvent, firstRejected }: Place): PlacedText[] {
  let events = firstEvent
  let rejected = firstRejected
  return frames.map(frame => {
    const head = headLine(frame, { segment, firstEvent: events, firstRejected: rejected })
    events += frame.events
    rejected += frame.rejected
    return { frame, head, length: Buffer.byteLength(head) + frame.bytes }
  })
}

function rowsOf(frames: readonly FrameText[]): { events: number; rejected: number } {
  return {
    events: frames.reduce((sum, frame) => sum + frame.events, 0),
    rejected: frames.reduce((sum, frame) => sum + frame.rejected, 0),
  }
}

function writePayload(bytes: Buffer, start: number, { frame, head }: PlacedText): void {
  const lines = start + bytes.write(head, start, 'utf8')
  frame.lines.copy(bytes, lines)
  frame.body.copy(bytes, lines + frame.lines.length)
}

/** Each of at least as much as is packed together, but for the last. */
function groupsOf(placed: readonly PlacedText[]): PlacedText[][] {
  const groups: PlacedText[][] = []
  let bytes = PACK_BYTES
  for (const one of placed) {
    if (bytes >= PACK_BYTES) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)?.push(one)
    bytes += one.length
  }
  return groups
}
