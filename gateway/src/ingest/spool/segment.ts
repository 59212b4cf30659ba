/** The bytes of a segment file: a header, then frames. Pure. */
import { crc32 } from 'node:zlib'

/**
 * Starts a frame. The odd bytes never occur in UTF-8, so nothing a client sends can look like a frame while the reader looks for the
 * next good one behind damage; that compressed bytes do so in head and payload is one chance in 2^96.
 */
const FILE_MAGIC = Buffer.from([0xff, 0x57, 0xfe, 0x53])
/** Of what is inside the frames too. */
export const FORMAT = 3
/** Ends with the format, so that frames of another one are none where the header no longer tells. */
const FRAME_MAGIC = Buffer.from([0xff, 0x57, 0xfe, FORMAT])
/** magic 4, version 4, uuid 16, created-at 8, instance 28, crc 4 */
export const HEADER_BYTES = 64
const INSTANCE_BYTES = 28
/** magic 4, length 4, crc of the payload 4, crc of these twelve 4 */
export const FRAME_HEAD_BYTES = 16
/** Of one frame before it is packed: the writer refuses more. Far above what a request within the limits of the wire becomes. */
export const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024
/** The longest frame with those that are packed with it, and what packing may add to them; a longer length is damage. */
const MAX_STORED_BYTES = MAX_PAYLOAD_BYTES + 8 * 1024 * 1024

export interface SegmentHeader {
  readonly uuid: string
  /** Epoch milliseconds of the writer's clock. */
  readonly createdAt: number
  readonly instance: string
}

export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface Scan {
  /** null when the header is damaged; the frames carry the uuid too. */
  readonly header: SegmentHeader | null
  readonly payloads: readonly Buffer[]
  readonly damage: readonly ByteRange[]
  /** Where an unfinished last write begins; the length of the file when there is none. */
  readonly tornAt: number
}

export function encodeHeader({ uuid, createdAt, instance }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  FILE_MAGIC.copy(bytes, 0)
  bytes.writeUInt32LE(FORMAT, 4)
  bytes.write(uuid.replaceAll('-', ''), 8, 'hex')
  bytes.writeBigUInt64LE(BigInt(createdAt), 24)
  bytes.write(instance, 32, INSTANCE_BYTES, 'utf8')
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEADER_BYTES - 4)), HEADER_BYTES - 4)
  return bytes
}

export function decodeHeader(bytes: Buffer): SegmentHeader | null {
  if (formatOf(bytes) !== FORMAT) return null
  const hex = bytes.toString('hex', 8, 24)
  return {
    uuid: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    createdAt: Number(bytes.readBigUInt64LE(24)),
    instance: bytes.toString('utf8', 32, 32 + INSTANCE_BYTES).replace(/\0+$/, ''),
  }
}

/** The format of a file with a good header, whatever it is; null without one. */
export function formatOf(bytes: Buffer): number | null {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, 4).equals(FILE_MAGIC)) return null
  return bytes.readUInt32LE(HEADER_BYTES - 4) === crc32(bytes.subarray(0, HEADER_BYTES - 4)) ? bytes.readUInt32LE(4) : null
}

/** Writes the head of a frame at `at`; its payload, of `length` bytes, stands behind already. */
export function writeFrameHead(file: Buffer, at: number, length: number): void {
  if (length > MAX_STORED_BYTES) throw new RangeError(`a frame of ${length} bytes could not be read again`)
  const start = at + FRAME_HEAD_BYTES
  FRAME_MAGIC.copy(file, at)
  file.writeUInt32LE(length, at + 4)
  file.writeUInt32LE(crc32(file.subarray(start, start + length)), at + 8)
  file.writeUInt32LE(crc32(file.subarray(at, at + 12)), at + 12)
}

/** Every undamaged frame of a file in any condition. */
export function scanSegment(bytes: Buffer): Scan {
  const header = decodeHeader(bytes)
  const payloads: Buffer[] = []
  const damage: ByteRange[] = []
  if (bytes.length < HEADER_BYTES) return { header, payloads, damage, tornAt: 0 }
  let at = HEADER_BYTES
  let tornAt = bytes.length
  if (header === null) damage.push({ start: 0, end: at })
  while (at < bytes.length) {
    const length = payloadLength(bytes, at)
    const end = at + FRAME_HEAD_BYTES + (length ?? 0)
    const whole = length !== null && end <= bytes.length
    if (whole && crc32(bytes.subarray(at + FRAME_HEAD_BYTES, end)) === bytes.readUInt32LE(at + 8)) {
      payloads.push(bytes.subarray(at + FRAME_HEAD_BYTES, end))
      at = end
      continue
    }
    const next = nextFrame(bytes, whole ? at + FRAME_HEAD_BYTES : at + 1)
    if (next === bytes.length && !whole && isUnfinished(bytes, at, length)) tornAt = at
    else damage.push({ start: at, end: next })
    at = next
  }
  return { header, payloads, damage, tornAt }
}

/** The length that a good frame head at `at` tells; null when there is none. */
function payloadLength(bytes: Buffer, at: number): number | null {
  if (at + FRAME_HEAD_BYTES > bytes.length || bytes.compare(FRAME_MAGIC, 0, 4, at, at + 4) !== 0) return null
  if (bytes.readUInt32LE(at + 12) !== crc32(bytes.subarray(at, at + 12))) return null
  const length = bytes.readUInt32LE(at + 4)
  return length <= MAX_STORED_BYTES ? length : null
}

/**
 * The first frame head from `from` on, or the end. The length in the head of a damaged frame is no guide: where bytes are missing,
 * it points past frames that are whole.
 */
function nextFrame(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(FRAME_MAGIC, from); at !== -1; at = bytes.indexOf(FRAME_MAGIC, at + 1)) {
    if (payloadLength(bytes, at) !== null) return at
  }
  return bytes.length
}

/** A good head whose payload stops short, or the beginning of a head: a write that was cut, not bytes that changed. */
function isUnfinished(bytes: Buffer, at: number, length: number | null): boolean {
  if (length !== null) return true
  const rest = bytes.subarray(at)
  return rest.length < FRAME_HEAD_BYTES && rest.subarray(0, 4).equals(FRAME_MAGIC.subarray(0, Math.min(4, rest.length)))
}
