import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../db/open.ts'
import { createHotSet } from '../dedupe.ts'
import { memorySpool, RECEIVED_AT, track } from '../receive.fixture.ts'
import { createIngestCounters } from '../request/counters.ts'
import { createIngestRoutes } from '../routes.ts'
import { SpoolFull } from '../spool/spoolFull.ts'
import { createLiveFeed } from './feed.ts'

/** Ingest routes with a feed, as the gateway mounts them. */
function testApp() {
  const spool = memorySpool()
  const now = () => RECEIVED_AT
  const live = createLiveFeed({ now })
  let ids = 0
  const app = new Hono()
  app.route(
    '/',
    createIngestRoutes({
      keys: { writeKey: key => (key === 'wk_web' ? { sourceId: 'web', trust: 'browser' } : null), secretKey: () => null },
      spool,
      hotSet: createHotSet({ now }),
      db: {} as Database,
      counters: createIngestCounters(),
      now,
      randomUUID: () => `id-${++ids}`,
      isOriginAllowed: (_, origin) => origin !== 'https://evil.test',
      isSuppressed: ({ userId }) => userId === 'gone',
      live,
    }),
  )
  app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.json({}, 500)))
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    app.request('/v1/batch?writeKey=wk_web', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers })
  const told = () => live.since(0, { source: '', outcome: '', text: '' }, 100).entries
  return { spool, app, post, told }
}

describe('what the feed is told by the ingest routes', () => {
  it('is nothing before the events are durable', async () => {
    const { spool, post, told } = testApp()
    spool.hold()
    const answer = post({ batch: [track('m1'), track('m1'), track('m2', { event: '' }), track('m3', { userId: 'gone' })] })
    await new Promise(done => setImmediate(done))
    expect(told()).toEqual([])
    spool.release()
    expect((await answer).status).toBe(200)
    expect(told().map(({ outcome, messageId }) => [outcome, messageId])).toEqual([
      ['stored', 'm1'],
      ['rejected', 'm2'],
      ['deduplicated', 'm1'],
      ['suppressed', ''],
    ])
  })

  it('is a refusal, and no event, where they could not be stored', async () => {
    const { spool, post, told } = testApp()
    spool.hold()
    const answer = post({ batch: [track('m1'), track('m1'), track('m2', { event: '' })] })
    await new Promise(done => setImmediate(done))
    spool.fail(new SpoolFull('the disk is full', 7))
    expect((await answer).status).toBe(429)
    expect(told()).toMatchObject([{ outcome: 'refused', source: 'web', type: '/v1/batch', trouble: { code: 'overloaded', status: 429 } }])
  })

  it('is a copy of an event in flight once that is durable', async () => {
    const { spool, post, told } = testApp()
    spool.hold()
    const both = [post({ batch: [track('m1')] }), post({ batch: [track('m1')] })]
    await new Promise(done => setImmediate(done))
    spool.release()
    await Promise.all(both)
    await post({ batch: [track('m1')] })
    expect(told().map(({ outcome }) => outcome)).toEqual(['stored', 'deduplicated', 'deduplicated'])
  })

  it.each<[string, unknown, Record<string, string>, number, string]>([
    ['an unknown key', { batch: [] }, { authorization: `Basic ${btoa('wk_other:')}` }, 401, 'unknown_write_key'],
    ['a page that is not listed', { batch: [] }, { origin: 'https://evil.test' }, 403, 'origin_not_allowed'],
    ['a body that is no JSON', '{', {}, 400, 'unreadable_body'],
    ['too many events', { batch: Array.from({ length: 2501 }, () => 1) }, {}, 413, 'batch_too_large'],
    ['an encoding that is not known', 'x', { 'content-encoding': 'rot13' }, 415, 'unsupported_encoding'],
  ])('is why a request with %s was refused, without its key', async (_, body, headers, status, code) => {
    const { post, told } = testApp()
    expect((await post(body, headers)).status).toBe(status)
    expect(told()).toMatchObject([{ outcome: 'refused', type: '/v1/batch', url: headers.origin ?? '', trouble: { code, status } }])
    expect(told()[0]?.trouble?.message.length).toBeGreaterThan(30)
    expect(JSON.stringify(told())).not.toMatch(/wk_(?:web|other)/)
  })

  it('is a wrong method too, but not a preflight', async () => {
    const { app, told } = testApp()
    await app.request('/v1/track', { method: 'OPTIONS', headers: { origin: 'https://acme.test' } })
    expect(told()).toEqual([])
    await app.request('/v1/track')
    expect(told()).toMatchObject([{ outcome: 'refused', type: '/v1/track', trouble: { code: 'method_not_allowed', status: 405 } }])
  })
})
