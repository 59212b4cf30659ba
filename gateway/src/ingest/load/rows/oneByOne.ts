import { EVENT_COLUMNS, type EventRow } from '@waymark/schemas/row'
import { sumCounts } from '../../spool/counts.ts'
import { decodePayload } from '../../spool/framePayload.ts'
import type { SegmentContent } from '../../spool/sealed.ts'
import type { Refusal } from '../blame.ts'
import { createEventBlock } from './eventBlock.ts'
import { readBlock } from './readBlock.ts'
import { readKept } from './readKept.ts'
import type { RowSource } from './rowSource.ts'
import { isOfTheRows, RowsNotBegun, RowsNotMade, RowsTooSlow } from './rowsNotMade.ts'
import { rowCount, type SegmentRows, type Stretch } from './segmentRows.ts'
import { payloadsIn } from './soundPayload.ts'
import { unmadeLine } from './unmade.ts'

type RowsOf = RowSource['rowsOf']

/** An event is given up when it fails so often, alone. */
const TRIES = 2
/**
 * Of one request: enough to find a handful of events among 2,500. After more of them something that they share is to blame, and what is left
 * is not tried.
 */
const MOST_FAILURES = 64

/** How long the search may hold up whoever waits, milliseconds. */
export interface HuntLimits {
  /** A try: a whole request takes a few milliseconds. */
  readonly tryMs: number
  /** The last one of an event alone. */
  readonly lastTryMs: number
  /** All that hang in one turn; what is found stays known, and the next turn goes on from there. */
  readonly turnMs: number
}

export const HUNT_LIMITS: HuntLimits = { tryMs: 2000, lastTryMs: 5000, turnMs: 15_000 }

/** What earlier turns at a segment found out: the tries that failed. */
export type Hunted = Map<string, Error>

/**
 * The rows of a segment that the maker of rows dies of: each request is tried alone, and one that fails is halved until the events to blame
 * stand alone, among the unmade with the reason: so that they wait for a person instead of holding back a whole segment for ever. Rejects when
 * the maker cannot make anything: then nothing is to blame, and the segment waits; and with `RowsNotMade` when the turn is over, so that other
 * segments go first: asked again with the same `hunted`, it goes on.
 */
export async function rowsOneByOne(
  content: SegmentContent,
  rowsOf: RowsOf,
  hunted: Hunted = new Map(),
  limits: HuntLimits = HUNT_LIMITS,
  lose: Lose = refuseToLose,
): Promise<SegmentRows> {
  const attempt = createAttempts(rowsOf, hunted, limits)
  // So that no try is charged for that.
  await begun(rowsOf)
  const parts: SegmentRows[] = []
  const damaged: number[] = []
  let index = 0
  for (const [frame, packed] of content.entries()) {
    const payloads = payloadsIn(packed)
    if (payloads === null) damaged.push(frame)
    for (const payload of payloads ?? []) {
      const request = index++
      const rows = await attempt(payload, request)
      if (rows instanceof Error) parts.push(...(await eventsOneByOne(payload, part => attempt(payload, request, part))))
      else parts.push(rows)
    }
  }
  if (damaged.length > 0) await lose(damaged)
  return joined(parts)
}

/** Takes the places in the content of frames that are damage. */
export type Lose = (frames: readonly number[]) => Promise<void>

async function refuseToLose(frames: readonly number[]): Promise<void> {
  throw new RowsNotMade(`${frames.length} of its frames do not hold what was written`)
}

async function eventsOneByOne(payload: Buffer, attempt: (part: Part) => Promise<SegmentRows | Error>): Promise<SegmentRows[]> {
  const { firstEvent, request, rejected, counts } = decodePayload(payload)
  const at = request?.facts.receivedAt
  const unmade: Refusal[] = []
  const whole: SegmentRows = { ...NOTHING, unmade, rejected, counts, span: at === undefined ? null : [at, at] }
  if (request === null) return [whole]
  // Whoever took the request has parsed it too, and lived.
  const read = readKept(request)
  const made: { readonly first: number; readonly rows: SegmentRows }[] = []
  let failures = 0
  // The largest part first, so that as much as can be goes in before the tries are used up.
  const parts: Part[] = [...halvesOf({ first: 0, count: request.events, tries: 1 })]
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const { first, count, tries } = part
    const rows = failures < MOST_FAILURES ? await attempt(part) : new Error(UNTRIED)
    if (!(rows instanceof Error)) {
      made.push({ first, rows: { ...NOTHING, block: rows.block, stretches: rows.stretches, unmade: rows.unmade } })
      continue
    }
    failures++
    if (count > 1 && failures <= MOST_FAILURES) parts.push(...halvesOf(part))
    else if (count === 1 && tries + 1 < TRIES && failures <= MOST_FAILURES) parts.push({ ...part, tries: tries + 1 })
    else
      for (let place = first; place < first + count; place++)
        unmade.push({ line: { index: firstEvent + place, json: unmadeLine(read, place) }, message: rows.message })
  }
  unmade.sort((one, other) => one.line.index - other.line.index)
  return [whole, ...made.toSorted((one, other) => one.first - other.first).map(({ rows }) => rows)]
}

const UNTRIED = 'stands in a request whose other events could not be made into rows'

/** Events of a request that stand one after the other, and how often they failed as they are. */
interface Part extends Stretch {
  readonly tries: number
}

/** One event alone stays what it is. */
function halvesOf({ first, count }: Part): Part[] {
  const half = Math.ceil(count / 2)
  const halves = [
    { first, count: half, tries: 0 },
    { first: first + half, count: count - half, tries: 0 },
  ]
  return halves.filter(part => part.count > 0)
}

/** Begins the thread, though others may end it meanwhile. */
async function begun(rowsOf: RowsOf): Promise<void> {
  for (;;) {
    try {
      await rowsOf([])
      return
    } catch (error) {
      if (!(error instanceof RowsNotBegun)) throw error
    }
  }
}

/** Tries requests, or parts of them; gives back the error when these events are to blame, that is, the maker makes others. */
function createAttempts(rowsOf: RowsOf, hunted: Hunted, { tryMs, lastTryMs, turnMs }: HuntLimits) {
  let hungMs = 0
  return async function tryOnce(payload: Buffer, request: number, part?: Part): Promise<SegmentRows | Error> {
    const name = part === undefined ? `${request}` : `${request} ${part.first}+${part.count} ${part.tries}`
    const known = hunted.get(name)
    if (known !== undefined) return known
    if (hungMs >= turnMs) throw new RowsNotMade('the search for the events that hang goes on')
    const longestMs = part?.count === 1 && part.tries + 1 === TRIES ? lastTryMs : tryMs
    try {
      return await rowsOf([copyOf(payload)], part, longestMs)
    } catch (error) {
      if (error instanceof RowsNotBegun) return tryOnce(payload, request, part)
      if (!isOfTheRows(error)) throw error
      await begun(rowsOf)
      if (error instanceof RowsTooSlow) hungMs += longestMs
      hunted.set(name, error)
      return error
    }
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
