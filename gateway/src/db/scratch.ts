import { randomUUID } from 'node:crypto'
import type { ClickHouseClient } from '@clickhouse/client'
import { execute, type Params, type Query, type RunOptions, rows } from './query.ts'

/**
 * A session with tables of its own, in memory. The engine analyses a select anew wherever it is named, and everything beneath it with
 * each expression above: what several statements build on is cheaper kept than repeated.
 */
export interface Scratch {
  /** Keeps the rows of a select as the table of its name, instead of those kept before; resolves with their number. */
  keep<R>(select: Query<Params, R>, params: Params): Promise<number>
  execute(statement: Query<Params, never>, params: Params): Promise<number>
  rows<R>(select: Query<Params, R>, params: Params): Promise<R[]>
}

/** Drops what was kept when `work` is done; a session that is lost takes its tables along after a minute. */
export async function withScratch<T>(client: ClickHouseClient, signal: AbortSignal, work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const options: RunOptions = { session: randomUUID(), signal }
  const kept = new Set<string>()
  const drop = (names: Iterable<string>) =>
    execute(client, { name: 'drop', sql: `DROP TEMPORARY TABLE IF EXISTS ${[...names].join(', ')}` }, {}, options)
  try {
    return await work({
      async keep({ name, sql }, params) {
        if (kept.has(name)) await drop([name])
        kept.add(name)
        return execute(client, { name, sql: `CREATE TEMPORARY TABLE ${name} ENGINE = Memory AS\n${sql}` }, params, options)
      },
      execute: (statement, params) => execute(client, statement, params, options),
      rows: (select, params) => rows(client, select, params, options),
    })
  } finally {
    // What cannot be dropped goes with the session; why `work` failed is worth more than why this did.
    if (!signal.aborted && kept.size > 0) await drop(kept).catch(() => undefined)
  }
}
