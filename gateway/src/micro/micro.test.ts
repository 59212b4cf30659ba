import { beforeEach, describe, expect, it } from 'vitest'
import { segmentBatch } from '../ingest/peers.fixture.ts'
import type { WriteKeySetting } from '../keys/parse.ts'
import { plansBySource } from '../plan/bySource.ts'
import { planWith } from '../plan/example.fixture.ts'
import { createMicro } from './micro.ts'

const NOW = Date.parse('2026-03-01T09:05:00.000Z')
const nothing = () => undefined
const clock = { now: NOW }

function micro(writeKeys: readonly WriteKeySetting[] = [], more: Partial<Parameters<typeof createMicro>[0]> = {}) {
  const app = createMicro({
    version: '0.0.0',
    url: 'http://127.0.0.1:9090',
    writeKeys,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    now: () => clock.now,
    randomUUID: () => 'made-up',
    sdkFile: new URL('file:///none.js'),
    segmentScripts: null,
    rudderPlugins: null,
    ...more,
  })
  const json = async (path: string, init: RequestInit = {}) => {
    const answer = await app.request(path, init)
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  return {
    json,
    get: async (path: string) => (await json(path)).body as { total: number; data: Record<string, unknown>[] },
    send: (batch: readonly unknown[], writeKey = 'wk_any') =>
      json('/v1/batch', { method: 'POST', body: JSON.stringify({ writeKey, batch, sentAt: new Date(clock.now).toISOString() }) }),
    reset: () => json('/micro/reset', { method: 'POST' }),
  }
}

const track = (messageId: string, event = 'Demo Requested', more: object = {}) => ({
  type: 'track',
  event,
  messageId,
  anonymousId: 'anon-1',
  timestamp: new Date(NOW).toISOString(),
  ...more,
})

beforeEach(() => {
  clock.now = NOW
})

describe('what arrived', () => {
  it('is told as the row that would be stored, judged and enriched', async () => {
    const { send, get } = micro()
    const context = {
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
      page: { url: 'https://www.acme.com/pricing?utm_source=claude.ai&token=x', referrer: 'https://claude.ai/' },
      sessionId: 7,
    }
    await send([track('m-1', 'Demo Requested', { userId: 'u_1', properties: { plan: 'team' }, context })])
    const { total, data } = await get('/micro/good')
    expect(total).toBe(1)
    expect(data[0]).toMatchObject({
      source_id: 'wk_any',
      type: 'track',
      event: 'Demo Requested',
      user_id: 'u_1',
      session_id: '7',
      timestamp: '2026-03-01T09:05:00.000Z',
      url: 'https://www.acme.com/pricing?utm_source=claude.ai&token=redacted',
      path: '/pricing',
      channel: 'ai_assistant',
      browser: 'Chrome',
      is_bot: 0,
      properties: { plan: 'team' },
    })
  })

  it('is told with the reason, the pointer and the event itself where it was bad', async () => {
    const { send, get } = micro()
    const { body } = await send([track('m-1'), track('m-2', ''), 7])
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'too_short' }, { index: 2 }] })
    const { data } = await get('/micro/bad')
    expect(data).toMatchObject([
      { code: 'too_short', path: '/event', messageId: 'm-2', index: 1, status: 200, source: 'wk_any', event: { anonymousId: 'anon-1' } },
      { code: 'not_an_object', path: '', messageId: null, index: 2, event: 7 },
    ])
  })

  it('is told of requests that nothing of could be read', async () => {
    const { json, get } = micro()
    await json('/v1/batch', { method: 'POST', body: '{"batch": [', headers: { origin: 'https://acme.test' } })
    expect((await get('/micro/bad')).data).toMatchObject([
      { status: 400, code: 'unreadable_body', event: { request: '/v1/batch', origin: 'https://acme.test' } },
    ])
  })

  it('counts each event once: good, bad or a copy', async () => {
    const { send, get } = micro()
    await send([track('m-1'), track('m-1'), track('m-2', '')])
    await send([track('m-1')])
    expect(await get('/micro/all')).toEqual({ total: 4, good: 1, bad: 1, duplicates: 2, violations: 0, forgotten: 0 })
  })

  it('is forgotten when that is asked for, with the message ids that were seen', async () => {
    const { send, get, reset } = micro()
    await send([track('m-1'), track('m-2', '')])
    expect((await reset()).body).toEqual({ total: 0, good: 0, bad: 0, duplicates: 0, violations: 0, forgotten: 0 })
    expect((await get('/micro/good')).data).toEqual([])
    await send([track('m-1')])
    expect(await get('/micro/all')).toMatchObject({ good: 1, duplicates: 0 })
  })
})

