import { createHash } from 'node:crypto'
import type { EventRow } from '@waymark/schemas/row'
import type { Database } from '../db/open.ts'
import { insertRows, sqlTime } from '../db/query.ts'
import type { Models } from '../model/models.ts'
import { runJob } from './job.fixture.ts'
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
      const result = await runJob(job, { db, now: day(200), run: runs, watermark: marks[name], upstream: marks.stitch, models: NO_MODELS })
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

/** The tables that tests ask about, as they stand now. */
export interface Snapshot {
  /** undefined when the identifier has no profile. */
  profileOf(type: string, value: string): string | undefined
  /** Kind and rule of each entry that names the value, on either side. */
  ledgerOf(value: string): string[]
  /** Account, rule and primary days of a user's memberships. */
  membershipsOf(userId: string): string[][]
  /** Keys of an account. */
  keysOf(accountId: string): string[]
  readonly accounts: readonly {
    account_id: string
    name: string
    domain: string
    traits: string
    trait_sources: string
    first_seen_at: string
  }[]
}

/** What a run makes of what was said first, and the next one of what was said then. */
export async function firstAndThen(
  bench: IdentityBench,
  first: readonly Said[],
  then: readonly Said[],
): Promise<{ readonly earlier: Snapshot; readonly now: Snapshot }> {
  await bench.load(first)
  await bench.run()
  const earlier = await snapshot(bench)
  await bench.load(then)
  await bench.run()
  return { earlier, now: await snapshot(bench) }
}

export async function snapshot(bench: IdentityBench): Promise<Snapshot> {
  const all = async <R>(table: string) => (await bench.rows(`SELECT * FROM ${table} FINAL ORDER BY ALL`)) as R[]
  const map = await all<{ identifier_type: string; identifier: string; profile_id: string }>('identity_map')
  const ledger = await all<{ kind: string; rule: string; left: string; right: string }>('identity_ledger')
  const memberships = await all<{
    profile_id: string
    account_id: string
    rule: string
    valid_from: string
    primary_spans: [string, string][]
  }>('memberships')
  const keys = await all<{ value: string; account_id: string }>('account_keys')
  const profileOf = (type: string, value: string) => map.find(row => row.identifier_type === type && row.identifier === value)?.profile_id
  return {
    profileOf,
    ledgerOf: value =>
      ledger
        .filter(row => row.left === value || row.right === value)
        .map(row => `${row.kind} ${row.rule}`)
        .sort(),
    membershipsOf: userId =>
      memberships
        .filter(row => row.profile_id === profileOf('user_id', userId))
        .toSorted((a, b) => Date.parse(a.valid_from) - Date.parse(b.valid_from))
        .map(row => [row.account_id, row.rule, ...row.primary_spans.map(span => span.join(' – '))]),
    keysOf: account =>
      keys
        .filter(row => row.account_id === account)
        .map(row => row.value)
        .sort(),
    accounts: await all('accounts'),
  }
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
