/** Lines written one behind the other into memory that grows with them. */
export interface LineWriter {
  /** Bytes written so far. */
  end(): number
  /** Writes a line that brings its line feed. */
  write(line: string): void
  /** Everything written; the writer is done. */
  take(): Uint8Array
}

/** A character of a JavaScript text takes at most so many bytes. */
const MOST_BYTES = 3

/** `expected`: bytes that will probably do. */
export function createLineWriter(expected: number): LineWriter {
  let memory = Buffer.from(new ArrayBuffer(Math.max(1024, expected)))
  let end = 0

  function grow(needed: number): void {
    const larger = Buffer.from(new ArrayBuffer(Math.max(needed, Math.ceil(memory.length * 1.5))))
    memory.copy(larger, 0, 0, end)
    memory = larger
  }

  return {
    end: () => end,
    write(line) {
      if (end + line.length * MOST_BYTES > memory.length) {
        const length = Buffer.byteLength(line)
        if (end + length > memory.length) grow(end + length)
      }
      end += memory.write(line, end)
    },
    take: () => new Uint8Array(memory.buffer, 0, end),
  }
}
