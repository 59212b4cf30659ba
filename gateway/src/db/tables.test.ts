import { EVENT_COLUMNS, type EventRow, REJECTED_COLUMNS } from '@waymark/schemas/row'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, type Query, rows, sqlTime } from './query.ts'

let shared: TestDatabase
beforeAll(async () => {
  shared = await testDatabase()
})
afterAll(() => shared.close())

async function columns(table: string): Promise<string[]> {
  return Object.keys(await describeQuery(shared.db.client, { name: table, sql: `SELECT * FROM ${table}` }, {}))
}

describe('columns', () => {
  test('events_in takes the columns of EVENT_COLUMNS after the place in the segment, in that order', async () => {
    expect(await columns('events_in')).toEqual(['segment_id', 'segment_index', ...EVENT_COLUMNS])
  })

  test('rejected_events takes the columns of REJECTED_COLUMNS before the place in the segment, in that order', async () => {
    // What is taken from the text by the engine stands behind.
    expect(await columns('rejected_events')).toEqual([...REJECTED_COLUMNS, 'segment_id', 'segment_index', 'event'])
  })

  test('what lands in events_in arrives in events under the same names', async () => {
    expect(new Set(await columns('events'))).toEqual(new Set(await columns('events_in')))
  })

  // The walls of design/warehouse.md, written by hand.
  test.each(
    Object.entries({
      events:
        'message_id source_id trust type event anonymous_id user_id group_id session_id client_seq timestamp original_timestamp sent_at received_at clock_offset_ms url path referrer title channel medium campaign_name campaign_source campaign_medium campaign_term campaign_content click_id browser os device country is_bot bot_reason consent properties traits context segment_id segment_index',
      rejected_events: 'raw code path message source_id received_at segment_id',
      ingest_counts: 'segment_id segment_index source_id hour received deduplicated rejected suppressed',
      identity_edges: 'left_type left right_type right source_id trust sign first_seen_at last_seen_at count',
      identity_map: 'identifier_type identifier profile_id version',
      identity_ledger: 'kind rule evidence at',
      identity_undos: 'undo_id left_type left right_type right undone_at undone_by',
      account_keys: 'kind value account_id',
      accounts: 'account_id traits trait_sources parent_id',
      memberships: 'profile_id account_id certainty rule valid_from valid_to',
      touch_daily: 'account_hint node_type node type topic day n first_at last_at first_message_id version',
      surge_baseline: 'day s phi',
      account_scores: 'account_id day model model_version score points',
      account_reasons: 'account_id day model model_version',
      stage_current: 'account_id model stage since status',
      stage_transitions:
        'transition_id account_id model model_version from_stage to_stage status entered_at direction rule evidence withdraws',
      opportunities: 'opportunity_id',
      orders: 'order_id',
      costs: 'amount',
      targets: 'domain',
      keys: 'hash',
      models: 'id version body',
      suppressions: 'identifier_type identifier',
      deletions: 'deletion_id receipt',
      job_runs: 'job fence watermark error',
      schema_migrations: 'version name checksum applied_at',
    }),
  )('%s has those of the warehouse', async (table, names) => {
    expect(await columns(table)).toEqual(expect.arrayContaining(names.split(' ')))
  })

  test.each(['events', 'rejected_events', 'ingest_counts', 'identity_undos'])(
    '%s is on disk when an insert into it is acknowledged',
    async table => {
      const sql = 'SELECT engine_full AS engine FROM system.tables WHERE database = currentDatabase() AND name = {table:String}'
      const [found] = await rows<{ table: string }, { engine: string }>(shared.db.client, { name: 'test', sql }, { table })
      expect(found?.engine).toContain('fsync_after_insert = 1, fsync_part_directory = 1')
    },
  )

  test('no sort key is nullable and every time says that it is UTC', async () => {
    const sql =
      "SELECT table, name, type FROM system.columns WHERE database = currentDatabase() AND (is_in_sorting_key AND type LIKE '%Nullable%' OR type LIKE 'DateTime%' AND type NOT LIKE '%UTC%')"
    expect(await rows(shared.db.client, { name: 'test', sql }, {})).toEqual([])
  })
})

