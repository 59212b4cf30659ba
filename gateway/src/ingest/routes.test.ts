import fc from 'fast-check'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import type { Database } from '../db/open.ts'
import { createHotSet } from './dedupe.ts'
import { rudderIdentify, segmentBatch } from './peers.fixture.ts'
import { memorySpool, RECEIVED_AT, totals, track } from './receive.fixture.ts'
import { createIngestCounters } from './request/counters.ts'
import { refuse } from './request/refuse.ts'
import { wrongKeyOf } from './request/source.ts'
import { createIngestRoutes, type IngestDeps } from './routes.ts'
import { FrameTooLarge } from './spool/frameTooLarge.ts'
import { SpoolFull } from './spool/spoolFull.ts'

const KEYS = {
  writeKey: (key: string) =>
    key === 'wk_web'
      ? ({ sourceId: 'web', trust: 'browser' } as const)
      : key === 'wk_srv'
        ? ({ sourceId: 'backend', trust: 'server' } as const)
        : null,
  secretKey: (key: string) =>
    key === 'sk_import'
      ? { name: 'crm', scopes: ['import'] as const }
      : key === 'sk_read'
        ? { name: 'bi', scopes: ['read'] as const }
        : null,
}

/** The routes in an app whose `onError` knows nothing but exceptions, as the gateway mounts them. */
function testApp(more: Pick<IngestDeps, 'isOriginAllowed' | 'guard'> = {}) {
  const spool = memorySpool()
  const counters = createIngestCounters()
  const db: Database = new Proxy({} as Database, {
    get() {
      throw new Error('ingest must not need the warehouse')
    },
  })
  let ids = 0
  const now = () => RECEIVED_AT
  const app = new Hono()
  app.route(
    '/',
    createIngestRoutes({ keys: KEYS, spool, hotSet: createHotSet({ now }), db, counters, now, randomUUID: () => `id-${++ids}`, ...more }),
  )
  app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.json({ error: { code: 'internal' } }, 500)))
  return {
    spool,
    counters,
    async post(path: string, body: unknown, headers: Record<string, string> = {}) {
      const response = await app.request(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers })
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as { error?: { code: string; message: string }; [key: string]: unknown },
      }
    },
    request: app.request,
  }
}