describe('a tracking plan', () => {
  const broken = (messageId: string) => track(messageId, 'Demo Requested', { properties: { plan: 'gold', seats: 0 } })
  const events = [track('right', 'Demo Requested', { properties: { plan: 'team' } }), broken('wrong')]
  const held = (mode: 'observe' | 'quarantine' | 'block') =>
    micro([], { planOf: plansBySource([planWith({ sources: { web: mode } })], error => expect.unreachable(error)) })
  const places = (data: readonly Record<string, unknown>[]) => data.map(({ messageId, code, path }) => [messageId, code, path])
  const RULES = [
    ['wrong', 'plan_wrong_value', '/properties/plan'],
    ['wrong', 'plan_wrong_value', '/properties/seats'],
  ]

  it('that observes takes what breaks it, and tells each rule that is broken', async () => {
    const { send, get } = held('observe')
    expect((await send([...events, broken('wrong')], 'web')).body).toMatchObject({ accepted: 3, rejected: [] })
    expect((await get('/micro/good')).data.map(row => row.message_id)).toEqual(['right', 'wrong'])
    const { data } = await get('/micro/violations')
    expect(places(data)).toEqual(RULES)
    expect(data[0]).toEqual({
      receivedAt: new Date(NOW).toISOString(),
      source: 'web',
      plan: planWith({}).id,
      version: planWith({}).version,
      mode: 'observe',
      event: 'Demo Requested',
      messageId: 'wrong',
      code: 'plan_wrong_value',
      path: '/properties/plan',
      message: 'properties.plan must be one of "free", "team", "enterprise"',
    })
    expect(await get('/micro/all')).toMatchObject({ total: 3, good: 2, bad: 0, duplicates: 1, violations: 2 })
  })

  it.each(['quarantine', 'block'] as const)('in mode %s refuses what breaks it as the gateway does', async mode => {
    const { send, get, reset } = held(mode)
    const { body } = await send(events, 'web')
    expect(body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, messageId: 'wrong', code: 'plan_wrong_value', path: '/properties/plan' }],
    })
    expect((await get('/micro/good')).data.map(row => row.message_id)).toEqual(['right'])
    const [bad] = (await get('/micro/bad?code=plan_wrong_value')).data
    expect(bad).toMatchObject({ messageId: 'wrong', message: expect.stringContaining('/properties/seats') })
    expect(JSON.stringify(bad?.event).includes('gold')).toBe(mode === 'quarantine')
    const { data } = await get(`/micro/violations?mode=${mode}&event=Demo Requested`)
    expect(places(data)).toEqual(RULES)
    await reset()
    expect(await get('/micro/violations')).toEqual({ total: 0, data: [] })
  })

  it('looks at the events of its sources only', async () => {
    const { send, get } = held('quarantine')
    await send(events, 'elsewhere')
    expect(await get('/micro/all')).toMatchObject({ good: 2, bad: 0, violations: 0 })
  })
})

it('keeps none of the parameters that are not to be kept', async () => {
  const planOf = plansBySource([planWith({ sources: { held: 'quarantine' } })], error => expect.unreachable(error))
  const { send, get } = micro([], { redactParameters: ['patientId'], planOf })
  const context = { page: { url: 'https://acme.com/?patient_id=4711&a=1' } }
  await send([track('m-1', 'Seen', { context, properties: context.page }), track('m-2', '', { context })])
  await send([track('m-3', 'Unplanned', { context: { ...context, campaign: { patient_id: '4711' } } })], 'held')
  expect((await get('/micro/bad?code=unplanned_event')).total).toBe(1)
  expect((await get('/micro/good')).data[0]?.url).toBe('https://acme.com/?patient_id=redacted&a=1')
  for (const list of ['good', 'bad']) expect(JSON.stringify(await get(`/micro/${list}`))).not.toContain('4711')
})

describe('lists', () => {
  it('take filters, each for itself and together, and say how many match', async () => {
    const { send, get } = micro()
    await send([track('m-1', 'A', { userId: 'u' }), track('m-2', 'A'), track('m-3', 'B', { userId: 'u' })])
    const ids = async (query: string) => (await get(`/micro/good?${query}`)).data.map(row => row.message_id)
    expect(await ids('event=A')).toEqual(['m-1', 'm-2'])
    expect(await ids('event=A&user=u')).toEqual(['m-1'])
    expect(await ids('anonymous=anon-1&limit=2')).toEqual(['m-2', 'm-3'])
    expect(await ids('source=other')).toEqual([])
    expect(await get('/micro/good?event=A&limit=1')).toMatchObject({ total: 2, data: [{ message_id: 'm-2' }] })
    expect((await micro().json('/micro/good?name=A')).body).toMatchObject({ error: { code: 'bad_parameter' } })
  })

  it('wait for so many that match, and no longer than they are told', async () => {
    const { send, get } = micro()
    const waiting = get('/micro/good?event=B&least=2&within=30000')
    await send([track('m-1', 'A'), track('m-2', 'B')])
    await send([track('m-3', 'B')])
    expect((await waiting).total).toBe(2)
    const late = get('/micro/good?event=C&within=1')
    clock.now += 10
    expect((await late).total).toBe(0)
  })
})

describe('keys', () => {
  it('are all known unless some are set', async () => {
    expect((await micro().send([track('m-1')], 'whatever-0815')).status).toBe(200)
    const { send, get } = micro([
      { name: 'web', key: 'wk_web', server: false },
      { name: 'backend', key: 'wk_server', server: true },
    ])
    expect((await send([track('m-1')], 'whatever-0815')).status).toBe(401)
    await send([track('m-2')], 'wk_web')
    await send([track('m-3')], 'wk_server')
    expect((await get('/micro/good')).data).toMatchObject([
      { source_id: 'web', trust: 'browser' },
      { source_id: 'backend', trust: 'server' },
    ])
    expect((await get('/micro/bad?code=unknown_write_key')).total).toBe(1)
  })
})

it('takes what Segment’s SDK sends, and tells it where to send', async () => {
  const { json, get } = micro()
  await json('/v1/b', { method: 'POST', body: JSON.stringify(segmentBatch) })
  expect((await get('/micro/good')).data.map(row => row.type)).toEqual(['page', 'identify', 'group', 'track'])
  expect((await json('/v1/projects/wk_any/settings')).body).toHaveProperty(['integrations', 'Segment.io', 'apiHost'], '127.0.0.1:9090/v1')
})

it('says so where something needs a warehouse', async () => {
  const { json } = micro()
  expect((await json('/v1/rejected')).body).toMatchObject({ error: { code: 'no_warehouse' } })
  expect((await json('/v1/accounts')).status).toBe(404)
  expect((await json('/readyz')).status).toBe(200)
})
