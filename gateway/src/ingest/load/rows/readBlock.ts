import { EVENT_COLUMNS } from '@waymark/schemas/row'

/**
 * Rows out of the columns of an event block, each in the order of `EVENT_COLUMNS`. Reads what `createEventBlock` writes: for the few segments
 * of which not all goes in as it is, and for its tests.
 */
export function readBlock(block: Uint8Array, rows: number): unknown[][] {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
  let at = 0

  function length(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes.readUInt8(at++)
      value += (byte % 128) * factor
      if (byte < 128) return value
    }
  }

  function text(): string {
    const bytesOfText = length()
    at += bytesOfText
    return bytes.toString('utf8', at - bytesOfText, at)
  }

  function number(width: number): number {
    at += width
    if (width < 8) return bytes.readUIntLE(at - width, width)
    return bytes.readInt32LE(at - 4) * 2 ** 32 + bytes.readUInt32LE(at - 8)
  }

  const times = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read)

  function words(): string[] {
    at += 8
    const width = 1 << (number(8) % 2 ** 8)
    const known = times(number(8), text)
    return times(number(8), () => known[number(width)] ?? '')
  }

  function column(): unknown[] {
    const [name, type] = [text(), text()]
    if (type === 'String') return times(rows, text)
    if (type === 'LowCardinality(String)') return words()
    const width = WIDTHS[type]
    if (width === undefined) throw new TypeError(`column ${name} of a block has the type ${type}, which no event has`)
    return times(rows, () => number(width))
  }

  const columns = EVENT_COLUMNS.map(column)
  return times(rows, () => []).map((_, row) => columns.map(values => values[row]))
}

const WIDTHS: { readonly [type: string]: number } = { UInt8: 1, UInt32: 4, Int64: 8, "DateTime64(3, 'UTC')": 8 }
