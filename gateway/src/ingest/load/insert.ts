import { createHash } from 'node:crypto'
import { addAbortSignal, Readable } from 'node:stream'
import type { ClickHouseSettings } from '@clickhouse/client'
import { EVENT_COLUMNS, REJECTED_COLUMNS } from '@waymark/schemas/row'
import type { Form } from '../../db/ddl.ts'
import type { Database } from '../../db/open.ts'
import type { Line } from '../spool/framePayload.ts'
import { placedBlock } from './rows/placedBlock.ts'
import type { SegmentRows } from './rows/segmentRows.ts'

/** Where to load, and when to give up: the database, and a signal that ends what is under way. */
export type Landing = Database & { readonly signal: AbortSignal }

/** A line with the segment that it belongs to. */
export interface SegmentLine extends Line {
  readonly segment: string
}

/** The events of a segment, ready for the engine. */
export interface SegmentBlock extends Pick<SegmentRows, 'block' | 'stretches'> {
  readonly segment: string
}

export interface TableTarget {
  readonly table: string
  readonly columns: readonly string[]
}

/** Tables whose rows begin with `segment_id, segment_index`. */
export const EVENTS_TARGET: TableTarget = { table: 'events_in', columns: EVENT_COLUMNS }
export const REJECTED_TARGET: TableTarget = { table: 'rejected_events', columns: REJECTED_COLUMNS }
export const COUNTS_TARGET: TableTarget = {
  table: 'ingest_counts',
  columns: [
    'source_id',
    'hour',
    'received',
    'deduplicated',
    'rejected',
    'suppressed',
    'first_received_at',
    'last_received_at',
    'loaded_at',
  ],
}

const SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  // The loader looks before it repeats; a token or a block hash would drop rows that only look the same.
  insert_deduplicate: 0,
  // One block, one part, rows in their order: one thread parses it cheaper than several.
  input_format_parallel_parsing: 0,
  max_threads: 1,
  max_insert_threads: '1',
  max_partitions_per_insert_block: '0',
  materialized_views_ignore_errors: 0,
  input_format_skip_unknown_fields: 0,
  // The status line must be the insert's own answer: progress headers would be sent with 200 before the end.
  send_progress_in_http_headers: 0,
}

/** Rows that the engine cannot read are left out without a word; who asks for it looks afterwards what is missing. */
export const LEAVE_OUT_UNREADABLE: ClickHouseSettings = { input_format_allow_errors_ratio: 1, input_format_allow_errors_num: '1000000000' }

/** Longer means that the engine hangs; the insert is then ended and looked up. */
export const LONGEST_INSERT_MS = 60_000

/**
 * One insert of events as blocks, a block a segment, which the engine joins. Straight into `events`: the staging table is there for what
 * has to be parsed.
 */
export async function passEvents(db: Landing, blocks: readonly SegmentBlock[]): Promise<void> {
  const full = blocks.filter(({ stretches }) => stretches.length > 0)
  if (full.length === 0) return
  await send(db, 'events', PASS_EVENTS, chunks(full.flatMap(placedBlock)), {
    segments: full.map(({ segment }) => segment),
    places: full.flatMap(({ stretches }) => stretches.map(({ first, count }) => `${first}+${count}`)),
  })
}

/**
 * The same of blocks that are still being made: the engine reads one while the next is made. Not for replicated tables, whose token names
 * the rows before the first is there. `onSent` is told of each block that nobody looks at any more, while the insert goes on; of the last
 * one it is not.
 */
export async function passEventsAsMade(
  db: Landing,
  segments: readonly string[],
  blocks: AsyncIterable<SegmentBlock>,
  onSent: (block: SegmentBlock) => void,
): Promise<void> {
  await send(db, 'events', PASS_EVENTS, chunksAsMade(blocks, onSent), { segments, places: [] })
}

const PASS_EVENTS = `INSERT INTO events (${EVENT_COLUMNS.join(', ')}, segment_id, segment_index) FORMAT Native`

