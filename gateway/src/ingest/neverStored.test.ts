/** What is set as never stored of a source, from the request to everything that is kept of it. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { expect, it } from 'vitest'
import type { Database } from '../db/open.ts'
import { createHotSet } from './dedupe.ts'
import { createNeverStored } from './event/neverStored.ts'
import { createLiveFeed } from './live/feed.ts'
import { keptText, memorySpool, RECEIVED_AT, totals } from './receive.fixture.ts'
import { createIngestCounters } from './request/counters.ts'
import { createIngestRoutes } from './routes.ts'

function testEdge(names: readonly string[]) {
  const spool = memorySpool()
  const now = () => RECEIVED_AT
  const live = createLiveFeed({ now })
  const app = new Hono().route(
    '/',
    createIngestRoutes({
      keys: { writeKey: key => ({ sourceId: key, trust: 'browser' }), secretKey: () => null },
      spool,
      hotSet: createHotSet({ now }),
      db: {} as Database,
      counters: createIngestCounters(),
      now,
      randomUUID: () => 'made',
      live,
      neverStored: createNeverStored(source => (source === 'web' ? names : [])),
    }),
  )
  app.onError(error => (error instanceof HTTPException ? error.getResponse() : new Response(String(error), { status: 500 })))
  /** `key`: in the header; null: the request says it elsewhere. */
  const post = async (path: string, body: unknown, key: string | null = 'web') =>
    (
      await app.request(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: key === null ? {} : { authorization: `Basic ${btoa(`${key}:`)}` },
      })
    ).json()
  return { spool, post, listed: () => JSON.stringify(live.since(0, { source: '', outcome: '', text: '' }, 100).entries) }
}

const traits = { ssn: 'SECRET-1', plan: 'team', address: [{ Birth_Day: 'SECRET-2', city: 'Graz' }] }
const event = (messageId: string, more: object = {}) => ({
  type: 'track',
  event: 'Tested',
  userId: 'u',
  messageId,
  properties: traits,
  ...more,
})

it('no member of that name is in a row, in the spool, among the rejected or in the live list; the rest is', async () => {
  const { spool, post, listed } = testEdge(['ssn', 'birthday'])
  const batch = [
    event('right'),
    event('wrong', { event: '', properties: { ...traits, rest: 'kept of it' } }),
    event('large', { properties: { ssn: 'SECRET-3', text: 'x'.repeat(70_000) } }),
    [{ ssn: 'SECRET-4' }],
    { type: 'identify', userId: 'u', messageId: 'person', traits, context: { traits } },
  ]
  expect(await post('/v1/batch', { batch, context: { traits: { ssn: 'SECRET-5', shared: true } } })).toMatchObject({ accepted: 2 })
  expect(await post('/v1/track', event('single'))).toMatchObject({ accepted: 1 })
  expect(totals(spool.frames)).toMatchObject({ received: 6, stored: 3, rejected: 3 })

  const rows = spool.frames.flatMap(({ events }) => events)
  expect(rows.map(row => row.message_id)).toEqual(['right', 'person', 'single'])
  const left = { plan: 'team', address: [{ city: 'Graz' }] }
  expect(JSON.parse(rows[0]?.properties ?? '')).toEqual(left)
  expect(JSON.parse(rows[1]?.traits ?? '')).toMatchObject(left)
  for (const kept of [JSON.stringify(rows), keptText(spool.frames), JSON.stringify(spool.frames.map(frame => frame.rejected)), listed()]) {
    expect(kept).not.toMatch(/SECRET/)
    expect(kept).toMatch(/Graz/)
  }
  expect(keptText(spool.frames)).toContain('kept of it')
})

it('other sources keep all of it', async () => {
  const { spool, post } = testEdge(['ssn'])
  await post('/v1/batch', { batch: [event('other')], note: 'as it came' }, 'shop')
  expect(keptText(spool.frames)).toContain('SECRET-1')
  expect(keptText(spool.frames)).toContain('as it came')
})

it.each([
  ['in the body', '/v1/batch', { writeKey: 'web' }],
  ['in the address', '/v1/batch?writeKey=web', {}],
])('nor is it where the key stands %s, and is found when the body was read', async (_, path, told) => {
  const { spool, post } = testEdge(['ssn', 'birthday'])
  expect(await post(path, { ...told, batch: [event('m')] }, null)).toMatchObject({ accepted: 1 })
  expect(keptText(spool.frames)).toContain('Graz')
  expect(keptText(spool.frames)).not.toContain('SECRET')
})

it.each([
  ['beside the batch', { batch: [event('m', { properties: { a: 'kept' } })], ssn: 'SECRET-6', traits: { ssn: 'SECRET-7' } }],
  [
    'as the first of two',
    '{"batch":[{"type":"track","event":"x","userId":"u","properties":{"ssn":"SECRET-8"},"properties":{"a":"kept"}}]}',
  ],
  ['with a NUL in it', '{"batch":[{"type":"track","event":"x","userId":"u","properties":{"s\\u0000sn":"SECRET-9","a":"kept"}}]}'],
  ['in an event of the wrong shape', { batch: [{ type: 'track', event: { ssn: 'SECRET-10', a: 'kept' }, userId: { ssn: 'SECRET-11' } }] }],
])('a body that holds it %s is not kept as it came', async (_, body) => {
  const { spool, post } = testEdge(['ssn', 'birthday'])
  await post('/v1/batch', body)
  const kept = keptText(spool.frames) + JSON.stringify(spool.frames)
  expect(kept).toContain('kept')
  expect(kept).not.toContain('SECRET')
})
