import type { IncomingMessage } from 'node:http'
import { LIMITS } from '@waymark/schemas/limits'
import type { BodyMemory } from './bodyMemory.ts'
import { refuse } from './refuse.ts'

const EMPTY = Buffer.alloc(0)

/** Bytes that a request came with. */
export interface Body {
  readonly bytes: Buffer
  /** To be called once, when nobody reads the bytes any more. */
  release(): void
}

function lasting(bytes: Buffer): Body {
  return { bytes, release: () => undefined }
}

// A client that sends far beyond the limit is cut off after this much; one that went a little over reads its 413.
const DRAIN_BYTES = 32 * LIMITS.bodyBytes
/** Times what came of a body so far is kept free for the rest of it. Who announces a mebibyte and sends a byte now and then holds no mebibyte. */
const ROOM = 4

/**
 * The body as it travelled; `incoming` is the request as Node has it, where there is one. Above 1 MiB: 413, after the rest was read and thrown away, because a client that is still
 * sending when the connection closes sees a reset instead of the answer.
 */
export async function readBody(request: Request, incoming: IncomingMessage | null, memory: BodyMemory): Promise<Body> {
  const announced = request.headers.get('content-length')
  try {
    // Node's parser holds a body to its announced length, so the fast path needs no counting.
    if (announced !== null && Number(announced) <= LIMITS.bodyBytes) {
      return incoming === null
        ? lasting(capped(Buffer.from(await request.arrayBuffer())))
        : await readWhole(incoming, Number(announced), memory)
    }
    return lasting(await readCounting(request.body))
  } catch (cause) {
    if (cause instanceof Error && 'status' in cause) throw cause
    throw refuse(400, 'body_incomplete', 'The request ended before its body was complete. Send it again.')
  }
}

/** As `request.arrayBuffer`, which copies the body once more. Most bodies come in one piece, which is taken as it is. */
function readWhole(incoming: IncomingMessage, announced: number, memory: BodyMemory): Promise<Body> {
  return new Promise((resolve, reject) => {
    let first: Buffer | null = null
    let joined: Buffer | null = null
    let length = 0

    /** After the end nothing of it is ours. */
    function failed(error: Error): void {
      if (joined !== null) memory.give(joined)
      joined = null
      reject(error)
    }

    incoming.on('data', (chunk: Buffer) => {
      if (length === 0) first = chunk
      else {
        const have = length + chunk.length
        if (joined === null || joined.length < have) {
          const larger = memory.take(Math.min(announced, ROOM * have))
          ;(joined ?? first)?.copy(larger, 0, 0, length)
          if (joined !== null) memory.give(joined)
          joined = larger
          first = null
        }
        chunk.copy(joined, length)
      }
      length += chunk.length
    })
    // Each request is closed at last; without this an error with its stack would be made for each.
    const closed = () => failed(new Error('the connection was closed'))
    incoming.once('end', () => {
      incoming.off('close', closed)
      const whole = joined
      joined = null
      resolve(whole === null ? lasting(first ?? EMPTY) : { bytes: whole.subarray(0, length), release: () => memory.give(whole) })
    })
    incoming.once('error', failed)
    incoming.once('close', closed)
  })
}

async function readCounting(body: ReadableStream<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size <= LIMITS.bodyBytes) chunks.push(chunk)
    else chunks.length = 0
    if (size > DRAIN_BYTES) break
  }
  if (size > LIMITS.bodyBytes) throw tooLarge()
  return Buffer.concat(chunks)
}

// A request that is not from a socket may carry any content-length.
function capped(body: Buffer): Buffer {
  if (body.length > LIMITS.bodyBytes) throw tooLarge()
  return body
}

function tooLarge() {
  return refuse(413, 'body_too_large', 'The request body is larger than 1 MiB (1,048,576 bytes as sent). Send smaller batches.')
}
