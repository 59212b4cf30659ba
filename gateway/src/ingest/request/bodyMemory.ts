/** Memory for bodies that come in pieces, used again and again: what is allocated for each of them makes the garbage collector look through all that is kept. */
export interface BodyMemory {
  /** At least so many bytes, with anything in them, until they are given back. */
  take(bytes: number): Buffer
  /** Nobody reads it any more. */
  give(memory: Buffer): void
}

/** What lies unused: the bodies of some 200 busy connections, or a few of the largest. */
const MOST_UNUSED_BYTES = 16 * 1024 * 1024
const SMALLEST = 16 * 1024
/** As large as a body may be that travels plain. What is larger was inflated, is rare, and has its own memory to the byte. */
const LARGEST = 1024 * 1024

export function createBodyMemory(mostUnused: number = MOST_UNUSED_BYTES): BodyMemory {
  /** By size. */
  const unused = new Map<number, Buffer[]>()
  let unusedBytes = 0
  return {
    take(bytes) {
      if (bytes > LARGEST) return Buffer.allocUnsafeSlow(bytes)
      const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(bytes)))
      const found = unused.get(size)?.pop()
      // Not from the pool of small buffers, which would be held as a whole.
      if (found === undefined) return Buffer.allocUnsafeSlow(size)
      unusedBytes -= size
      return found
    },
    give(memory) {
      const size = memory.length
      if (size > LARGEST) return free(memory)
      if (unusedBytes + size > mostUnused) return
      unusedBytes += size
      const list = unused.get(size)
      if (list === undefined) unused.set(size, [memory])
      else list.push(memory)
    },
  }
}

/** Now, not when memory is next tidied up: V8 lets 64 MiB of such come together. No thread may be reading it. */
function free({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}
