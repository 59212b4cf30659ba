import { EVENT_COLUMNS, type EventRow } from '@waymark/schemas/row'
import type { Database } from '../../db/open.ts'
import type { MemoryDisk } from '../spool/disk.fixture.ts'
import { TEST_TIME } from '../spool/frame.fixture.ts'
import { testSpool } from '../spool/spool.fixture.ts'
import type { Spool } from '../spool/spool.ts'
import type { LoadPoint } from './loadBatch.ts'
import { createLoader, type Loader, type LoaderEdges } from './loader.ts'
import { createEventBlock, eventColumns } from './rows/eventBlock.ts'
import { type NativeColumn, textColumn } from './rows/nativeColumns.ts'
import { readBlock } from './rows/readBlock.ts'
import { type RowSource, rowsHere } from './rows/rowSource.ts'
import { rowCount } from './rows/segmentRows.ts'

export interface LoaderBench {
  readonly db: Database
  ask<T>(query: string): Promise<T[]>
  /** Ids that begin so, with how often each is in the raw table. */
  stored(prefix: string): Promise<Record<string, number>>
  loaderOf(spool: Spool, more?: Partial<LoaderEdges>): Loader
  /** Loads up to the point, and never comes back: what a killed process looks like from the disk and the tables. */
  dieAt(spool: Spool, point: LoadPoint, more?: Partial<LoaderEdges>): Promise<void>
  /** The next life: adopts, loads, stops. */
  loadAgain(fs: MemoryDisk, more?: Partial<LoaderEdges>): Promise<void>
}

/** Loaders on a test's database. */
export function loaderBench(db: Database): LoaderBench {
  async function ask<T>(query: string): Promise<T[]> {
    return (await db.client.query({ query, format: 'JSONEachRow' })).json<T>()
  }

  function loaderOf(spool: Spool, more: Partial<LoaderEdges> = {}): Loader {
    return createLoader({ spool, db, now: () => TEST_TIME, log: { warn: () => undefined }, backoffMs: () => 1, rows: rowsHere(), ...more })
  }

  return {
    db,
    ask,
    stored: async prefix => {
      const found = await ask<{ message_id: string; n: number }>(
        `SELECT message_id, count() AS n FROM events WHERE startsWith(message_id, '${prefix}') GROUP BY message_id ORDER BY message_id`,
      )
      return Object.fromEntries(found.map(({ message_id, n }) => [message_id, n]))
    },
    loaderOf,
    dieAt: (spool, point, more) =>
      new Promise(dead => {
        loaderOf(spool, {
          ...more,
          at: reached => {
            if (reached !== point) return undefined
            dead()
            return new Promise<never>(() => undefined)
          },
        }).start()
      }),
    loadAgain: async (fs, more) => {
      const loader = loaderOf(await testSpool({ fs }), more)
      await loader.drain()
      await loader.stop()
    },
  }
}

/** Rows as they are made, but for these, by message id: what no event could become, and the engine refuses. */
export function rowsAs(rows: readonly EventRow[]): RowSource {
  const here = rowsHere()
  const byId = new Map(rows.map(row => [row.message_id, row]))
  return {
    ...here,
    rowsOf: async content => {
      const made = await here.rowsOf(content)
      const block = createEventBlock({ ...eventColumns(), client_seq: anything(), is_bot: anything() })
      for (const values of readBlock(made.block, rowCount(made))) {
        const row = Object.fromEntries(EVENT_COLUMNS.map((column, place) => [column, values[place]])) as unknown as EventRow
        block.add(byId.get(row.message_id) ?? row)
      }
      return { ...made, block: block.take() }
    },
  }
}

/** Numbers as texts, which the engine has to read, and which can be none. */
function anything<T>(): NativeColumn<T> {
  const { add, ...texts } = textColumn()
  return { ...texts, add: value => add(String(value)) }
}
