import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib'
import { LIMITS } from '@waymark/schemas/limits'
import type { Body } from './body.ts'
import type { BodyMemory } from './bodyMemory.ts'
import { capWindow, firstBlockBytes } from './brotliHead.ts'
import { collect, PIECE_BYTES, TOO_MUCH } from './collect.ts'
import { refuse } from './refuse.ts'
import { createTurns } from './turns.ts'

const PIECES = { chunkSize: PIECE_BYTES }
/** Each holds up to 5 MiB and a window, of brotli and zstd 8 MiB more; and two of the four threads are left for the disk. */
const AT_ONCE = 2

const INFLATERS = {
  gzip: () => createGunzip(PIECES),
  zlib: () => createInflate(PIECES),
  deflate: () => createInflateRaw(PIECES),
  br: () => createBrotliDecompress(PIECES),
  // A frame may ask for a window of 2 GiB; nothing that fits our cap needs more than 8 MiB.
  zstd: () => createZstdDecompress({ ...PIECES, params: { [constants.ZSTD_d_windowLogMax]: 23 } }),
}

const inTurn = createTurns(AT_ONCE)

type Coding = keyof typeof INFLATERS

/**
 * Undoes compression; null where there is none. What the bytes are is told by their first bytes; `Content-Encoding` decides only where those say
 * nothing (brotli has no mark, a proxy may have inflated already and kept the header). `Content-Type` is never asked: RudderStack sends gzip as a form.
 */
export async function inflateBody(body: Buffer, contentEncoding: string | undefined, memory: BodyMemory): Promise<Body | null> {
  const coding = codingOf(body, contentEncoding)
  if (coding === null) return null
  if (coding === 'br') {
    if (firstBlockBytes(body) > LIMITS.inflatedBytes) throw tooMuchInflated()
    capWindow(body)
  }
  try {
    return await inTurn(() => collect(INFLATERS[coding](), body, LIMITS.inflatedBytes, memory))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === TOO_MUCH) {
      throw tooMuchInflated()
    }
    throw refuse(
      400,
      'unreadable_body',
      `The request body is not valid ${coding} data. Check how the sender compresses it, or send plain JSON.`,
    )
  }
}

function tooMuchInflated() {
  return refuse(413, 'body_too_large', 'The request body is larger than 5 MiB (5,242,880 bytes) once decompressed. Send smaller batches.')
}

function codingOf(body: Buffer, contentEncoding: string | undefined): Coding | null {
  const declared = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '' && word !== 'identity')
  // Compressed twice; what a proxy inflated and left marked so is read all the same.
  if (declared.length > 1 && body.length > 0 && !looksLikeJson(body)) throw unsupported(declared)
  const marked = markOf(body)
  if (marked !== null) return marked
  const [coding] = declared
  if (coding === undefined) return null
  if (declared.length === 1 && coding === 'br') return looksLikeJson(body) ? null : 'br'
  if (looksLikeJson(body) || body.length === 0) return null
  if (declared.length === 1 && coding === 'deflate') return 'deflate'
  if (['gzip', 'x-gzip', 'zstd'].includes(coding)) {
    throw refuse(
      400,
      'unreadable_body',
      `Content-Encoding says ${coding}, but the body is neither ${coding} data nor JSON. Check how the sender compresses it.`,
    )
  }
  throw unsupported(declared)
}

function unsupported(declared: readonly string[]) {
  return refuse(
    415,
    'unsupported_encoding',
    `Content-Encoding “${declared.join(', ').slice(0, 60)}” is not supported. Use gzip, deflate, br or zstd, once, or send plain JSON.`,
  )
}

function markOf(body: Buffer): Coding | null {
  const [first, second] = body
  if (first === undefined || second === undefined) return null
  if (first === 0x1f && second === 0x8b) return 'gzip'
  // RFC 1950: method 8, and the first two bytes as one number divide by 31.
  if ((first & 0x8f) === 0x08 && ((first << 8) | second) % 31 === 0) return 'zlib'
  if (body.length >= 4 && body.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  return null
}

/** Whether the text could begin a JSON object or array. A brotli stream can begin with such a byte, but hardly with both of them. */
function looksLikeJson(body: Buffer): boolean {
  return /^\uFEFF?\s*(\{\s*["}]|\[\s*[\]{["\-\dtfn])/.test(body.subarray(0, 64).toString('utf8'))
}
