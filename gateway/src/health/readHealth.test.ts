import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, sqlTime } from '../db/query.ts'
import { createIngestCounters } from '../ingest/request/counters.ts'
import { loadModels } from '../model/load.ts'
import { pinModels } from '../model/versions.ts'
import { HEALTHY, NOW } from './facts.fixture.ts'
import { enginePing, jobRunList, jobStates, loadingState, modelList, tableSizes } from './queries.ts'
import { createHealthReader, type HealthEdges } from './readHealth.ts'

const NOTHING = { received: 0, stored: 0, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0, bySource: {} }
const MODELS = loadModels()

describe('a look at the health', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
    await pinModels(test.db, MODELS, NOW - 5000)
    await insertRows(test.db.client, 'job_runs', [
      run(1001, 'stitch', 'done', { rows: 5, duration_ms: 70 }),
      run(1002, 'scores', 'done', { rows: 8, duration_ms: 90 }),
      run(2001, 'stitch', 'running', { version: 0 }),
      run(2001, 'stitch', 'done', { rows: 6, duration_ms: 71 }),
      run(2002, 'scores', 'failed', { error: 'job scores failed: Memory limit exceeded' }),
      run(3000, '(turn)', 'done'),
      run(3002, 'scores', 'failed', { error: "job scores failed: cannot read 'ana@acme.test'" }),
    ])
    await insertRows(test.db.client, 'ingest_counts', [loadedAt(NOW - 60_000, 1), loadedAt(NOW - 500, 2), loadedAt(NOW - 400, 3)])
  })
  afterAll(() => test.close())

  const reader = (more: Partial<HealthEdges> = {}) =>
    createHealthReader({
      db: test.db,
      now: () => NOW,
      dataDir: tmpdir(),
      gateway: () => HEALTHY.gateway,
      engine: () => ({ place: 'embedded', downReason: null, restarts: 0 }),
      spool: () => HEALTHY.spool,
      counters: createIngestCounters(),
      readStats: async () => NOTHING,
      jobs: ['stitch', 'touches', 'scores'],
      models: MODELS,
      ...more,
    })

  it('reads a few rows of the table of counts, however long that became: it is asked for every few seconds', async () => {
    const own = await testDatabase()
    await own.db.client.command({
      query: `INSERT INTO ingest_counts SELECT generateUUIDv4(), 0, 'web', toDateTime(1790000000), 1, 0, 0, 0, toDateTime64(1790000000, 3),
        toDateTime64(1790000000, 3), toDateTime64(1790000000 + number, 3) FROM numbers(300000)`,
    })
    const params = { seen_until: sqlTime((1790000000 + 100_000) * 1000) }
    const result = await own.db.reader.query({ query: loadingState.sql, query_params: params, format: 'JSON' })
    const { data, statistics } = await result.json<{ last_loaded_at: number; unseen_since: number }>()
    expect(data).toEqual([{ last_loaded_at: (1790000000 + 299_999) * 1000, unseen_since: (1790000000 + 100_001) * 1000 }])
    expect(statistics?.rows_read).toBeLessThan(100_000)
    await own.close()
  })

  it('finds each job in the order of the pipeline, with its last good run and its failures since', async () => {
    const { jobs } = await reader().facts()
    expect(jobs).toEqual({
      isKnown: true,
      value: [
        {
          job: 'stitch',
          state: 'ok',
          lastGood: { startedAt: NOW - 98_000 + 100, durationMs: 71, rows: 6 },
          error: '',
          since: null,
          failures: 0,
        },
        { job: 'touches', state: 'never', lastGood: null, error: '', since: null, failures: 0 },
        {
          job: 'scores',
          state: 'failing',
          lastGood: { startedAt: NOW - 99_000 + 200, durationMs: 90, rows: 8 },
          error: 'cannot read “…”',
          since: NOW - 98_000 + 200,
          failures: 2,
        },
      ],
    })
  })

  it('finds what was loaded after the jobs looked', async () => {
    expect((await reader({ jobs: ['stitch'] }).facts()).loading).toEqual({
      isKnown: true,
      value: { lastLoadedAt: NOW - 400, unseenSince: NOW - 60_000 },
    })
    await insertRows(test.db.client, 'job_runs', [run(4001, 'orders', 'done', { started_at: sqlTime(NOW - 450) })])
    expect((await reader({ jobs: ['orders'] }).facts()).loading).toMatchObject({ value: { unseenSince: NOW - 400 } })
  })

  it('knows engine, disk, models and tables', async () => {
    const { engine, disk, models, tables } = await reader().facts()
    expect(engine.ping).toMatchObject({ isKnown: true, value: { version: expect.stringMatching(/^\d+\.\d+/) } })
    expect(disk.isKnown && disk.value.freeBytes > 0 && disk.value.freeBytes <= disk.value.totalBytes).toBe(true)
    expect(models).toMatchObject({
      value: [{ id: MODELS.intent.id, version: MODELS.intent.version, activeSince: NOW - 5000 }, { kind: 'journey' }],
    })
    expect(tables.isKnown && tables.value.find(({ table }) => table === 'ingest_counts')).toMatchObject({ rows: 3, parts: 1, mostParts: 1 })
  })

  it('shows what it can when one look fails', async () => {
    const facts = await reader({ readStats: () => Promise.reject(new Error('too slow')), dataDir: '/does/not/exist' }).facts()
    expect(facts.counts).toEqual({ isKnown: false, error: 'too slow' })
    expect(facts.disk.isKnown).toBe(false)
    expect([facts.jobs, facts.models, facts.tables, facts.loading].map(({ isKnown }) => isKnown)).toEqual([true, true, true, true])
  })

  it('lists runs newest first, without turns, or the failed ones alone', async () => {
    const runs = await reader().runs(false)
    expect(runs.map(({ run, job, state }) => [run, job, state]).slice(-5)).toEqual([
      [3002, 'scores', 'failed'],
      [2002, 'scores', 'failed'],
      [2001, 'stitch', 'done'],
      [1002, 'scores', 'done'],
      [1001, 'stitch', 'done'],
    ])
    expect((await reader().runs(true)).map(({ run }) => run)).toEqual([3002, 2002])
  })

  const AT = sqlTime(NOW)
  it.each([
    [enginePing, {}, 'version'],
    [jobStates, { since: AT }, 'job state started_at error good_run good_started_at good_duration_ms good_rows failures failing_since'],
    [jobRunList, { since: AT, state: '', limit: 1 }, 'run job state now started_at duration_ms rows error'],
    [loadingState, { seen_until: AT }, 'last_loaded_at unseen_since'],
    [modelList, {}, 'id version kind activated_at'],
    [tableSizes, { database: 'x' }, 'table rows bytes parts most_parts'],
  ] as const)('%o gives the columns that its type says', async (query, params, columns) => {
    const texts = ['version', 'job', 'state', 'error', 'id', 'kind', 'table']
    const types = await describeQuery(test.db.client, query, params)
    expect(Object.keys(types)).toEqual(columns.split(' '))
    for (const [column, type] of Object.entries(types)) {
      const isText = texts.includes(column) && !(query === modelList && column === 'version')
      expect(type, column).toMatch(isText ? /^(LowCardinality\(String\)|String)$/ : /^U?Int\d+$/)
    }
  })
})

function run(number: number, job: string, state: string, more: object = {}) {
  const turn = Math.floor(number / 1000)
  const started_at = sqlTime(NOW - (100 - turn) * 1000 + (number % 1000) * 100)
  return {
    run: number,
    job,
    state,
    now: sqlTime(NOW),
    started_at,
    finished_at: sqlTime(NOW),
    duration_ms: 0,
    rows: 0,
    watermark: '',
    error: '',
    fence: turn,
    holder: 'h:1',
    version: 1,
    ...more,
  }
}

function loadedAt(at: number, number: number) {
  const times = { first_received_at: sqlTime(at), last_received_at: sqlTime(at), loaded_at: sqlTime(at) }
  return {
    segment_id: `00000000-0000-0000-0000-00000000000${number}`,
    segment_index: 0,
    source_id: 'web',
    hour: `${sqlTime(at).slice(0, 13)}:00:00`,
    received: 1,
    deduplicated: 0,
    rejected: 0,
    suppressed: 0,
    ...times,
  }
}