const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(key).toString('base64')}` })

describe('the write key', () => {
  it.each([
    ['in the header', basic('wk_web:'), {}, ''],
    ['in the header without a colon', basic('wk_web'), {}, ''],
    ['in the body', {}, { writeKey: 'wk_web' }, ''],
    ['in the address', {}, {}, '?writeKey=wk_web'],
    ['in the body beside an OAuth token', { authorization: 'Bearer whatever' }, { writeKey: 'wk_web' }, ''],
    ['in the body beside an empty header', basic(':'), { writeKey: 'wk_web' }, ''],
    ['in the header, which wins over the body and the address', basic('wk_web:'), { writeKey: 'nope' }, '?writeKey=nope'],
    ['in the body, which wins over the address', {}, { writeKey: 'wk_web' }, '?writeKey=nope'],
  ])('%s', async (_, headers, more, query) => {
    const { post, spool } = testApp()
    expect(await post(`/v1/batch${query}`, { batch: [track('m')], ...more }, headers)).toMatchObject({
      status: 200,
      body: { success: true, accepted: 1, rejected: [] },
    })
    expect(spool.frames[0]?.events[0]?.source_id).toBe('web')
  })

  it.each([
    ['unknown', basic('nope:'), 401, 'unknown_write_key'],
    ['missing', {}, 401, 'no_write_key'],
    ['garbled', { authorization: 'Basic %%%' }, 401, 'no_write_key'],
    ['a secret key', basic('sk_read:'), 401, 'unknown_write_key'],
    ['a server key from a page', { ...basic('wk_srv:'), origin: 'https://www.acme.com' }, 403, 'server_key_in_browser'],
  ])('%s is refused, stores nothing and is counted apart', async (_, headers, status, code) => {
    const { post, spool, counters } = testApp()
    const { body, ...answer } = await post('/v1/batch', { batch: [track('m')] }, headers as Record<string, string>)
    expect([answer.status, body.error?.code]).toEqual([status, code])
    expect(body.error?.message.length).toBeGreaterThan(40)
    expect(spool.frames).toEqual([])
    expect(counters).toMatchObject(status === 401 ? { unknownKey: 1, answered: 0 } : { refused: 1, answered: 0 })
  })

  it('of a source with a list of pages is refused from others', async () => {
    const { post } = testApp({ isOriginAllowed: (source, origin) => source === 'web' && origin === 'https://www.acme.com' })
    const send = (origin: string) => post('/v1/track', { ...track('m'), writeKey: 'wk_web' }, { origin })
    expect((await send('https://www.acme.com')).status).toBe(200)
    expect(await send('https://evil.test')).toMatchObject({ status: 403, body: { error: { code: 'origin_not_allowed' } } })
  })
})

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
    const { post, spool } = testApp()
    expect(await post(path, { ...event, userId: 'u', writeKey: 'wk_web' })).toMatchObject({ status: 200, body: { accepted: 1 } })
    expect(spool.frames[0]?.events[0]?.type).toBe(type)
  })

  it('/v1/b takes what Segment’s browser SDK batches, /v1/identify what RudderStack sends', async () => {
    const { post, spool } = testApp()
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
    const { post, spool } = testApp()
    await post(
      '/v1/batch',
      { batch: [track('m', { timestamp: '2025-03-01T09:05:00Z' })], writeKey: 'wk_web' },
      { sentat: '2025-03-01T09:05:00Z' },
    )
    expect(spool.frames[0]?.events[0]?.timestamp).toBe(RECEIVED_AT)
  })

  it('one bad event among good ones is named, the good ones are stored', async () => {
    const { post, spool } = testApp()
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
    const { post, counters } = testApp()
    expect(await post('/v1/batch', body, basic('wk_web:'))).toMatchObject({ status, body: { error: { code } } })
    expect(counters).toMatchObject(status === 400 ? { unreadable: 1 } : { tooLarge: 1 })
  })

  it('other methods are refused', async () => {
    const response = await testApp().request('/v1/batch')
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })

  it('the user agent is the visitor’s only where a browser sends it', async () => {
    const { post, spool } = testApp()
    const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36'
    await post('/v1/track', track('m1'), { ...basic('wk_web:'), 'user-agent': chrome })
    await post('/v1/track', track('m2'), { ...basic('wk_web:'), 'user-agent': 'node' })
    await post('/v1/track', track('m3'), { ...basic('wk_srv:'), 'user-agent': chrome })
    expect(spool.frames.flatMap(({ events }) => events.map(({ is_bot }) => is_bot))).toEqual([1, 0, 0])
  })
})

describe('client hints in the headers', () => {
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
  const hints = {
    'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24", "Brave";v="140"',
    'sec-ch-ua-platform': '"Android"',
    'sec-ch-ua-mobile': '?1',
  }
  const brave = { browser: 'Brave', os: 'Android', device: 'mobile' }
  const chrome = { browser: 'Chrome', os: 'Linux', device: 'desktop' }
  const ownHints = { userAgentData: { brands: [{ brand: 'Vivaldi', version: '7' }], platform: 'Windows', mobile: false } }

  it.each([
    ['of a page', 'wk_web', agent, {}, brave],
    ['of a page whose event names the same browser', 'wk_web', agent, { userAgent: agent }, brave],
    ['of a page whose event has hints of its own', 'wk_web', agent, ownHints, { browser: 'Vivaldi', os: 'Windows', device: 'desktop' }],
    [
      'of somebody who tells of another’s browser',
      'wk_web',
      agent,
      { userAgent: `${agent} Edg/140.0.0.0` },
      { ...chrome, browser: 'Edge' },
    ],
    ['of a server', 'wk_srv', agent, { userAgent: agent }, chrome],
    ['of a library with a public key', 'wk_web', 'node', { userAgent: agent }, chrome],
  ])('%s', async (_, key, userAgent, context, expected) => {
    // Read from its bytes, and parsed: without a message id.
    for (const one of [track('m', { context }), { ...track('m', { context }), messageId: undefined }]) {
      const { post, spool } = testApp()
      await post('/v1/batch', { batch: [one] }, { authorization: `Basic ${btoa(`${key}:`)}`, 'user-agent': userAgent, ...hints })
      expect(spool.frames.flatMap(({ events }) => events)).toMatchObject([expected])
    }
  })
})

describe('an address that sent too much', () => {
  const tooMuch = () => {
    throw refuse(429, 'rate_limited', 'Nothing of this request was stored.')
  }
  const guard = { knocking: () => undefined, arriving: tooMuch, taking: () => undefined, refused: () => undefined, cookie: () => null }
  const basic = (key: string) => ({ authorization: `Basic ${btoa(`${key}:`)}` })

  it.each([
    ['a page', '/v1/batch', basic('wk_web'), {}, 429],
    ['who names no key before the body', '/v1/batch', {}, { writeKey: 'wk_srv' }, 429],
    ['a server with its key', '/v1/batch', basic('wk_srv'), {}, 200],
    ['an import with a secret key', '/v1/import', { authorization: 'Bearer sk_import' }, { source: 'crm' }, 200],
    ['an import with a public key', '/v1/import', basic('wk_web'), {}, 429],
  ])('%s is answered by its key', async (_, path, headers, more, status) => {
    const { post } = testApp({ guard })
    expect((await post(path, { batch: [track('m1')], ...more }, headers)).status).toBe(status)
  })
})

describe('an address that tried too many wrong keys', () => {
  const guard = {
    knocking: () => {
      throw refuse(429, 'rate_limited', 'Nothing of this request was stored.')
    },
    arriving: () => undefined,
    taking: () => undefined,
    refused: () => undefined,
    cookie: () => null,
  }

  it.each([
    ['an unknown key', '/v1/batch', basic('wk_none')],
    ['the key of a server', '/v1/batch', basic('wk_srv')],
    ['an unknown secret key', '/v1/import', { authorization: 'Bearer sk_none' }],
    ['a secret key', '/v1/import', { authorization: 'Bearer sk_import' }],
    ['no key', '/v1/t', {}],
  ])('is not told whether there is %s', async (_, path, headers: Record<string, string>) => {
    expect((await testApp({ guard }).post(path, { batch: [track('m1')], source: 'crm' }, headers)).status).toBe(429)
  })
})

it('the guard is told which key was wrong, wherever it stood, and of none where none was brought', async () => {
  const told: (string | null)[] = []
  const pass = () => undefined
  const guard = {
    knocking: pass,
    arriving: pass,
    taking: pass,
    refused: (c: Context) => void told.push(wrongKeyOf(c.error)),
    cookie: () => null,
  }
  const { post } = testApp({ guard })
  const batch = [track('m1')]
  await post('/v1/batch', { batch }, basic('wk_header'))
  await post('/v1/batch', { batch, writeKey: 'wk_body' })
  await post('/v1/batch?writeKey=wk_query', { batch })
  await post('/v1/import', { batch, source: 'crm' }, { authorization: 'Bearer sk_none' })
  await post('/v1/batch', { batch })
  await post('/v1/batch', 'unreadable', basic('wk_web'))
  expect(told).toEqual(['wk_header', 'wk_body', 'wk_query', 'sk_none', null, null])
})

describe('imports', () => {
  const old = { ...track('m'), timestamp: '1997-01-01T00:00:00Z', sentAt: '2020-01-01T00:00:00Z' }

  it('with a write key keep their times', async () => {
    const { post, spool } = testApp()
    await post('/v1/import', { batch: [old] }, basic('wk_srv:'))
    expect(spool.frames[0]?.events[0]).toMatchObject({
      source_id: 'backend',
      trust: 'server',
      timestamp: Date.UTC(1997, 0, 1),
      clock_offset_ms: 0,
    })
  })

  it('with a public key are ordinary events: their times are corrected by the clock that sent them', async () => {
    const { post, spool } = testApp()
    await post('/v1/import', { batch: [old] }, { ...basic('wk_web:'), origin: 'https://a.test' })
    expect(spool.frames[0]?.events[0]).toMatchObject({
      trust: 'browser',
      timestamp: Date.UTC(1997, 0, 1) + RECEIVED_AT - Date.UTC(2020, 0, 1),
    })
  })

  it.each([
    ['a server key', basic('wk_srv:')],
    ['a public key', basic('wk_web:')],
    ['a secret key', { authorization: 'Bearer sk_import' }],
  ])('with %s do not come from the future', async (_, headers) => {
    const { post, spool } = testApp()
    const batch = [track('m', { timestamp: '2090-01-01T00:00:00Z' }), track('n', { timestamp: new Date(RECEIVED_AT + 60_000) })]
    await post('/v1/import', { batch, source: 'crm' }, headers)
    expect(spool.frames[0]?.events).toMatchObject([
      { timestamp: RECEIVED_AT + 300_000, original_timestamp: Date.UTC(2090, 0, 1) },
      { timestamp: RECEIVED_AT + 60_000 },
    ])
  })

  it('with a secret key name their source', async () => {
    const { post, spool } = testApp()
    expect(await post('/v1/import', { batch: [old], source: 'cdnow' }, { authorization: 'Bearer sk_import' })).toMatchObject({
      status: 200,
    })
    expect(spool.frames[0]?.events[0]).toMatchObject({ source_id: 'cdnow', trust: 'server', timestamp: Date.UTC(1997, 0, 1) })
  })

  it.each([
    ['an unknown secret key', 'nope', {}, 401, 'unauthorized'],
    ['a key without the scope', 'sk_read', {}, 403, 'missing_scope'],
    ['a secret key in a page', 'sk_import', { origin: 'https://a.test' }, 403, 'secret_key_in_browser'],
  ])('refuse %s', async (_, key, headers, status, code) => {
    const { post, spool } = testApp()
    expect(await post('/v1/import', { batch: [old], source: 'x' }, { authorization: `Bearer ${key}`, ...headers })).toMatchObject({
      status,
      body: { error: { code } },
    })
    expect(spool.frames).toEqual([])
  })

  it.each([[undefined], [''], [7], ['a\0b'], ['../x']])('refuse a source named %j', async source => {
    expect(await testApp().post('/v1/import', { batch: [old], source }, { authorization: 'Bearer sk_import' })).toMatchObject({
      status: 400,
      body: { error: { code: 'no_source' } },
    })
  })
})

describe('pages of other origins', () => {
  const origin = 'https://www.acme.com'

  it('may ask first: origin and wanted headers are reflected', async () => {
    const response = await testApp().request('/v1/t', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,x-retry-count' },
    })
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'authorization,x-retry-count',
      'access-control-allow-methods': 'GET,POST,OPTIONS',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '86400',
      vary: 'Origin, Access-Control-Request-Headers',
    })
  })

  it.each([
    ['a reply', { batch: [], writeKey: 'wk_web' }, 200],
    ['an unknown key', { batch: [], writeKey: 'nope' }, 401],
    ['a server key', { batch: [], writeKey: 'wk_srv' }, 403],
    ['an unreadable body', '{', 400],
    ['a body that is too large', 'x'.repeat(1024 * 1024 + 1), 413],
  ])('may read %s', async (_, body, status) => {
    const answer = await testApp().post('/v1/batch', body, { origin })
    expect([answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')]).toEqual([
      status,
      origin,
      'Origin',
    ])
  })

  it('may read when to come back', async () => {
    const { post, spool, counters } = testApp()
    spool.hold()
    const answer = post('/v1/batch', { batch: [track('m')], writeKey: 'wk_web' }, { origin })
    const failing = setInterval(() => spool.fail(new SpoolFull('full', 4.2)), 1)
    const { status, headers, body } = await answer
    clearInterval(failing)
    expect(status).toBe(429)
    expect(headers.get('retry-after')).toBe('5')
    expect(headers.get('access-control-expose-headers')).toBe('Retry-After')
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect(body.error?.code).toBe('overloaded')
    expect(counters).toMatchObject({ overloaded: 1, answered: 0 })
    expect(await post('/v1/batch', { batch: [track('m')], writeKey: 'wk_web' })).toMatchObject({ status: 200 })
  })
})

describe('a request that grows beyond what a segment can hold', () => {
  it('is refused for good, and may be sent again in parts', async () => {
    const { post, spool, counters } = testApp()
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
    const { request } = testApp()
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
    const { post, spool } = testApp()
    spool.hold()
    const answer = post('/v1/batch', { batch: [track('m')], writeKey: 'wk_web' })
    const failing = setInterval(() => spool.fail(new Error('EIO')), 1)
    expect(await answer).toMatchObject({ status: 500, body: { error: { code: 'internal' } } })
    clearInterval(failing)
  })
})

it('no two large bodies are parsed in one turn of the event loop, which would hold back all others', async () => {
  const { request, spool } = testApp()
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
