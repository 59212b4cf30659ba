import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, sqlTime } from '../db/query.ts'
import { INTENT, JOURNEY5, ms } from '../model/journey/journey.fixture.ts'
import { runJob } from './job.fixture.ts'
import { ordersJob } from './orders.ts'

let engine: TestDatabase
beforeAll(async () => {
  engine = await testDatabase()
})
afterAll(() => engine.close())
beforeEach(async () => {
  for (const table of ['events', 'ingest_counts', 'orders', 'opportunities'])
    await engine.db.client.command({ query: `TRUNCATE TABLE ${table}` })
})

interface Told {
  readonly id: string
  readonly event: string
  readonly properties: unknown
  /** Minutes after the first event that this copy was received. */
  readonly minute?: number
  readonly user?: string
}

/** One segment with these events, loaded this many minutes after the first event was received. */
async function load(loaded: number, ...told: readonly Told[]) {
  const segment_id = randomUUID()
  const received = (minute = 0) => ms('2026-03-01 12:00:00.000') + minute * 60_000
  const events = told.map(({ id, event, properties, minute, user = 'u1' }, segment_index) => ({
    message_id: id,
    source_id: 'shop',
    type: 'track',
    event,
    user_id: user,
    anonymous_id: user === '' ? 'anon' : '',
    group_id: 'acme',
    timestamp: '2026-03-01 09:00:00.000',
    received_at: sqlTime(received(minute)),
    properties: JSON.stringify(properties),
    segment_id,
    segment_index,
  }))
  await insertRows(engine.db.client, 'events', events)
  const minutes = told.map(({ minute }) => received(minute))
  await insertRows(engine.db.client, 'ingest_counts', [
    {
      segment_id,
      source_id: 'shop',
      hour: '2026-03-01 12:00:00',
      received: told.length,
      first_received_at: sqlTime(Math.min(...minutes)),
      last_received_at: sqlTime(Math.max(...minutes)),
      loaded_at: sqlTime(received(loaded)),
    },
  ])
}

const run = (watermark = '') =>
  runJob(ordersJob, {
    db: engine.db,
    now: ms('2026-03-02'),
    run: 1,
    watermark,
    models: { intent: INTENT, journeys: [JOURNEY5] },
  })

async function read<T>(columns: string, table: string): Promise<T[]> {
  const result = await engine.db.client.query({ query: `SELECT ${columns} FROM ${table} FINAL ORDER BY message_id`, format: 'JSONEachRow' })
  return result.json<T>()
}

describe('the orders job', () => {
  test('writes orders, refunds and cancellations with their ids and amounts', async () => {
    await load(
      1,
      { id: 'm1', event: 'Order Completed', properties: { order_id: 'o-1', revenue: 29.33, currency: 'eur' } },
      { id: 'm2', event: 'Order Completed', properties: { orderId: 77, total: '12.50' }, user: '' },
      { id: 'm3', event: 'Order Refunded', properties: { order_id: 'o-1', value: 5 } },
      { id: 'm4', event: 'Order Cancelled', properties: {} },
      { id: 'm5', event: 'Demo Requested', properties: { revenue: 5 } },
    )
    await run()
    const columns =
      'message_id, kind, order_id, node_type, node, account_hint, toString(revenue) AS revenue, currency, toUnixTimestamp64Milli(ordered_at) AS at'
    const common = { account_hint: 'acme', at: ms('2026-03-01 09:00:00.000') }
    expect(await read(columns, 'orders')).toEqual([
      {
        message_id: 'm1',
        kind: 'completed',
        order_id: 'o-1',
        node_type: 'user_id',
        node: 'u1',
        revenue: '29.33',
        currency: 'EUR',
        ...common,
      },
      {
        message_id: 'm2',
        kind: 'completed',
        order_id: '77',
        node_type: 'anonymous_id',
        node: 'anon',
        revenue: '12.5',
        currency: '',
        ...common,
      },
      { message_id: 'm3', kind: 'refunded', order_id: 'o-1', node_type: 'user_id', node: 'u1', revenue: '5', currency: '', ...common },
      { message_id: 'm4', kind: 'cancelled', order_id: 'm4', node_type: 'user_id', node: 'u1', revenue: '0', currency: '', ...common },
    ])
  })

  test('values of a wrong type cost their field only', async () => {
    await load(
      1,
      { id: 'm1', event: 'Order Completed', properties: { order_id: { a: 1 }, revenue: 'much', total: 7, currency: 12 } },
      { id: 'm2', event: 'Order Completed', properties: { order_id: null, revenue: 1e300 } },
      { id: 'm3', event: 'Order Completed', properties: ['no object'] },
      { id: 'm4', event: 'Order Completed', properties: { order_id: ' ', revenue: -3.123456 } },
    )
    await run()
    expect(await read('order_id, toString(revenue) AS revenue, currency', 'orders')).toEqual([
      { order_id: 'm1', revenue: '7', currency: '' },
      { order_id: 'm2', revenue: '0', currency: '' },
      { order_id: 'm3', revenue: '0', currency: '' },
      { order_id: 'm4', revenue: '-3.1234', currency: '' },
    ])
  })

  test('the first copy of a message wins, whichever is loaded first', async () => {
    await load(6, { id: 'm1', event: 'Order Completed', properties: { revenue: 2 }, minute: 5 })
    const { watermark } = await run()
    await load(7, { id: 'm1', event: 'Order Completed', properties: { revenue: 1 }, minute: 0 })
    await load(10, { id: 'm1', event: 'Order Completed', properties: { revenue: 3 }, minute: 9 })
    await run(watermark)
    expect(await read('toString(revenue) AS revenue', 'orders')).toEqual([{ revenue: '1' }])
  })

  test('opportunities tell each step', async () => {
    await load(
      1,
      { id: 'm1', event: 'Opportunity Created', properties: { opportunity_id: 'x', amount: 1000, currency: 'USD', stage: 'discovery' } },
      { id: 'm2', event: 'Opportunity Stage Changed', properties: { opportunityId: 'x', stageName: 'proposal' } },
      { id: 'm3', event: 'Opportunity Won', properties: { id: 9, value: '900' } },
      { id: 'm4', event: 'Opportunity Lost', properties: {} },
    )
    await run()
    expect(await read('opportunity_id AS id, step, stage, toString(amount) AS amount, currency', 'opportunities')).toEqual([
      { id: 'x', step: 'created', stage: 'discovery', amount: '1000', currency: 'USD' },
      { id: 'x', step: 'stage_changed', stage: 'proposal', amount: '0', currency: '' },
      { id: '9', step: 'won', stage: '', amount: '900', currency: '' },
      { id: 'm4', step: 'lost', stage: '', amount: '0', currency: '' },
    ])
  })

  test('nothing new, nothing written; the same again, the same rows', async () => {
    await load(1, { id: 'm1', event: 'Order Completed', properties: { revenue: 2 } })
    const first = await run()
    expect(first.rows).toBe(1)
    expect(await run(first.watermark)).toEqual({ rows: 0, watermark: first.watermark })
    const before = await read('*', 'orders')
    await run()
    expect(await read('*', 'orders')).toEqual(before)
  })
})
