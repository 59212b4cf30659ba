import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EdgeGuard } from '../ingest/request/guard.ts'
import { sourceOfWriteKey } from '../ingest/request/source.ts'
import type { Source } from '../keys/ring.ts'
import type { SourceSettings } from '../keys/settings.ts'
import { createEdge, type Edge } from './edge.ts'
import { parseProxies } from './proxies.ts'

const NOW = Date.UTC(2026, 2, 1)
const ADDRESS = { rate: 10, burst: 2_500 }
const SOURCES: { readonly [id: string]: Source } = {
  web: { sourceId: 'web', trust: 'browser' },
  backend: { sourceId: 'backend', trust: 'server' },
  slow: { sourceId: 'slow', trust: 'server' },
  full: { sourceId: 'full', trust: 'browser' },
  other: { sourceId: 'other', trust: 'browser' },
}
const SET: { readonly [id: string]: Partial<SourceSettings> } = {
  slow: { events_per_second: 20 },
  full: { events_per_second: 1 },
  shop: { origins: ['https://shop.acme.com'], events_per_second: 0 },
}

interface Ask {
  readonly from?: string
  readonly source?: string
  readonly events?: number
  /** Answered with this error instead. */
  readonly fail?: number
  /** Brought as the write key, instead of that of a source. */
  readonly key?: string
}

/** An edge behind a listening server, with a trusted proxy that is this machine. */
function openWorld() {
  const clock = { at: NOW }
  const edge: Edge = createEdge({
    config: {
      allowedOrigins: [{ source: 'docs', origins: ['https://*.acme.com'] }],
      proxies: parseProxies('loopback').trust,
      addressRate: ADDRESS.rate,
      sourceRate: 1_000,
    },
    settings: {
      of: id => (SET[id] === undefined ? null : ({ source_id: id, origins: [], first_party_id: 0, ...SET[id] } as SourceSettings)),
    },
    now: () => clock.at,
    seed: 4711,
  })
  const app = routesWith(edge.guard)
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const ask = async ({ from, source = 'web', events = 1, fail, key }: Ask) => {
    const { port } = server.address() as AddressInfo
    const query = new URLSearchParams({
      source,
      events: String(events),
      ...(fail === undefined ? {} : { fail: String(fail) }),
      ...(key === undefined ? {} : { key }),
    })
    const answer = await fetch(`http://127.0.0.1:${port}/?${query}`, {
      method: 'POST',
      headers: from === undefined ? {} : { 'x-forwarded-for': from },
    })
    const { error } = (await answer.json()) as { error?: { code: string; message: string } }
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), message: error?.message ?? '' }
  }
  return { edge, clock, server, ask }
}

function routesWith(guard: EdgeGuard): Hono {
  const app = new Hono()
  app.use('/', async (c, next) => {
    await next()
    if (c.error !== undefined) guard.refused(c)
  })
  app.post('/', async c => {
    guard.knocking(c)
    // As the routes do for a key in a header that is wrong, or a server's.
    const key = c.req.query('key')
    if (key !== undefined) sourceOfWriteKey(key, c.req, { keys: { writeKey: () => null, secretKey: () => null } })
    if (c.req.query('fail') !== '401' && c.req.query('source') !== 'backend') guard.arriving(c)
    const { source = '', events = '1', fail } = c.req.query()
    if (fail !== undefined) throw Object.assign(new Error('unreadable'), { getResponse: () => c.json({}, Number(fail) as 400) })
    const known = SOURCES[source]
    if (known === undefined) throw new Error('no source')
    guard.taking(c, known, Number(events))
    return c.json({})
  })
  return app
}

