import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rudderIdentify, segmentBatch } from './peers.fixture.ts'
import { RECEIVED_AT, totals, track } from './receive.fixture.ts'
import { basic, ingestApp } from './routes.fixture.ts'
import { FrameTooLarge } from './spool/frameTooLarge.ts'

describe('routes', () => {
  it.each([
    ['/v1/track', { event: 'X' }, 'track'],
    ['/v1/t', { event: 'X' }, 'track'],
    ['/v1/page', {}, 'page'],
    ['/v1/p', {}, 'page'],
    ['/v1/screen', {}, 'screen'],
    ['/v1/s', {}, 'screen'],
    ['/v1/identify', {}, 'identify'],
    ['/v1/i', {}, 'identify'],
    ['/v1/group', { groupId: 'acme' }, 'group'],
    ['/v1/g', { groupId: 'acme' }, 'group'],
    ['/v1/alias', { previousId: 'old' }, 'alias'],
    ['/v1/a', { previousId: 'old' }, 'alias'],
  ])('%s takes one event, whose type the path tells', async (path, event, type) => {
    const { post, spool } = ingestApp()
    expect(await post(path, { ...event, userId: 'u', writeKey: 'wk_web' })).toMatchObject({ status: 200, body: { accepted: 1 } })
    expect(spool.frames[0]?.events[0]?.type).toBe(type)
  })

  it('/v1/b takes what Segment’s browser SDK batches, /v1/identify what RudderStack sends', async () => {
    const { post, spool } = ingestApp()
    expect(await post('/v1/b', segmentBatch, { 'content-type': 'text/plain' })).toMatchObject({
      status: 200,
      body: { accepted: 4, rejected: [] },
    })
    expect(await post('/v1/identify', rudderIdentify, { ...basic('wk_web:'), anonymousid: 'x' })).toMatchObject({
      status: 200,
      body: { accepted: 1 },
    })
    expect(JSON.stringify(spool.frames)).not.toContain('wk_web')
  })

  it('RudderStack’s header tells when a request left', async () => {
    const { post, spool } = ingestApp()
    await post(
      '/v1/batch',
      { batch: [track('m', { timestamp: '2025-03-01T09:05:00Z' })], writeKey: 'wk_web' },
      { sentat: '2025-03-01T09:05:00Z' },
    )
    expect(spool.frames[0]?.events[0]?.timestamp).toBe(RECEIVED_AT)
  })

  it('one bad event among good ones is named, the good ones are stored', async () => {
    const { post, spool } = ingestApp()
    const { status, body } = await post('/v1/batch', { writeKey: 'wk_web', batch: [track('m1'), track('m2', { event: '' }), track('m3')] })
    expect([status, body]).toEqual([
      200,
      {
        success: true,
        accepted: 2,
        rejected: [
          { index: 1, messageId: 'm2', code: 'too_short', path: '/event', message: 'event must not have fewer than 1 characters' },
        ],
      },
    ])
    expect(totals(spool.frames)).toEqual({ received: 3, stored: 2, deduplicated: 0, rejected: 1, suppressed: 0 })
  })

  it.each([
    ['not JSON', '{"batch": [', 400, 'unreadable_body'],
    ['2 MiB', JSON.stringify({ batch: [track('m', { properties: { x: 'x'.repeat(2 * 1024 * 1024) } })] }), 413, 'body_too_large'],
  ])('a body that is %s is refused with a reason', async (_, body, status, code) => {
    const { post, counters } = ingestApp()
    expect(await post('/v1/batch', body, basic('wk_web:'))).toMatchObject({ status, body: { error: { code } } })
    expect(counters).toMatchObject(status === 400 ? { unreadable: 1 } : { tooLarge: 1 })
  })

  it('other methods are refused', async () => {
    const response = await ingestApp().request('/v1/batch')
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })
})

describe('a request that grows beyond what a segment can hold', () => {
  it('is refused for good, and may be sent again in parts', async () => {
    const { post, spool, counters } = ingestApp()
    spool.hold()
    const answer = post('/v1/batch', { batch: [track('m')], writeKey: 'wk_web' })
    const failing = setInterval(() => spool.fail(new FrameTooLarge('too large')), 1)
    const { status, body } = await answer
    clearInterval(failing)
    expect([status, body.error?.code, counters.tooLarge]).toEqual([413, 'batch_too_large', 1])
    expect(await post('/v1/batch', { batch: [track('m')], writeKey: 'wk_web' })).toMatchObject({ status: 200 })
    expect(totals(spool.frames)).toMatchObject({ received: 1, stored: 1, deduplicated: 0 })
  })
})

describe('any body', () => {
  it('is answered below 500, whatever JSON or text it is', async () => {
    const { request } = ingestApp()
    const path = fc.constantFrom('/v1/batch', '/v1/track', '/v1/alias', '/v1/import', '/v1/g')
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map(value => JSON.stringify({ batch: value, context: value, sentAt: value })),
      fc.array(fc.jsonValue()).map(batch => JSON.stringify({ batch })),
    )
    await fc.assert(
      fc.asyncProperty(path, body, fc.constantFrom('', 'gzip', 'br', 'deflate', 'zstd', 'x'), async (to, text, encoding) => {
        const response = await request(to, { method: 'POST', body: text, headers: { ...basic('wk_web:'), 'content-encoding': encoding } })
        expect(response.status).toBeLessThan(500)
        if (response.status === 200) expect(Object.keys((await response.json()) as object)).toEqual(['success', 'accepted', 'rejected'])
        else expect(await response.json()).toEqual({ error: { code: expect.any(String), message: expect.any(String) } })
      }),
      { numRuns: 300 },
    )
  })

  it('that breaks the disk is the gateway’s own fault: 500 without detail', async () => {
    const { post, spool } = ingestApp()
    spool.hold()
    const answer = post('/v1/batch', { batch: [track('m')], writeKey: 'wk_web' })
    const failing = setInterval(() => spool.fail(new Error('EIO')), 1)
    expect(await answer).toMatchObject({ status: 500, body: { error: { code: 'internal' } } })
    clearInterval(failing)
  })
})

it('no two large bodies are parsed in one turn of the event loop, which would hold back all others', async () => {
  const { request, spool } = ingestApp()
  const loop = { turn: 0, isOver: false }
  const count = () => {
    loop.turn++
    if (!loop.isOver) setImmediate(count)
  }
  setImmediate(count)
  const turns: number[] = []
  const append = spool.append
  spool.append = (frame, accepted) => {
    turns.push(loop.turn)
    return append(frame, accepted)
  }
  const send = async (place: number) => {
    const batch = Array.from({ length: 10 }, (_, n) => track(`m${place}-${n}`, { properties: { text: 'x'.repeat(40_000) } }))
    const headers = { authorization: `Basic ${btoa('wk_web:')}` }
    expect((await request('/v1/batch', { method: 'POST', headers, body: JSON.stringify({ batch }) })).status).toBe(200)
  }
  await Promise.all(Array.from({ length: 20 }, (_, place) => send(place)))
  loop.isOver = true
  expect(new Set(turns).size).toBe(20)
})
