/** Columns that grow row by row, as ClickHouse's Native format writes them for a little-endian machine: the engine copies, and parses nothing. */

/** A column under way. */
export interface NativeColumn<T> {
  readonly type: string
  add(value: T): void
  /** Forgets the rows from that one on. */
  cut(rows: number): void
  /** Its bytes; they are the column's own, so copy them before it goes on. */
  pieces(): readonly Uint8Array[]
}

/** One whose texts have numbers: the same text the same, until the column begins anew. */
export interface WordColumn extends NativeColumn<string> {
  numberOf(text: string): number
  addNumber(number: number): void
}

const FIRST_ROWS = 1024
/** A character of a JavaScript text takes at most so many bytes. */
const MOST_BYTES = 3
/** Seven bits of a length go into a byte. */
const SEVEN_BITS = 128

/** Ids are shorter; to hand so short a text to Node costs more than to write it. */
const MOST_BY_HAND = 48

/** Writes a text of ASCII; false, and nothing that counts is written, for any other. */
function writePlain(memory: Buffer, start: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return false
    memory[start + at] = code
  }
  return true
}

/** Texts that differ from row to row. */
export function textColumn(): NativeColumn<string> {
  let memory = Buffer.from(new ArrayBuffer(64 * 1024))
  let ends = new Uint32Array(FIRST_ROWS)
  let rows = 0
  let end = 0

  return {
    type: 'String',
    add(text) {
      const needed = end + text.length * MOST_BYTES + 5
      if (needed > memory.length) memory = larger(memory, end, needed)
      if (typeof text === 'string' && text.length <= MOST_BY_HAND && writePlain(memory, end + 1, text)) {
        memory[end] = text.length
        end += 1 + text.length
        if (rows === ends.length) ends = withRoom(ends)
        ends[rows++] = end
        return
      }
      // As if each character took one byte, which is almost always so.
      const width = widthOf(text.length)
      const bytes = text === '' ? 0 : memory.write(text, end + width)
      if (bytes !== text.length && widthOf(bytes) !== width) memory.copyWithin(end + widthOf(bytes), end + width, end + width + bytes)
      end = writeLength(memory, end, bytes) + bytes
      if (rows === ends.length) ends = withRoom(ends)
      ends[rows++] = end
    },
    cut(first) {
      rows = Math.min(rows, first)
      end = rows === 0 ? 0 : (ends[rows - 1] ?? 0)
    },
    pieces: () => [memory.subarray(0, end)],
  }
}

/** Version of the form in which words are sent, and the flags that say: words of its own, a new dictionary. */
const WORDS_VERSION = 1
const OWN_WORDS = (1 << 9) | (1 << 10)

/**
 * Longer texts are not looked up: V8 hashes texts of more than 16,383 characters by their length alone, so that thousands of long
 * ones would each be compared with all before it, and all of them be kept on the heap to be found. The dictionary may hold a text twice.
 */
const MOST_LOOKED_UP = 1024

/** Texts of which few are different: each is sent once, and a row is the number of its text. */
export function wordColumn(): WordColumn {
  const known = new Map<string, number>()
  const words = textColumn()
  let count = 0
  let numbers = new Uint32Array(FIRST_ROWS)
  let rows = 0
  let last = ''
  let lastNumber = 0

  function begin(): void {
    known.clear()
    words.cut(0)
    count = 0
    last = ''
    lastNumber = numberOf('')
  }

  function numberOf(text: string): number {
    const isShort = text.length <= MOST_LOOKED_UP
    const number = isShort ? known.get(text) : undefined
    if (number !== undefined) return number
    if (typeof text !== 'string') throw new TypeError(`a word of a block is a ${typeof text}`)
    words.add(text)
    if (isShort) known.set(text, count)
    return count++
  }

  function addNumber(number: number): void {
    if (rows === numbers.length) numbers = withRoom(numbers)
    numbers[rows++] = number
  }

  begin()
  return {
    type: 'LowCardinality(String)',
    numberOf,
    addNumber,
    add(text) {
      if (text !== last) {
        lastNumber = numberOf(text)
        last = text
      }
      addNumber(lastNumber)
    },
    cut(first) {
      rows = Math.min(rows, first)
      if (rows === 0) begin()
    },
    pieces() {
      const used = numbers.subarray(0, rows)
      const [width, places] =
        count <= 2 ** 8 ? [0, new Uint8Array(used)] : count <= 2 ** 16 ? [1, new Uint16Array(used)] : [2, new Uint32Array(used)]
      return [
        uint64(WORDS_VERSION),
        uint64(width | OWN_WORDS),
        uint64(count),
        ...words.pieces(),
        uint64(rows),
        new Uint8Array(places.buffer),
      ]
    },
  }
}

/** Whole numbers of 1, 4 or 8 bytes; those of 8 may be negative. */
export function numberColumn(type: string, bytes: 1 | 4 | 8): NativeColumn<number> {
  let view = new DataView(new ArrayBuffer(FIRST_ROWS * bytes))
  let end = 0

  return {
    type,
    add(value) {
      if (end === view.byteLength) view = new DataView(larger(Buffer.from(view.buffer), end, 2 * end).buffer)
      if (bytes === 1) view.setUint8(end, value)
      else view.setUint32(end, value, true)
      if (bytes === 8) view.setInt32(end + 4, Math.floor(value / 2 ** 32), true)
      end += bytes
    },
    cut(rows) {
      end = Math.min(end, rows * bytes)
    },
    pieces: () => [new Uint8Array(view.buffer, 0, end)],
  }
}

/** A text as it stands in a block: its length, then itself. */
export function nativeText(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([nativeLength(bytes.length), bytes])
}

/** A length as it stands in a block: seven bits a byte, the lowest first. */
export function nativeLength(length: number): Buffer {
  const bytes = Buffer.alloc(widthOf(length))
  writeLength(bytes, 0, length)
  return bytes
}

function widthOf(length: number): number {
  let width = 1
  for (let rest = length; rest >= SEVEN_BITS; rest = Math.floor(rest / SEVEN_BITS)) width++
  return width
}

/** Gives back where it ends. */
function writeLength(memory: Buffer, at: number, length: number): number {
  let end = at
  let rest = length
  for (; rest >= SEVEN_BITS; rest = Math.floor(rest / SEVEN_BITS)) memory[end++] = (rest % SEVEN_BITS) | SEVEN_BITS
  memory[end++] = rest
  return end
}

function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(value)
  return bytes
}

function larger(memory: Buffer, used: number, needed: number): Buffer<ArrayBuffer> {
  const grown = Buffer.from(new ArrayBuffer(Math.max(needed, memory.length * 2)))
  memory.copy(grown, 0, 0, used)
  return grown
}

function withRoom(values: Uint32Array): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(values.length * 2)
  grown.set(values)
  return grown
}