describe('limits', () => {
  let world: ReturnType<typeof openWorld>
  beforeAll(async () => {
    world = openWorld()
    world.server.listen(0, '127.0.0.1')
    await once(world.server, 'listening')
  })
  afterAll(() => {
    world.server.closeAllConnections()
    world.server.close()
  })

  it('an address that sent too much waits for whole seconds; others, and the same one later, do not', async () => {
    const { ask, clock } = world
    expect((await ask({ from: '203.0.113.7', events: ADDRESS.burst + 15 })).status).toBe(200)
    const refused = await ask({ from: '203.0.113.7' })
    expect(refused).toMatchObject({
      status: 429,
      retryAfter: '2',
      message: expect.stringMatching(/Nothing of this request was stored.*Send it again in 2 s/),
    })
    expect((await ask({ from: '203.0.113.8' })).status).toBe(200)
    clock.at += 2_000
    expect((await ask({ from: '203.0.113.7' })).status).toBe(200)
  })

  it('an IPv6 subscriber is one address, however many it has', async () => {
    const { ask } = world
    await ask({ from: '2001:db8:5:5::1', events: 3_000 })
    expect((await ask({ from: '2001:db8:5:5:dead:beef::9' })).status).toBe(429)
    expect((await ask({ from: '2001:db8:5:6::1' })).status).toBe(200)
  })

  it('requests that bring nothing cost more than events', async () => {
    const { ask, edge } = world
    const before = edge.refusals.counts.addresses()
    const statuses: number[] = []
    for (let n = 0; n < 60; n++) statuses.push((await ask({ from: '198.51.100.9', fail: 400 })).status)
    expect(statuses.slice(0, 50)).toEqual(Array(50).fill(400))
    expect(statuses.slice(50)).toEqual(Array(10).fill(429))
    expect(edge.refusals.counts.addresses() - before).toBe(10)
  })

  it('keys that are refused cost little: the SDKs repeat them, and others share their address', async () => {
    const { ask } = world
    for (let n = 0; n < 60; n++) for (const fail of [401, 403]) expect((await ask({ from: '198.51.100.10', fail })).status).toBe(fail)
    expect((await ask({ from: '198.51.100.10' })).status).toBe(200)
  })

  it('an address that tried a thousand wrong keys waits, also with a right one, which it might have found; nobody else does', async () => {
    const { ask, clock, edge } = world
    const from = '198.51.100.12'
    let tried = 0
    const guess = () => ask({ from, key: `wk_guess_${++tried}` })
    for (let n = 0; n < 1_000; n += 50) await Promise.all(Array.from({ length: 50 }, guess))
    const before = edge.refusals.counts.addresses()
    const wrongKeys = { status: 429, retryAfter: '1', message: expect.stringContaining('too many wrong keys') }
    expect(await guess()).toMatchObject(wrongKeys)
    expect(await ask({ from, source: 'backend' })).toMatchObject(wrongKeys)
    expect(edge.refusals.counts.addresses() - before).toBe(2)
    expect((await ask({ from: '198.51.100.13', source: 'backend' })).status).toBe(200)
    clock.at += 1_000
    const later: number[] = []
    for (let n = 0; n < 22; n++) later.push((await guess()).status)
    expect(later).toEqual([...Array(20).fill(401), 429, 429])
    clock.at += 50_000
    expect((await ask({ from, source: 'backend' })).status).toBe(200)
  })

  it('pages with one old key, or with none, shut nobody out who sends from behind the same address', async () => {
    const { ask } = world
    const from = '198.51.100.14'
    for (let n = 0; n < 2_200; n += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, place) => ask({ from, ...(place % 2 === 0 ? { key: 'wk_rotated' } : { fail: 401 }) })),
      )
    expect((await ask({ from, key: 'wk_rotated' })).status).toBe(401)
    expect((await ask({ from, source: 'backend' })).status).toBe(200)
  })

  it('an address pays for asking when its source is at the limit', async () => {
    const { ask } = world
    const from = '198.51.100.11'
    await ask({ source: 'full', events: 3_000 })
    await ask({ from, source: 'other', events: ADDRESS.burst - 2 })
    const answers = [await ask({ from, source: 'full' }), await ask({ from, source: 'full' }), await ask({ from, source: 'full' })]
    expect(answers.map(({ message }) => /its address|source “full”/.exec(message)?.[0])).toEqual([
      'source “full”',
      'source “full”',
      'its address',
    ])
  })

  it('a network of one’s own, servers with their key and imports are not limited by address', async () => {
    const { ask } = world
    for (let n = 0; n < 3; n++) {
      expect((await ask({ events: 2_500, source: 'backend' })).status).toBe(200)
      expect((await ask({ from: '10.1.2.3', events: 2_500, source: 'backend' })).status).toBe(200)
      expect((await ask({ from: '198.51.100.77', events: 2_500, source: 'backend' })).status).toBe(200)
    }
  })

  it('a source may send what was set for it, with a server key too, and a public one what the gateway says', async () => {
    const { ask, edge } = world
    expect((await ask({ source: 'slow', events: 2_519 })).status).toBe(200)
    expect(await ask({ source: 'slow' })).toMatchObject({
      status: 429,
      retryAfter: '1',
      message: expect.stringContaining('“slow” may send 20 events'),
    })
    await ask({ source: 'web', events: 20_000 })
    expect((await ask({ source: 'web' })).status).toBe(429)
    expect(edge.refusals.ofSource('slow').byRate).toBe(1)
    expect(edge.refusals.ofSource('web').byRate).toBe(1)
  })
})

describe('pages', () => {
  it('may send where the environment or the console lists them, and those that may not are counted and named', () => {
    const { edge } = openWorld()
    const may = (source: string, origin: string) => edge.isOriginAllowed(source, origin)
    expect([may('docs', 'https://a.acme.com'), may('shop', 'https://shop.acme.com'), may('other', 'https://any.test')]).toEqual([
      true,
      true,
      true,
    ])
    expect([may('docs', 'https://evil.test'), may('shop', 'https://evil.test'), may('shop', 'https://evil.test')]).toEqual([
      false,
      false,
      false,
    ])
    for (let n = 0; n < 100; n++) may('shop', `https://n${n}.test${'x'.repeat(500)}`)
    expect(edge.refusals.ofSource('docs')).toMatchObject({ byOrigin: 1, origins: [{ origin: 'https://evil.test', times: 1, lastAt: NOW }] })
    const { byOrigin, origins } = edge.refusals.ofSource('shop')
    expect([byOrigin, origins.length]).toEqual([102, 20])
    expect(origins[0]?.origin).toMatch(/^https:\/\/n99\.testx{150,}$/)
    expect(Math.max(...origins.map(({ origin }) => origin.length))).toBe(200)
  })
})
