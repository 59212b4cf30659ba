import { EVENT_COLUMNS, type EventRow } from '@waymark/schemas/row'
import { sumCounts } from '../../spool/counts.ts'
import { decodePayload } from '../../spool/framePayload.ts'
import type { SegmentContent } from '../../spool/sealed.ts'
import type { Refusal } from '../blame.ts'
import { createEventBlock } from './eventBlock.ts'
import { readBlock } from './readBlock.ts'
import { readKept } from './readKept.ts'
import type { RowSource } from './rowSource.ts'
import { isOfTheRows } from './rowsNotMade.ts'
import { rowCount, type SegmentRows } from './segmentRows.ts'
import { unmadeLine } from './unmade.ts'

type RowsOf = RowSource['rowsOf']

/** An event is given up when it fails so often, alone. */
const TRIES = 2
/** Of one request: then something that they share is to blame, and the rest of it is not tried. */
const MOST_FAILURES = 4

/**
 * The rows of a segment that the maker of rows dies of: each request is tried alone, and of one that fails each event. What fails alone
 * stands among the unmade with the reason, so that it waits for a person instead of holding back a whole segment for ever.
 */
export async function rowsOneByOne(content: SegmentContent, rowsOf: RowsOf): Promise<SegmentRows> {
  const parts: SegmentRows[] = []
  for (const payload of content) {
    const rows = await attempt(() => rowsOf([copyOf(payload)]))
    if (rows instanceof Error) parts.push(...(await eventsOneByOne(payload, rowsOf)))
    else parts.push(rows)
  }
  return joined(parts)
}

async function eventsOneByOne(payload: Buffer, rowsOf: RowsOf): Promise<SegmentRows[]> {
  const { firstEvent, request, rejected, counts } = decodePayload(payload)
  const at = request?.facts.receivedAt
  const unmade: Refusal[] = []
  const parts: SegmentRows[] = [{ ...NOTHING, unmade, rejected, counts, span: at === undefined ? null : [at, at] }]
  if (request === null) return parts
  // Whoever took the request has parsed it too, and lived.
  const read = readKept(request)
  for (let place = 0; place < request.events; place++) {
    let outcome: SegmentRows | Error = new Error('stands in a request whose other events could not be made into rows')
    for (let tries = 0; tries < TRIES && outcome instanceof Error && unmade.length < MOST_FAILURES; tries++) {
      outcome = await attempt(() => rowsOf([copyOf(payload)], place))
    }
    if (outcome instanceof Error)
      unmade.push({ line: { index: firstEvent + place, json: unmadeLine(read, place) }, message: outcome.message })
    else parts.push({ ...NOTHING, block: outcome.block, stretches: outcome.stretches, unmade: outcome.unmade })
  }
  return parts
}

async function attempt(make: () => Promise<SegmentRows>): Promise<SegmentRows | Error> {
  try {
    return await make()
  } catch (error) {
    if (isOfTheRows(error)) return error
    throw error
  }
}

const NOTHING: SegmentRows = { block: new Uint8Array(0), stretches: [], unmade: [], rejected: [], counts: [], span: null }

/** In memory of its own, which the maker of rows takes over. */
function copyOf(payload: Buffer): Buffer {
  return Buffer.from(new Uint8Array(payload).buffer)
}

function joined(parts: readonly SegmentRows[]): SegmentRows {
  const block = createEventBlock()
  for (const part of parts) {
    if (part.stretches.length === 0) continue
    for (const values of readBlock(part.block, rowCount(part))) {
      block.add(Object.fromEntries(EVENT_COLUMNS.map((column, place) => [column, values[place]])) as unknown as EventRow)
    }
  }
  const spans = parts.flatMap(({ span }) => span ?? [])
  return {
    block: block.take(),
    stretches: parts.flatMap(({ stretches }) => stretches),
    unmade: parts.flatMap(({ unmade }) => unmade),
    rejected: parts.flatMap(({ rejected }) => rejected),
    counts: sumCounts(parts.flatMap(({ counts }) => counts)),
    span: spans.length === 0 ? null : [Math.min(...spans), Math.max(...spans)],
  }
}
