import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { createHotSet } from './dedupe.ts'
import { createLoader } from './load/loader.ts'
import { RECEIVED_AT, track } from './receive.fixture.ts'
import { createIngestCounters } from './request/counters.ts'
import { rejectedList } from './request/rejectedList.ts'
import { createIngestRoutes } from './routes.ts'
import { openSpool } from './spool/spool.ts'

/** The edge as it runs: a socket, a spool on disk, the engine behind it. */
async function openEdge() {
  const database: TestDatabase = await testDatabase()
  const dir = await mkdtemp(join(tmpdir(), 'waymark-edge-'))
  const spool = await openSpool({ dir, instance: 'test', now: () => RECEIVED_AT, randomUUID })
  const loader = createLoader({ spool, db: database.db, now: () => RECEIVED_AT, log: { warn: () => undefined } })
  const app = createIngestRoutes({
    keys: {
      writeKey: key => (key === 'wk_web' ? { sourceId: 'web', trust: 'browser' } : null),
      secretKey: key =>
        key === 'sk_read' ? { name: 'bi', scopes: ['read'] } : key === 'sk_import' ? { name: 'crm', scopes: ['import'] } : null,
    },
    spool,
    hotSet: createHotSet({ now: () => RECEIVED_AT }),
    db: database.db,
    counters: createIngestCounters(),
    now: () => RECEIVED_AT,
    randomUUID,
  })
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    db: database.db,
    loader,
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      server.close()
      await spool.close()
      await loader.stop()
      await database.close()
      await rm(dir, { recursive: true })
    },
  }
}

const shared: { edge?: Awaited<ReturnType<typeof openEdge>> } = {}
const edge = () => {
  if (shared.edge === undefined) throw new Error('the edge is not open')
  return shared.edge
}
beforeAll(async () => {
  shared.edge = await openEdge()
})
afterAll(() => shared.edge?.close())

const url = (path: string) => `http://127.0.0.1:${edge().port}${path}`

/** Sends a body in pieces without announcing its length, and reads the answer only once all of it is on its way. */
function sendChunked(pieces: readonly Buffer[]): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest({ port: edge().port, host: '127.0.0.1', path: '/v1/batch', method: 'POST' }, response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() }))
    })
    sending.on('error', reject)
    for (const piece of pieces) sending.write(piece)
    sending.end()
  })
}

describe('a client that sends too much', () => {
  it.each([2, 8, 20])('of %i MiB reads why, instead of losing its connection', async mebibytes => {
    const body = JSON.stringify({ batch: [track('m', { properties: { x: 'x'.repeat(mebibytes * 1024 * 1024) } })], writeKey: 'wk_web' })
    const response = await fetch(url('/v1/batch'), { method: 'POST', body })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: { code: 'body_too_large' } })
  })

  it('in pieces without saying how much reads it too', async () => {
    const { status, text } = await sendChunked(Array.from({ length: 48 }, () => Buffer.alloc(64 * 1024, 0x20)))
    expect([status, JSON.parse(text)]).toMatchObject([413, { error: { code: 'body_too_large' } }])
  })

  it('and has no good key is told about the key', async () => {
    const response = await fetch(url('/v1/batch'), {
      method: 'POST',
      body: 'x'.repeat(2 * 1024 * 1024),
      headers: { authorization: `Basic ${btoa('nope:')}` },
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: 'unknown_write_key' } })
  })
})

describe('what was taken in', () => {
  it('is in the warehouse, once, and what was not is listed newest first with the reason', async () => {
    const batch = [
      track('e1', { properties: { text: 'lone \ud800 half' } }),
      { type: 'track', userId: 'u', messageId: 'e2' },
      track('e1'),
      'text',
      { type: 'nope', messageId: 'e3' },
    ]
    const response = await fetch(url('/v1/batch'), {
      method: 'POST',
      body: JSON.stringify({ batch, writeKey: 'wk_web' }),
      headers: { 'content-type': 'text/plain' },
    })
    expect(await response.json()).toMatchObject({ success: true, accepted: 2, rejected: [{ index: 1 }, { index: 3 }, { index: 4 }] })
    await edge().loader.drain()
    const stored = await edge().db.client.query({
      query: "SELECT message_id, properties FROM events WHERE source_id = 'web'",
      format: 'JSONEachRow',
    })
    expect(await stored.json()).toEqual([{ message_id: 'e1', properties: '{"text":"lone \ufffd half"}' }])

    const list = async (query: string) =>
      (await (await fetch(url(`/v1/rejected${query}`), { headers: { authorization: 'Bearer sk_read' } })).json()) as {
        data: { index: number }[]
        nextCursor: string | null
      }
    const all = await list('')
    expect(all.nextCursor).toBeNull()
    expect(all.data).toHaveLength(3)
    expect(all.data.find(({ index }) => index === 1)).toEqual({
      source: 'web',
      receivedAt: '2026-03-01T09:05:00.000Z',
      index: 1,
      messageId: 'e2',
      code: 'required',
      path: '/event',
      message: 'event is missing',
      raw: '{"type":"track","userId":"u","messageId":"e2"}',
      event: 'track',
      id: expect.stringMatching(/^[0-9a-f-]{36}:\d+$/),
      isReplayed: false,
    })
    const first = await list('?limit=2')
    const second = await list(`?limit=2&cursor=${first.nextCursor}`)
    expect([...first.data, ...second.data]).toEqual(all.data)
    expect(second.nextCursor).toBeNull()
  })
})

