import type { Transform } from 'node:stream'
import { isMarkedAsUntransferable } from 'node:worker_threads'
import type { Body } from './body.ts'
import type { BodyMemory } from './bodyMemory.ts'

/** More came out than is allowed. */
export const TOO_MUCH = 'ERR_INFLATED_TOO_MUCH'

/**
 * Sends a body through a stream and collects what comes out, up to `most` bytes. The pieces are given back at once, not when memory is next
 * tidied up: a hundred bombs in a row would be held for as long.
 */
export function collect(stream: Transform, body: Buffer, most: number, memory: BodyMemory): Promise<Body> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let size = 0
    stream.on('data', (piece: Buffer) => {
      size += piece.length
      pieces.push(piece)
      if (size > most) stream.destroy(Object.assign(new Error('larger than allowed'), { code: TOO_MUCH }))
    })
    stream.once('end', () => {
      const [only] = pieces
      if (only !== undefined && pieces.length === 1) return resolve({ bytes: only, release: () => giveBack(pieces) })
      const whole = memory.take(size)
      let at = 0
      for (const piece of pieces) at += piece.copy(whole, at)
      giveBack(pieces)
      resolve({ bytes: whole.subarray(0, size), release: () => memory.give(whole) })
    })
    stream.once('error', error => {
      reject(error)
    })
    stream.once('close', () => {
      // Without effect after the end; what was cut off in the middle has neither end nor error of its own.
      reject(new Error('the data ended too soon'))
      if (!stream.readableEnded) giveBack(pieces)
    })
    stream.end(body)
  })
}

/** Nobody has seen them: their memory can go. Small ones share theirs with others. */
function giveBack(pieces: readonly Buffer[]): void {
  const owned = new Set(pieces.map(({ buffer }) => buffer).filter(buffer => !isMarkedAsUntransferable(buffer)))
  for (const buffer of owned) if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** Each piece is a job in the pool of threads that the disk's syncs need too: few large ones. */
export const PIECE_BYTES = 64 * 1024
