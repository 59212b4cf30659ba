import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'

/** Values that may be bound to `{name:Type}` parameters; times as `sqlTime(ms)`, days as `YYYY-MM-DD`. */
export type ParamValue = string | number | boolean | null | readonly ParamValue[]
export type Params = { readonly [name: string]: ParamValue }

/** A statement of `gateway/sql/<name>.sql`, held to its parameter and row types by a test that asks the engine. */
export interface Query<P extends Params, R> {
  readonly name: string
  readonly sql: string
  /** Only there for the compiler. */
  readonly _types?: { readonly params: P; readonly row: R }
}

const SQL_FOLDER = new URL('../../sql/', import.meta.url)

/** Reads `gateway/sql/<name>.sql`. */
export function sqlFile<P extends Params, R>(name: string): Query<P, R> {
  return { name, sql: readFileSync(new URL(`${name}.sql`, SQL_FOLDER), 'utf8') }
}

export interface RunOptions {
  readonly settings?: ClickHouseSettings
  readonly signal?: AbortSignal
  /** Statements of one session see its temporary tables; they run one at a time. */
  readonly session?: string
}

/** Rows of a reading statement. Column order and names are the row type's; 64-bit integers arrive as numbers. */
export async function rows<P extends Params, R>(
  client: ClickHouseClient,
  query: Query<P, R>,
  params: P,
  options: RunOptions = {},
): Promise<R[]> {
  const result = await client.query({
    query: query.sql,
    query_params: { ...params },
    format: 'JSONEachRow',
    // Long lists of keys travel in the body: a URL may hold 4 KiB of them.
    use_multipart_params_auto: true,
    ...callOptions(query.name, options),
  })
  return result.json<R>()
}

/** The one row of a reading statement; an Error when there is none. */
export async function row<P extends Params, R>(
  client: ClickHouseClient,
  query: Query<P, R>,
  params: P,
  options: RunOptions = {},
): Promise<R> {
  const [first] = await rows(client, query, params, options)
  if (first === undefined) throw new Error(`query ${query.name} gave no row`)
  return first
}

/** Runs an `INSERT … SELECT` or another statement without a result; resolves with the rows it wrote. */
export async function execute<P extends Params>(
  client: ClickHouseClient,
  query: Query<P, never>,
  params: P,
  options: RunOptions = {},
): Promise<number> {
  const { summary } = await client.command({
    query: query.sql,
    query_params: { ...params },
    ...callOptions(query.name, options, { wait_end_of_query: 1 }),
  })
  return Number(summary?.written_rows ?? 0)
}

/** Runs an `INSERT … SELECT … FROM input(…) … FORMAT JSONEachRow` over objects; resolves with the rows it wrote. */
export async function insertThrough<P extends Params>(
  client: ClickHouseClient,
  query: Query<P, never>,
  params: P,
  values: readonly object[],
): Promise<number> {
  const { stream, summary } = await client.exec({
    query: query.sql,
    query_params: { ...params },
    values: Readable.from([values.map(value => JSON.stringify(value)).join('\n')], { objectMode: false }),
    ...callOptions(query.name, {}, { wait_end_of_query: 1 }),
  })
  await stream.resume().toArray()
  return Number(summary?.written_rows ?? 0)
}

/** Inserts objects whose keys are column names. */
export async function insertRows(client: ClickHouseClient, table: string, values: readonly object[]): Promise<void> {
  if (values.length === 0) return
  await client.insert({ table, values: [...values], format: 'JSONEachRow', clickhouse_settings: { log_comment: `insert ${table}` } })
}

/** `2026-03-01 09:05:00.000` for a `DateTime64(3, 'UTC')` parameter or column. */
export function sqlTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 23)
}

/** `2026-03-01` in UTC. */
export function sqlDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function callOptions(name: string, options: RunOptions, more: ClickHouseSettings = {}) {
  return {
    clickhouse_settings: { log_comment: name, ...more, ...options.settings },
    ...(options.signal === undefined ? {} : { abort_signal: options.signal }),
    ...(options.session === undefined ? {} : { session_id: options.session }),
  }
}
