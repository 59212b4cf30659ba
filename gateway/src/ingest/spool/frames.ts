import { addBytes } from './counts.ts'
import { type FrameText, headLine } from './framePayload.ts'
import { FRAME_HEAD_BYTES, writeFrameHead } from './segment.ts'

export interface EncodedFrames {
  readonly bytes: Buffer
  readonly events: number
  readonly rejected: number
  readonly bySource: ReadonlyMap<string, number>
}

/** Frames as they stand in the file of a segment, one behind the other. The one copy puts all of them into one write. */
export function encodeFrames(
  frames: readonly FrameText[],
  { segment, firstEvent, firstRejected }: { segment: string; firstEvent: number; firstRejected: number },
): EncodedFrames {
  let events = 0
  let rejected = 0
  const placed = frames.map(frame => {
    const head = headLine(frame, { segment, firstEvent: firstEvent + events, firstRejected: firstRejected + rejected })
    events += frame.events
    rejected += frame.rejected
    return { frame, head, length: Buffer.byteLength(head) + frame.bytes }
  })
  const bytes = Buffer.allocUnsafe(placed.reduce((sum, { length }) => sum + FRAME_HEAD_BYTES + length, 0))
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