/** One insert with rows that are already JSON arrays. */
export async function insertLines(
  db: Landing,
  { table, columns }: TableTarget,
  lines: readonly SegmentLine[],
  settings: ClickHouseSettings = {},
): Promise<void> {
  if (lines.length === 0) return
  const names = ['segment_id', 'segment_index', ...columns].map(name => `\`${name}\``).join(', ')
  const body = Buffer.from(lines.map(({ segment, index, json }) => `["${segment}",${index},${json.slice(1)}`).join('\n'))
  const what = { segments: lines.map(({ segment }) => segment), places: lines.map(({ index }) => index) }
  await send(db, table, `INSERT INTO ${table} (${names}) FORMAT JSONCompactEachRow`, chunks([body]), what, settings)
}

/** Which rows an insert carries. */
interface Carried {
  readonly segments: readonly string[]
  readonly places: readonly (string | number)[]
}

/** What is handed to the socket at once: many short writes cost more than one copy, and a long one is waited for as a whole. */
const CHUNK_BYTES = 2 ** 20
/** What is shorter is copied: a socket takes it without telling when it has let go of it. Four times what Node's sockets take so. */
const LEAST_HANDED_BYTES = 2 ** 18

async function send(
  { client, form, signal }: Landing,
  table: string,
  query: string,
  body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  carried: Carried,
  settings: ClickHouseSettings = {},
): Promise<void> {
  // Whoever stops gives the segment to the next life: nothing may begin after that.
  signal.throwIfAborted()
  const ending = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_INSERT_MS)])
  const { stream } = await client.exec({
    query,
    // The next chunk is asked for when the one before it has been taken, and no sooner.
    values: Readable.from(body, { objectMode: false, highWaterMark: 1 }),
    abort_signal: ending,
    clickhouse_settings: {
      ...SETTINGS,
      ...replicatedSettings(form, table, carried),
      ...settings,
      // Names the segments, so that whoever takes over finds every insert of one that may still run.
      log_comment: ['load', table, ...new Set(carried.segments)].join(' '),
    },
  })
  // The client listens to the signal only until the status line has come.
  await addAbortSignal(ending, stream).resume().toArray()
}

/**
 * Replicas may lag, so a look at one proves nothing: there the engine itself must know a repeated insert, by a token that names exactly its
 * rows. Only there: on plain tables a token is not safe against a crash.
 */
export function replicatedSettings(form: Form, table: string, { segments, places }: Carried): ClickHouseSettings {
  if (form.kind !== 'cluster') return {}
  const rows = createHash('sha256')
    .update([...new Set(segments), ...places].join(' '))
    .digest('hex')
  return {
    insert_deduplicate: 1,
    deduplicate_blocks_in_dependent_materialized_views: 1,
    insert_deduplication_token: `${table} ${rows}`,
  }
}

/**
 * A chunk is taken when the socket has let go of the one before it: of a block nobody holds anything when the whole of the next one was taken.
 */
async function* chunksAsMade(blocks: AsyncIterable<SegmentBlock>, onSent: (block: SegmentBlock) => void): AsyncGenerator<Uint8Array> {
  let before: SegmentBlock | null = null
  for await (const block of blocks) {
    yield* chunks(placedBlock(block))
    if (before !== null) onSent(before)
    before = block
  }
}

function* chunks(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let bytes = 0
  for (const piece of pieces) {
    if (bytes > 0 && bytes + piece.length > CHUNK_BYTES) {
      yield joined(waiting)
      waiting = []
      bytes = 0
    }
    if (piece.length > CHUNK_BYTES) {
      for (let at = 0; at < piece.length; at += CHUNK_BYTES) yield handed(piece.subarray(at, at + CHUNK_BYTES))
    } else if (piece.length > 0) {
      waiting.push(piece)
      bytes += piece.length
    }
  }
  if (bytes > 0) yield joined(waiting)
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  return only !== undefined && pieces.length === 1 ? handed(only) : Buffer.concat(pieces)
}

function handed(piece: Uint8Array): Uint8Array {
  return piece.length < LEAST_HANDED_BYTES ? Buffer.from(piece) : piece
}