describe('a number beyond 64 bits', () => {
  const numbers = [
    '9007199254740993',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '-9223372036854775809',
    '10000000000000000000',
    '-10000000000000000000',
    '18446744073709551615',
    '18446744073709551616',
    '20000000000000000000',
    '999999999999999999999',
    '-999999999999999999999',
    '1e21',
    '-1e300',
    '1e999',
  ]

  it('hides nothing of its event from the engine, wherever it stands', async () => {
    const events = numbers.map((number, index) => {
      const more = `{"n":${number},"deep":[{"n":${number}}],"email":"ada@acme.test"}`
      return `{"type":"identify","userId":"u","messageId":"n${index}","properties":${more},"traits":${more},"context":${more}}`
    })
    const body = `{"writeKey":"wk_web","batch":[${events.join(',')}],"integrations":{"n":-1e19}}`
    expect(await (await fetch(url('/v1/batch'), { method: 'POST', body })).json()).toMatchObject({ accepted: numbers.length })
    await edge().loader.drain()
    const found = await edge().db.client.query({
      query: `SELECT message_id, JSONExtractString(traits, 'email') AS trait, JSONExtractString(context, 'email') AS in_context,
        JSONHas(context, 'integrations', 'n') AS has_integrations
        FROM events WHERE startsWith(message_id, 'n') ORDER BY toUInt32(substring(message_id, 2))`,
      format: 'JSONEachRow',
    })
    const rows = await found.json<{ message_id: string; trait: string; in_context: string; has_integrations: number }>()
    expect(rows.map(row => [row.message_id, row.trait, row.in_context, row.has_integrations])).toEqual(
      numbers.map((_, index) => [`n${index}`, 'ada@acme.test', 'ada@acme.test', 1]),
    )
  })
})

describe('the list of rejected events', () => {
  it.each([
    [{}, '', 401, 'unauthorized'],
    [{ authorization: 'Bearer nope' }, '', 401, 'unauthorized'],
    [{ authorization: 'Bearer sk_import' }, '', 403, 'missing_scope'],
    [{ authorization: 'Bearer sk_read', origin: 'https://a.test' }, '', 403, 'secret_key_in_browser'],
    [{ authorization: 'Bearer sk_read' }, '?limit=0', 400, 'bad_parameter'],
    [{ authorization: 'Bearer sk_read' }, '?limit=1e3', 400, 'bad_parameter'],
    [{ authorization: 'Bearer sk_read' }, '?cursor=%27%3BDROP', 400, 'bad_parameter'],
  ])('%j %s is refused', async (headers, query, status, code) => {
    const response = await fetch(url(`/v1/rejected${query}`), { headers: headers as Record<string, string> })
    expect([response.status, await response.json()]).toMatchObject([status, { error: { code } }])
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('has the columns that its row type says', async () => {
    const at = '2026-03-01 00:00:00.000'
    const params = { since: at, before: at, segment_id: '', segment_index: 0, source: '', code: '', event: '', limit: 1 }
    expect(await describeQuery(edge().db.client, rejectedList, params)).toEqual({
      source_id: 'LowCardinality(String)',
      received_at: 'Int64',
      index: 'UInt32',
      message_id: 'String',
      code: 'LowCardinality(String)',
      path: 'String',
      message: 'String',
      raw: 'String',
      event: 'String',
      segment_id: 'String',
      segment_index: 'UInt32',
      is_replayed: 'UInt8',
    })
  })
})
