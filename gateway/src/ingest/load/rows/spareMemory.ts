/**
 * Memory for blocks, used again and again: seen by both threads, so that nothing is handed over, and new to neither the system nor the
 * garbage collectors, which take memory that comes and goes for growth and look through everything each few segments.
 */
export interface SpareMemory {
  /** The largest piece there is, or none. */
  take(): SharedArrayBuffer | null
  /** Nobody looks at it any more. */
  put(memory: SharedArrayBuffer): void
}

/** Two batches: one that the engine is at, and the next. */
const MOST_BYTES = 32 * 2 ** 20
/** So that a block of a segment fits into the memory of another. */
const STEP_BYTES = 2 ** 18

export function createSpareMemory(mostBytes = MOST_BYTES): SpareMemory {
  /** The largest last. */
  const spare: SharedArrayBuffer[] = []
  let bytes = 0

  return {
    take: () => {
      const memory = spare.pop() ?? null
      bytes -= memory?.byteLength ?? 0
      return memory
    },
    put: memory => {
      spare.push(memory)
      spare.sort((one, other) => one.byteLength - other.byteLength)
      for (bytes += memory.byteLength; bytes > mostBytes; ) bytes -= spare.shift()?.byteLength ?? bytes
    },
  }
}

/** Where a block of so many bytes goes: into that memory if it is large enough. */
export function roomFor(bytes: number, memory: SharedArrayBuffer | null): Uint8Array<SharedArrayBuffer> {
  const room =
    memory !== null && memory.byteLength >= bytes ? memory : new SharedArrayBuffer(Math.ceil((bytes + 1) / STEP_BYTES) * STEP_BYTES)
  return new Uint8Array(room, 0, bytes)
}
