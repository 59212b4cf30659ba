/** The loader alone, emptying a full spool, beside the engine reading the very same rows from one file. */
import { createWriteStream } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { EVENT_COLUMNS } from '@waymark/schemas/row'
import { readHandover } from '../../../gateway/src/db/engine/handover.ts'
import { type Database, openDatabase } from '../../../gateway/src/db/open.ts'
import type { Goal, Table } from '../benchmark.ts'
import { number, ratio, ratios, spread, withEnds } from '../figures.ts'
import { usage } from '../processes.ts'
import { type FileEngine, openFileEngine } from './fileEngine.ts'
import { BOTH_CORES, type GatewaySystem, sendLoad } from './systems.ts'

interface Filled {
  readonly perSecond: number
  /** Microseconds a row. */
  readonly cpu: number
  /** Of it, what is the engine's. */
  readonly engineCpu: number
}

export interface Drain {
  readonly rows: number
  readonly loader: readonly Filled[]
  readonly file: readonly Filled[]
}

export interface DrainEdges {
  readonly ours: GatewaySystem
  readonly folder: string
  readonly rows: number
  readonly rounds: number
  readonly seed: number
  readonly nextRun: () => string
  readonly onAccepted: (events: number) => void
  readonly progress: (what: string) => void
}

const COLUMNS = [...EVENT_COLUMNS, 'segment_id', 'segment_index'].join(', ')
const FILE = 'rows.jsonl'
const POLL_MS = 100

export async function measureDrain({ ours, folder, rows, rounds, seed, nextRun, onAccepted, progress }: DrainEdges): Promise<Drain> {
  const access = readHandover(ours.dataDir)
  if (access === null) throw new Error(`${ours.dataDir} has no engine.json`)
  const db = await openDatabase({ engine: access })
  const engine = await openFileEngine(folder, totalmem())
  const [loader, file]: [Filled[], Filled[]] = [[], []]
  try {
    for (let round = 0; round < rounds; round++) {
      progress(`the loader empties a spool of ${number(rows)} rows`)
      loader.push(await drainOnce())
      if (round === 0) await keepRows(db, engine, rows)
      progress(`the engine reads ${number(rows)} rows from a file`)
      file.push(await readOnce(engine, rows))
    }
    return { rows, loader, file }
  } finally {
    await db.close()
    await engine.close()
  }

  async function drainOnce(): Promise<Filled> {
    ours.resumeLoading(BOTH_CORES)
    await ours.drained()
    await calm(db)
    ours.holdLoading()
    const order = { connections: 8, perRequest: 100, warmMs: 0, forMs: 120_000, atMost: rows }
    const { accepted } = await sendLoad({ ...order, port: ours.port, seed, run: nextRun() })
    onAccepted(accepted)
    const before = { gateway: usage(ours.pids()).cpu, engine: usage([ours.enginePid]).cpu, at: performance.now() }
    ours.resumeLoading(BOTH_CORES)
    await ours.drained()
    const seconds = (performance.now() - before.at) / 1000
    const engineCpu = usage([ours.enginePid]).cpu - before.engine
    const cpu = engineCpu + usage(ours.pids()).cpu - before.gateway
    return { perSecond: accepted / seconds, cpu: (cpu / accepted) * 1e6, engineCpu: (engineCpu / accepted) * 1e6 }
  }
}

/** The rows that were loaded last, as the engine itself writes them. */
async function keepRows(db: Database, engine: FileEngine, rows: number): Promise<void> {
  const { stream } = await db.client.exec({
    query: `SELECT ${COLUMNS} FROM events ORDER BY received_at DESC, segment_id, segment_index LIMIT ${rows} FORMAT JSONEachRow`,
  })
  await pipeline(stream, createWriteStream(join(engine.files, FILE)))
}

/** As fast as the engine can by itself: parsed in parallel, in blocks of its own size. Same table, same fsync. */
async function readOnce({ db, pid }: FileEngine, rows: number): Promise<Filled> {
  await db.client.command({ query: 'TRUNCATE TABLE events' })
  await calm(db)
  const before = { cpu: usage([pid]).cpu, at: performance.now() }
  await db.client.command({
    query: `INSERT INTO events (${COLUMNS}) SELECT ${COLUMNS} FROM file('${FILE}', 'JSONEachRow', '${await structure(db)}')`,
    clickhouse_settings: { input_format_parallel_parsing: 1, max_partitions_per_insert_block: '0' },
  })
  const seconds = (performance.now() - before.at) / 1000
  const cpu = ((usage([pid]).cpu - before.cpu) / rows) * 1e6
  const counted = await db.client.query({ query: 'SELECT count() AS n FROM events', format: 'JSONEachRow' })
  const [stored] = await counted.json<{ n: number }>()
  if (stored?.n !== rows) throw new Error(`the engine took ${stored?.n} of ${rows} rows from the file`)
  return { perSecond: rows / seconds, cpu, engineCpu: cpu }
}

/** Types as the table has them, so that the file is parsed right into them. */
async function structure(db: Database): Promise<string> {
  const described = await db.client.query({ query: 'DESCRIBE events', format: 'JSONEachRow' })
  const columns = await described.json<{ name: string; type: string; default_type: string }>()
  return columns
    .filter(({ default_type }) => default_type === '')
    .map(({ name, type }) => `${name} ${type}`)
    .join(', ')
    .replaceAll("'", "\\'")
}

/** Resolves when no merge is at work. */
async function calm(db: Database): Promise<void> {
  for (;;) {
    const merges = await db.client.query({ query: 'SELECT count() AS n FROM system.merges', format: 'JSONEachRow' })
    if ((await merges.json<{ n: number }>())[0]?.n === 0) return
    await wait(POLL_MS)
  }
}

function beside({ loader, file }: Drain) {
  return ratios(
    loader.map(round => round.perSecond),
    file.map(round => round.perSecond),
  )
}

export function drainTable(drain: Drain): Table {
  const row = (name: string, own: readonly Filled[], ratioText: string) => [
    name,
    withEnds(spread(own.map(round => round.perSecond))),
    ratioText,
    number(spread(own.map(round => round.cpu)).median),
    number(spread(own.map(round => round.engineCpu)).median),
  ]
  return {
    title: `${number(drain.rows)} rows into the table, on both cores`,
    head: ['', 'rows/s', '× file insert', 'CPU µs/row', 'of it the engine’s'],
    rows: [
      row("engine's own insert from a JSONEachRow file", drain.file, ''),
      row(
        'loader, from a full spool',
        drain.loader,
        withEnds(beside(drain), value => value.toFixed(2)),
      ),
    ],
  }
}

export function drainGoal(drain: Drain): Goal {
  const { median } = beside(drain)
  return { text: "loader: rows/s beside the engine's own file insert", wanted: '≥ 0.7×', got: ratio(median), isMet: median >= 0.7 }
}
