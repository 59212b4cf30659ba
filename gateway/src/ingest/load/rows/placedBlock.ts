import { EVENT_COLUMNS } from '@waymark/schemas/row'
import { nativeLength, nativeText } from './nativeColumns.ts'
import { rowCount, type SegmentRows } from './segmentRows.ts'

const PLACE_COLUMNS = 2

/** A whole block in pieces: the columns of a segment's events, and those of their places, which follow from the segment alone. */
export function placedBlock({
  segment,
  block,
  stretches,
}: Pick<SegmentRows, 'block' | 'stretches'> & { readonly segment: string }): readonly Uint8Array[] {
  const rows = rowCount({ stretches })
  const indexes = Buffer.alloc(rows * 4)
  let at = 0
  for (const { first, count } of stretches) for (let index = first; index < first + count; index++) at = indexes.writeUInt32LE(index, at)
  return [
    nativeLength(EVENT_COLUMNS.length + PLACE_COLUMNS),
    nativeLength(rows),
    block,
    nativeText('segment_id'),
    nativeText('UUID'),
    Buffer.alloc(rows * 16, uuidBytes(segment)),
    nativeText('segment_index'),
    nativeText('UInt32'),
    indexes,
  ]
}

/** As two numbers of 8 bytes, each with its lowest byte first. */
function uuidBytes(uuid: string): Buffer {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex')
  return Buffer.concat([bytes.subarray(0, 8).reverse(), bytes.subarray(8, 16).reverse()])
}