const DAY = 86_400_000
const T0 = Date.UTC(2026, 2, 1, 9)

/** Every column of `events_in`, empty but for what is given. */
function landed(event: Partial<EventRow>, segment: number, index: number): object {
  const empty = Object.fromEntries(EVENT_COLUMNS.map(column => [column, '']))
  const numbers = { client_seq: 0, timestamp: T0, original_timestamp: T0, sent_at: T0, received_at: T0, clock_offset_ms: 0, is_bot: 0 }
  return {
    ...empty,
    ...numbers,
    ...event,
    segment_id: `00000000-0000-4000-8000-${String(segment).padStart(12, '0')}`,
    segment_index: index,
  }
}

interface Seen {
  source_id: string
  message_id: string
  title: string
}

const UNIQUE: Query<{ from: string; to: string }, Seen> = {
  name: 'events_unique_test',
  sql: `-- Test.
SELECT source_id, message_id, title
FROM events_unique(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})
ORDER BY source_id, message_id, title`,
}

describe('what nothing else could make again', () => {
  test.each([
    'events',
    'rejected_events',
    'ingest_counts',
    'removed_events',
    'rejected_replays',
    'identity_undos',
    'keys',
    'suppressions',
    'deletions',
  ])('%s is on the disk before an insert into it is answered', async table => {
    const found = await rows(
      shared.db.client,
      {
        name: 'table_engine_test',
        sql: 'SELECT engine_full FROM system.tables WHERE database = {database:String} AND name = {table:String}',
      } as Query<{ database: string; table: string }, { engine_full: string }>,
      { database: shared.db.name, table },
    )
    expect(found[0]?.engine_full).toMatch(/fsync_after_insert = 1.*fsync_part_directory = 1/)
  })
})

describe('events_unique', () => {
  let own: TestDatabase
  beforeAll(async () => {
    own = await testDatabase()
    const once = (message_id: string, received_at: number, title: string, source_id = 'web') => ({
      message_id,
      source_id,
      received_at,
      timestamp: received_at,
      title,
    })
    await insertRows(own.db.client, 'events_in', [
      landed(once('m1', T0 + 2, 'copy in the same segment'), 1, 1),
      landed(once('m1', T0 + 1, 'first'), 1, 0),
      landed(once('m1', T0 + 1, 'same time, other source', 'server'), 1, 2),
      landed(once('m2', T0, 'only'), 1, 3),
    ])
    await insertRows(own.db.client, 'events_in', [
      landed(once('m1', T0 + 1, 'same time, later segment'), 2, 0),
      landed(once('m1', T0 + 20 * DAY, 'weeks later'), 2, 1),
      landed(once('m3', T0 + 40 * DAY, 'next month'), 2, 2),
    ])
  })
  afterAll(() => own.close())

  const unique = (from: number, to: number) => rows(own.db.reader, UNIQUE, { from: sqlTime(from), to: sqlTime(to) })

  test('keeps the first of each source and message id, whatever segment or order the copies came in', async () => {
    expect(await unique(T0, T0 + 41 * DAY)).toEqual([
      { source_id: 'server', message_id: 'm1', title: 'same time, other source' },
      { source_id: 'web', message_id: 'm1', title: 'first' },
      { source_id: 'web', message_id: 'm2', title: 'only' },
      { source_id: 'web', message_id: 'm3', title: 'next month' },
    ])
  })

  test('knows the first copy of up to 30 days before its window', async () => {
    expect(await unique(T0 + 10 * DAY, T0 + 30 * DAY)).toEqual([])
  })

  test('ends before its end', async () => {
    expect(await unique(T0 + 39 * DAY, T0 + 40 * DAY)).toEqual([])
    expect(await unique(T0 + 40 * DAY, T0 + 40 * DAY + 1)).toHaveLength(1)
  })

  test('can be described, so that a query over it is held to its row type', async () => {
    const types = await describeQuery(own.db.reader, UNIQUE, { from: sqlTime(0), to: sqlTime(1) })
    expect(types).toEqual({ source_id: 'LowCardinality(String)', message_id: 'String', title: 'String' })
  })
})
