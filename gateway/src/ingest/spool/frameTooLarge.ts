import { type FrameText, mostPayloadBytes } from './framePayload.ts'
import { MAX_PAYLOAD_BYTES } from './segment.ts'

/** A frame that no segment can hold, now or later; nothing of it was kept. Answered with 413. */
export class FrameTooLarge extends Error {
  override readonly name = 'FrameTooLarge'
}

const MOST_COUNT_BYTES = 4096

/** The error to refuse a frame with before anything of it is written; null when a segment can hold it. */
export function tooLarge(text: FrameText): FrameTooLarge | null {
  // The exact count is only for the few that come near.
  if (text.bytes + text.counts.length * MOST_COUNT_BYTES < MAX_PAYLOAD_BYTES / 2) return null
  const bytes = mostPayloadBytes(text)
  if (bytes <= MAX_PAYLOAD_BYTES) return null
  return new FrameTooLarge(`a frame of ${bytes} bytes is more than a segment can hold (${MAX_PAYLOAD_BYTES}); send fewer events at once`)
}
