import { addBytes } from './counts.ts'
import { type FrameText, headLine } from './framePayload.ts'
import { FRAME_HEAD_BYTES, writeFrameHead } from './segment.ts'

export interface EncodedFrames {
  readonly bytes: Buffer
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

/** Frames as they stand in the file of a segment, one behind the other. The one copy puts all of them into one write. */
export function encodeFrames(
  frames: readonly FrameText[],
  { segment, firstEvent, firstRejected }: { segment: string; firstEvent: number; firstRejected: number },
  memory: FrameMemory = createFrameMemory(),
): EncodedFrames {
  let events = 0
  let rejected = 0
  const placed = frames.map(frame => {
    const head = headLine(frame, { segment, firstEvent: firstEvent + events, firstRejected: firstRejected + rejected })
    events += frame.events
    rejected += frame.rejected
    return { frame, head, length: Buffer.byteLength(head) + frame.bytes }
  })
  const bytes = memory.take(placed.reduce((sum, { length }) => sum + FRAME_HEAD_BYTES + length, 0))
  const bySource = new Map<string, number>()
  let at = 0
  for (const { frame, head, length } of placed) {
    const start = at + FRAME_HEAD_BYTES
    const lines = start + bytes.write(head, start, 'utf8')
    frame.lines.copy(bytes, lines)
    frame.body.copy(bytes, lines + frame.lines.length)
    writeFrameHead(bytes, at, length)
    addBytes(bySource, frame.counts, FRAME_HEAD_BYTES + length)
    at = start + length
  }
  return { bytes, events, rejected, bySource }
}
