import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, sqlTime } from '../db/query.ts'
import { loadModels } from '../model/load.ts'
import { planWith } from '../plan/example.fixture.ts'
import { pushPlan } from '../plan/store.ts'
import { countViolations } from '../plan/violations.ts'
import { runJob } from './job.fixture.ts'
import { planEventsQuery, planViolationsJob } from './planViolations.ts'

// The engine forgets what is older than 90 days by its own clock.
const HOUR = Math.floor(Date.now() / 3_600_000 - 24) * 3_600_000
const WEEK = { from: HOUR - 86_400_000, to: HOUR + 86_400_000 }
const models = loadModels()
let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
  const plan = planWith({ sources: { web: 'observe', app: 'quarantine', quiet: 'observe' } })
  await pushPlan(test.db, plan, { now: () => HOUR, randomUUID })
})
afterAll(() => test.close())

let segments = 0
async function load(source_id: string, events: readonly (readonly [event: string, properties: object])[], at = HOUR + 1000): Promise<void> {
  const segment_id = randomUUID()
  const base = { source_id, trust: 'server', user_id: 'u', received_at: at, timestamp: at, segment_id, type: 'track' }
  await insertRows(
    test.db.client,
    'events_in',
    events.map(([event, properties], segment_index) => ({
      ...base,
      event,
      properties: JSON.stringify(properties),
      message_id: `${segment_id}-${segment_index}`,
      segment_index,
    })),
  )
  const times = {
    hour: sqlTime(HOUR).slice(0, 19),
    first_received_at: sqlTime(at),
    last_received_at: sqlTime(at),
    loaded_at: sqlTime(at + ++segments),
  }
  await insertRows(test.db.client, 'ingest_counts', [{ segment_id, source_id, received: events.length, ...times }])
}
const counted = async () =>
  (await countViolations(test.db, WEEK)).map(({ source_id, event, code, path, observed, refused }) =>
    [source_id, event, code, path, observed, refused].join(' '),
  )

describe('violations of what is stored all the same', () => {
  it('are counted by source, event, code and place, once however often their segment is looked at, also of later segments', async () => {
    await load('web', [
      ['Demo Requested', { plan: 'gold', seats: 'x' }],
      ['Demo Requested', { plan: 'gold' }],
      ['Demo Requested', { plan: 'free' }],
      ['demo requested', {}],
      ['Invoice Paid', { lines: [{ sku: 'ABC-1' }, { sku: 'a' }, { sku: 'b' }] }],
    ])
    await load('app', [['Nobody Planned This', {}]])
    const expected = [
      'web Demo Requested plan_wrong_value /properties/plan 2 0',
      'web Invoice Paid plan_wrong_value /properties/lines/*/sku 2 0',
      'web Demo Requested plan_wrong_type /properties/seats 1 0',
      'web demo requested unplanned_event /event 1 0',
    ]
    const first = await runJob(planViolationsJob, { db: test.db, models })
    expect(first.rows).toBe(4)
    expect((await counted()).sort()).toEqual(expected.sort())
    await runJob(planViolationsJob, { db: test.db, models })
    expect((await counted()).sort()).toEqual(expected.sort())

    await load('web', [['Demo Requested', { plan: 'gold' }]])
    const next = await runJob(planViolationsJob, { db: test.db, models, watermark: first.watermark })
    expect(next.rows).toBeGreaterThan(0)
    expect((await counted())[0]).toBe('web Demo Requested plan_wrong_value /properties/plan 3 0')
    expect(await runJob(planViolationsJob, { db: test.db, models, watermark: next.watermark })).toEqual({
      rows: 0,
      watermark: next.watermark,
    })
  })

  it('stand beside those of events that were refused', async () => {
    await insertRows(test.db.client, 'rejected_events', [
      {
        source_id: 'app',
        received_at: sqlTime(HOUR),
        index: 0,
        message_id: 'm',
        code: 'unplanned_event',
        path: '/event',
        message: 'is not in the plan',
        raw: JSON.stringify({ type: 'track', event: 'Nobody Planned This' }),
        segment_id: randomUUID(),
        segment_index: 0,
      },
    ])
    expect(await counted()).toContain('app Nobody Planned This unplanned_event /event 0 1')
    expect(await countViolations(test.db, { ...WEEK, source: 'app', event: 'Nobody Planned This' })).toHaveLength(1)
    expect(await countViolations(test.db, { ...WEEK, source: 'quiet' })).toEqual([])
  })

  it('are read by a query of the declared type', async () => {
    const time = sqlTime(HOUR)
    const bounds = { loaded_from: time, loaded_to: time, received_from: time, received_end: time }
    const after = { after_id: randomUUID(), after_index: 0, limit: 1 }
    expect(await describeQuery(test.db.client, planEventsQuery, { ...bounds, sources: [], others: 0, not_others: [], ...after })).toEqual({
      source_id: 'LowCardinality(String)',
      hour: 'UInt64',
      received_at: 'Int64',
      type: 'LowCardinality(String)',
      event: 'LowCardinality(String)',
      properties: 'String',
      traits: 'String',
      segment_id: 'String',
      segment_index: 'UInt32',
    })
  })
})
