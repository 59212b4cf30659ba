/** Payloads of several frames as one, compressed. What they hold together is told before, so that whoever only counts inflates nothing. Pure. */
import { promisify } from 'node:util'
import { zstdDecompress, zstdDecompressSync } from 'node:zlib'
import type { CountRow } from '@waymark/schemas/row'
import { type CountTuple, countsOf, countTuple, payloadCounts } from './framePayload.ts'
import { MAX_PAYLOAD_BYTES } from './segment.ts'

export interface PayloadSummary {
  readonly segment: string
  /** Of the frames in it, and of the heads that they would have by themselves. */
  readonly rawBytes: number
  readonly counts: readonly CountRow[]
}

/** Before each payload that is packed: its length. */
export const PACKED_HEAD_BYTES = 4
/** `P`; other payloads begin with `[`. */
const PACKED = 0x50
/** Of the longest frame, and those that were gathered before it. */
const MOST_RAW_BYTES = MAX_PAYLOAD_BYTES + 2 * 1024 * 1024

/** The line before the compressed bytes, with its line feed. */
export function packedLine({ segment, rawBytes, counts }: PayloadSummary): string {
  return `P${JSON.stringify([segment, rawBytes, counts.map(countTuple)])}\n`
}

/** What a payload holds, packed or not, without a look at the events. */
export function payloadSummary(payload: Buffer): PayloadSummary {
  if (payload[0] !== PACKED) return { ...payloadCounts(payload), rawBytes: payload.length }
  const [segment, rawBytes, counts] = JSON.parse(payload.toString('utf8', 1, payload.indexOf(0x0a))) as [string, number, CountTuple[]]
  return { segment, rawBytes, counts: countsOf(counts) }
}

/** The payloads of frames: those that are packed in it, or the one that it is. Throws where it does not hold what it says. */
export function unpacked(payload: Buffer): Buffer[] {
  if (payload[0] !== PACKED) return [payload]
  const { compressed, options } = packedIn(payload)
  return split(zstdDecompressSync(compressed, options))
}

/** The same, inflated by a thread of the pool; a payload that is not worth the way comes back as it is. */
export async function unpackedBeside(payload: Buffer): Promise<Buffer[]> {
  if (payload.length < WORTH_THE_WAY || payload[0] !== PACKED) return [payload]
  const { compressed, options } = packedIn(payload)
  return split(await inflate(compressed, options))
}

/** Bytes that take longer to inflate than it takes to hand them to another thread. */
const WORTH_THE_WAY = 16 * 1024
const inflate = promisify(zstdDecompress)

function packedIn(payload: Buffer): { compressed: Buffer; options: { maxOutputLength: number; chunkSize: number } } {
  const { rawBytes } = payloadSummary(payload)
  if (rawBytes > MOST_RAW_BYTES) throw new RangeError(`a packed frame of ${rawBytes} bytes was never written`)
  // With room to spare it is inflated in one go.
  return { compressed: payload.subarray(payload.indexOf(0x0a) + 1), options: { maxOutputLength: rawBytes, chunkSize: rawBytes + 64 } }
}

function split(raw: Buffer): Buffer[] {
  const payloads: Buffer[] = []
  for (let at = 0; at < raw.length; ) {
    const start = at + PACKED_HEAD_BYTES
    at = start + raw.readUInt32LE(at)
    if (at === start || at > raw.length) throw new RangeError('what is packed in a frame does not end where it says')
    payloads.push(raw.subarray(start, at))
  }
  return payloads
}
