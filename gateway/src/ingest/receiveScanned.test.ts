import fc from 'fast-check'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import type { Database } from '../db/open.ts'
import { createHotSet } from './dedupe.ts'
import { createLiveFeed } from './live/feed.ts'
import { memorySpool, RECEIVED_AT, track } from './receive.fixture.ts'
import { createIngestCounters } from './request/counters.ts'
import { PASSING } from './request/guard.fixture.ts'
import type { EdgeGuard } from './request/guard.ts'
import { createIngestRoutes, type IngestDeps } from './routes.ts'
import { SpoolFull } from './spool/spoolFull.ts'

/** An edge that scans what is usual, or one that parses everything because it must ask of each event who did it. */
function testEdge({ isScanning, ...more }: { isScanning: boolean } & Pick<IngestDeps, 'checkPlan' | 'needsLook' | 'guard' | 'life'>) {
  const spool = memorySpool()
  const conflicts: number[] = []
  const now = () => RECEIVED_AT
  const live = createLiveFeed({ now })
  const app = new Hono()
  app.route(
    '/',
    createIngestRoutes({
      keys: { writeKey: key => (key === 'wk' ? { sourceId: 'web', trust: 'browser' } : null), secretKey: () => null },
      spool,
      hotSet: createHotSet({ now, onConflict: (_, times) => void conflicts.push(times) }),
      db: {} as Database,
      counters: createIngestCounters(),
      now,
      randomUUID: () => 'made',
      live,
      ...(isScanning ? {} : { isSuppressed: () => false }),
      ...more,
    }),
  )
  app.onError(error => (error instanceof HTTPException ? error.getResponse() : new Response(String(error), { status: 500 })))
  async function post(path: string, body: string, headers: Record<string, string> = {}) {
    const response = await app.request(path, { method: 'POST', body, headers: { authorization: `Basic ${btoa('wk:')}`, ...headers } })
    return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
  }
  const listed = () => live.since(0, { source: '', outcome: '', text: '' }, 1000).entries
  return { spool, conflicts, post, listed }
}

const id = fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6')
const one = fc.record({
  id,
  event: fc.constantFrom('Tested', 'Other'),
  text: fc.constantFrom('plain', 'ü “x”', 'a\nb', '\u0001', '\ud800'),
  more: fc.constantFrom(
    {},
    {},
    {},
    { context: { page: { url: 'https://a.test/x', title: null } } },
    { type: 'nope' },
    { context: { ip: '203.0.113.9' } },
  ),
})
const aRequest = fc.record({
  events: fc.array(one, { minLength: 1, maxLength: 3 }),
  context: fc.constantFrom(undefined, undefined, { locale: 'de' }),
  isSingle: fc.boolean(),
})

