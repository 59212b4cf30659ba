import { constants, createZstdCompress, type ZstdCompress } from 'node:zlib'

/** Compresses, one piece at a time, in a thread of the disk's. What it gives is whole by itself. */
export type Pack = (raw: Buffer) => Promise<Buffer>

/** At this level faster than most disks, and a batch of events becomes a tenth. */
const LEVEL = 1
const CHUNK_BYTES = 256 * 1024

/** One compressor for all pieces: to make one costs more than a small piece. */
export function createPacker(create: () => ZstdCompress = createCompressor): Pack {
  let compressor = create()
  let last: Promise<unknown> = Promise.resolve()

  function packNow(raw: Buffer): Promise<Buffer> {
    const parts: Buffer[] = []
    const used = compressor
    return new Promise<Buffer>((resolve, reject) => {
      const failed = (error: Error) => {
        // What it was at is unknown: the next piece gets another.
        if (compressor === used) compressor = create()
        reject(error)
      }
      const gather = (part: Buffer) => parts.push(part)
      used.on('data', gather)
      // Heard for good: it is emitted after the callback below was told.
      used.once('error', failed)
      used.write(raw)
      // When it dies it calls back too: what it gave by then is no piece.
      used.flush(constants.ZSTD_e_end, (error?: Error | null) => {
        used.off('data', gather)
        if (error) {
          failed(error)
          return
        }
        used.off('error', failed)
        resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts))
      })
    })
  }

  return raw => {
    const packed = last.then(() => packNow(raw))
    last = packed.catch(() => undefined)
    return packed
  }
}

export function createCompressor(): ZstdCompress {
  return createZstdCompress({ chunkSize: CHUNK_BYTES, params: { [constants.ZSTD_c_compressionLevel]: LEVEL } })
}
