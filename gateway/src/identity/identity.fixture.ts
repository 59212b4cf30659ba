import { createHash } from 'node:crypto'
import type { EventRow } from '@waymark/schemas/row'
import type { Database } from '../db/open.ts'
import { insertRows, sqlTime } from '../db/query.ts'
import type { Models } from '../model/models.ts'
import { membershipsJob } from './memberships.ts'
import { stitchJob } from './stitch.ts'

/** What a test says of an event; everything else is empty. `at` and `received_at` are epoch ms. */
export type Said = Partial<Omit<EventRow, 'timestamp'>> & { readonly at: number; readonly type: string }

/** 5 January 2026 plus days and hours. */
export function day(days: number, hours = 9): number {
  return Date.UTC(2026, 0, 5) + days * 86_400_000 + hours * 3_600_000
}

export const page = (anonymousId: string, at: number): Said => ({ type: 'page', anonymous_id: anonymousId, at })

export function identify(anonymousId: string, userId: string, traits: object, at: number, more: Partial<Said> = {}): Said {
  return { type: 'identify', anonymous_id: anonymousId, user_id: userId, traits: JSON.stringify(traits), at, ...more }
}

export function group(userId: string, groupId: string, traits: object, at: number, more: Partial<Said> = {}): Said {
  return { type: 'group', user_id: userId, group_id: groupId, traits: JSON.stringify(traits), at, ...more }
}

export function alias(userId: string, previousId: string, at: number, more: Partial<Said> = {}): Said {
  return { type: 'alias', user_id: userId, properties: JSON.stringify({ previousId }), at, ...more }
}

export interface IdentityBench {
  /** Loads events as one segment; the same event said again is a copy. */
  load(events: readonly Said[]): Promise<void>
  /** Both jobs once, as the pipeline does; resolves with the rows they wrote. */
  run(): Promise<number>
  rows(sql: string): Promise<unknown[]>
}

/** Tables whose rows must not depend on the order in which events came. */
export const DERIVED = ['identity_edges', 'identity_map', 'identity_ledger', 'identifier_traits', 'account_keys', 'accounts', 'memberships']

export function createBench(db: Database): IdentityBench {
  let segments = 0
  let runs = 0
  const marks = { stitch: '', memberships: '' }

  async function load(events: readonly Said[]): Promise<void> {
    segments += 1
    const segmentId = `00000000-0000-4000-8000-${String(segments).padStart(12, '0')}`
    const rows = events.map((said, index) => eventRow(said, segmentId, index))
    await insertRows(db.client, 'events_in', rows)
    const received = rows.map(row => row.received_at)
    await insertRows(db.client, 'ingest_counts', [
      {
        segment_id: segmentId,
        segment_index: 0,
        source_id: 'web',
        hour: '2026-01-05 00:00:00',
        received: rows.length,
        deduplicated: 0,
        rejected: 0,
        suppressed: 0,
        first_received_at: sqlTime(Math.min(...received)),
        last_received_at: sqlTime(Math.max(...received)),
        loaded_at: sqlTime(day(100) + segments * 1000),
      },
    ])
  }

  async function run(): Promise<number> {
    let written = 0
    for (const job of [stitchJob, membershipsJob]) {
      runs += 1
      const name = job.name === 'stitch' ? 'stitch' : 'memberships'
      const context = { db, now: day(200), run: runs, watermark: marks[name], models: NO_MODELS, signal: new AbortController().signal }
      const result = await job.run(context)
      marks[name] = result.watermark
      written += result.rows
    }
    return written
  }

  async function rows(sql: string): Promise<unknown[]> {
    const result = await db.client.query({ query: sql, format: 'JSONEachRow' })
    return result.json()
  }

  return { load, run, rows }
}

/** Everything that the jobs derive, as text. */
export async function derived(bench: IdentityBench): Promise<{ [table: string]: string[] }> {
  const tables: { [table: string]: string[] } = {}
  for (const table of DERIVED) {
    // As text, because a 128-bit version does not survive as a number.
    tables[table] = (await bench.rows(`SELECT toString(tuple(*)) AS row FROM ${table} FINAL ORDER BY row`)).map(row => JSON.stringify(row))
  }
  return tables
}

// These jobs read no model.
const NO_MODELS = { intent: {}, journeys: [] } as unknown as Models

function eventRow(said: Said, segmentId: string, index: number) {
  const { at, ...columns } = said
  const row = { source_id: 'web', trust: 'browser', anonymous_id: '', user_id: '', received_at: at, timestamp: at, ...columns }
  return { message_id: messageId(said), ...row, segment_id: segmentId, segment_index: index }
}

function messageId(said: Said): string {
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 16)
}
