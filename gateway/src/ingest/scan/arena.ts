/** Memory of a WebAssembly module, given out from its beginning on and never taken back. It grows as it is needed. */
export interface Arena {
  readonly memory: WebAssembly.Memory
  /** The address of so many bytes, all zero, that nobody else has. */
  take(bytes: number): number
  /** A part of the memory, until it grows. */
  words(at: number, count: number): Int32Array
  /** Makes sure that there is memory up to that address; false where there is no more to be had. */
  reserve(end: number): boolean
}

const PAGE = 64 * 1024
const ALIGNMENT = 16
/** Before it is the module's own; nothing stands at 0, which means none. */
const FIRST = 1024

export function createArena(memory: WebAssembly.Memory): Arena {
  let free = FIRST

  function reserve(end: number): boolean {
    const missing = end - memory.buffer.byteLength
    if (missing <= 0) return true
    try {
      memory.grow(Math.ceil(missing / PAGE))
      return true
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
  }

  return {
    memory,
    take(bytes) {
      const at = free
      free = Math.ceil((at + bytes) / ALIGNMENT) * ALIGNMENT
      if (!reserve(free)) throw new RangeError(`no memory for ${bytes} bytes more of WebAssembly`)
      return at
    },
    words: (at, count) => new Int32Array(memory.buffer, at, count),
    reserve,
  }
}