describe('requests that are scanned', () => {
  it('are answered, kept, counted and shown as if they were parsed, copies and conflicts included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aRequest, { maxLength: 8 }), async requests => {
        const [scanning, parsing] = [testEdge({ isScanning: true }), testEdge({ isScanning: false })]
        for (const { events, context, isSingle } of requests) {
          const batch = events.map(({ id: messageId, event, text, more }) => track(messageId, { event, properties: { text }, ...more }))
          const body = JSON.stringify(isSingle ? batch[0] : { batch, context, sentAt: '2026-03-01T09:05:00.000Z' })
          const path = isSingle ? '/v1/track' : '/v1/batch'
          const headers = isSingle ? { sentat: '2026-03-01T09:04:59.000Z', 'user-agent': 'Mozilla/5.0 (X)' } : {}
          expect(await scanning.post(path, body, headers)).toEqual(await parsing.post(path, body, headers))
        }
        const framesOf = ({ spool }: typeof scanning) =>
          spool.frames.map(({ request, rejected, counts }) => ({ request, rejected, counts }))
        expect(framesOf(scanning)).toEqual(framesOf(parsing))
        expect(scanning.conflicts).toEqual(parsing.conflicts)
        expect(scanning.listed()).toEqual(parsing.listed())
      }),
      { numRuns: 100 },
    )
  })

  it('give their ids back when they could not be kept, and are taken when they come again', async () => {
    const { spool, post } = testEdge({ isScanning: true })
    const body = JSON.stringify({ batch: [track('m1'), track('m2')] })
    spool.hold()
    const first = post('/v1/batch', body)
    await new Promise(done => setImmediate(done))
    spool.fail(new SpoolFull('the disk is full', 7))
    expect((await first).status).toBe(429)
    expect(await post('/v1/batch', body)).toMatchObject({ status: 200, text: '{"success":true,"accepted":2,"rejected":[]}' })
    expect(spool.frames.map(({ events }) => events.map(({ message_id }) => message_id))).toEqual([['m1', 'm2']])
  })

  it('wait for the one that is on its way with the same ids, and are copies once it landed', async () => {
    const { spool, post } = testEdge({ isScanning: true })
    const body = (...ids: string[]) => JSON.stringify({ batch: ids.map(one => track(one)) })
    spool.hold()
    const answers = [post('/v1/batch', body('m1', 'm2')), post('/v1/batch', body('m2', 'm3'))]
    await new Promise(done => setImmediate(done))
    spool.release()
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200 })
    const frames = spool.frames.map(({ events, counts }) => [events.map(({ message_id }) => message_id), counts[0]?.deduplicated])
    expect(frames).toEqual([
      [['m1', 'm2'], 0],
      [['m3'], 0],
      [[], 1],
    ])
  })
})

describe.each([
  ['in a header', {}, {}],
  ['in the body, where it is found after the scan', { authorization: '' }, { writeKey: 'wk' }],
])('a plan that may refuse events, with the key %s,', (_, headers, told) => {
  const flaw = { code: 'unplanned_event', path: '/event', message: 'is not planned' } as const
  const checkPlan = () => ({ flaw, raw: '{}' })
  const body = JSON.stringify({ ...told, batch: [track('m1')] })

  it.each<[string, number, Pick<IngestDeps, 'needsLook'>]>([
    ['sees them where it decides', 0, { needsLook: source => source === 'web' }],
    ['sees them where nobody says whether it decides', 0, {}],
    ['costs nothing where it does not decide', 1, { needsLook: () => false }],
  ])('%s', async (_, stored, more) => {
    const { post, spool } = testEdge({ isScanning: true, checkPlan, ...more })
    expect(await post('/v1/batch', body, headers)).toMatchObject({ status: 200 })
    expect(spool.frames.flatMap(({ rejected }) => rejected)).toHaveLength(1 - stored)
    expect(spool.frames.reduce((sum, { request }) => sum + (request?.events ?? 0), 0)).toBe(stored)
  })
})

it('a request is charged once, also when a copy in it sends it back to the parser', async () => {
  const charged: number[] = []
  const guard: EdgeGuard = { ...PASSING, taking: (_, __, events) => void charged.push(events) }
  const { post } = testEdge({ isScanning: true, guard })
  await post('/v1/batch', JSON.stringify({ batch: [track('m1')] }))
  await post('/v1/batch', JSON.stringify({ batch: [track('m1'), track('m2')] }))
  await post('/v1/batch', JSON.stringify({ batch: [track('m3'), { type: 'nope' }] }))
  expect(charged).toEqual([1, 2, 2])
})

it('a request that was scanned names the life that scanned it, and none that was parsed does', async () => {
  const { spool, post } = testEdge({ isScanning: true, life: 'life-1' })
  await post('/v1/batch', JSON.stringify({ batch: [track('m1')] }))
  // The same again beside another, and one that is read otherwise than it is written.
  await post('/v1/batch', JSON.stringify({ batch: [track('m1'), track('m2')] }))
  await post('/v1/batch', JSON.stringify({ batch: [track('m3', { userId: ' u ' })] }))
  expect(spool.frames.map(({ request }) => request?.facts.scannedIn)).toEqual(['life-1', undefined, undefined])
})
