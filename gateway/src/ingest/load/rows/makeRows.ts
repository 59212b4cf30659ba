import { isMarkedAsUntransferable } from 'node:worker_threads'
import { sumCounts } from '../../spool/counts.ts'
import { decodePayload, type Line, type PlacedFrame } from '../../spool/framePayload.ts'
import { unpacked } from '../../spool/packedPayload.ts'
import type { SegmentContent } from '../../spool/sealed.ts'
import type { Refusal } from '../blame.ts'
import { createEventBlock, type EventBlock } from './eventBlock.ts'
import { readKept } from './readKept.ts'
import type { RowMaker } from './rowMaker.ts'
import type { SegmentRows, Stretch } from './segmentRows.ts'
import { unmadeLine } from './unmade.ts'
import type { UsualReader } from './usual/usualReader.ts'

/**
 * Everything of a segment as rows. Which event has which index, which are rejected, and the counts follow from the bytes alone: however
 * often and by whomever it is done, they are the same. Only corrected times may differ, by what is known of a device's clock by then.
 * An event of which no row can be made stands among the `unmade`, and keeps none of its neighbours.
 * `block` is where the rows are gathered, `room` where they are written in the end; `only` are the places in its request of the events that
 * are asked for, `life` is that of this process, and `readUsual` reads what it scanned.
 */
export function makeRows(
  content: SegmentContent,
  makeRow: RowMaker,
  {
    block = createEventBlock(),
    only,
    room,
    life,
    readUsual,
  }: {
    readonly block?: EventBlock
    readonly only?: Stretch | undefined
    readonly room?: Room
    readonly life?: string | undefined
    readonly readUsual?: UsualReader | undefined
  } = {},
): SegmentRows {
  block.clear()
  const stretches: { first: number; count: number }[] = []
  const unmade: Refusal[] = []
  const rejected: Line[] = []
  const frames = content.flatMap(payload => {
    const payloads = unpacked(payload)
    const told = payloads.map(one => {
      const frame = decodePayload(one)
      rejected.push(...frame.rejected)
      addEvents(frame, { makeRow, block, only, life, readUsual, stretches, unmade })
      return { counts: frame.counts, receivedAt: frame.request?.facts.receivedAt ?? null }
    })
    if (payloads[0]?.buffer !== payload.buffer) giveBack(payloads)
    return told
  })
  const times = frames.map(({ receivedAt }) => receivedAt).filter(time => time !== null)
  return {
    block: block.take(room),
    stretches,
    unmade,
    rejected,
    counts: sumCounts(frames.flatMap(({ counts }) => counts)),
    span: times.length === 0 ? null : [Math.min(...times), Math.max(...times)],
  }
}

type Room = (bytes: number) => Uint8Array

interface Gathering {
  readonly makeRow: RowMaker
  readonly block: EventBlock
  readonly only: Stretch | undefined
  readonly life: string | undefined
  readonly readUsual: UsualReader | undefined
  readonly stretches: { -readonly [name in keyof Stretch]: Stretch[name] }[]
  readonly unmade: Refusal[]
}

/** What was unpacked is large and short-lived: the garbage collector would come for it much later. */
function giveBack([first]: readonly Buffer[]): void {
  const memory = first?.buffer
  // Small pieces lie in memory that Node shares among all of them, and marks.
  if (memory instanceof ArrayBuffer && !isMarkedAsUntransferable(memory)) memory.transfer(0)
}

function addEvents({ firstEvent, request }: PlacedFrame, { makeRow, block, only, life, readUsual, stretches, unmade }: Gathering): void {
  if (request === null) return
  const read = readKept(request, life, readUsual)
  const [from, to] = only === undefined ? [0, request.events] : [only.first, only.first + only.count]
  for (let place = from; place < to; place++) {
    const index = firstEvent + place
    const trouble = makeRow(read, place, block)
    if (trouble !== null) {
      unmade.push({ line: { index, json: unmadeLine(read, place) }, message: trouble.message })
      continue
    }
    const last = stretches.at(-1)
    if (last !== undefined && last.first + last.count === index) last.count++
    else stretches.push({ first: index, count: 1 })
  }
}
