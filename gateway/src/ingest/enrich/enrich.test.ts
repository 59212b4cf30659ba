import { describe, expect, it } from 'vitest'
import { rudderIdentify, rudderNode, segmentBatch, segmentNode } from '../peers.fixture.ts'
import { BACKEND, RECEIVED_AT, request, testEdge, track, WEB } from '../receive.fixture.ts'
import type { IngestRequest } from '../receive.ts'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1'

/** Rows of events that a request stores. */
async function rowsOf(events: readonly unknown[], more: Partial<IngestRequest> = {}) {
  const { receive, spool } = testEdge()
  const { rejected } = await receive(request(events, more))
  expect(rejected).toEqual([])
  return spool.frames.flatMap(frame => frame.events)
}

async function rowOf(event: unknown, more: Partial<IngestRequest> = {}) {
  const [row] = await rowsOf([event], more)
  if (row === undefined) throw new Error('nothing was stored')
  return {
    ...row,
    properties: JSON.parse(row.properties),
    traits: JSON.parse(row.traits),
    context: JSON.parse(row.context),
    consent: JSON.parse(row.consent),
  }
}

describe('what published SDKs send', () => {
  it('Segment in the browser: page, identify, group, track', async () => {
    const [page, identify, group, tracked] = await rowsOf(segmentBatch.batch, { shared: { sentAt: segmentBatch.sentAt } })
    expect(page).toMatchObject({
      message_id: 'ajs-next-1',
      type: 'page',
      event: '',
      anonymous_id: 'anon-seg',
      user_id: '',
      url: 'https://www.acme.com/pricing?utm_campaign=spring',
      path: '/pricing',
      referrer: 'https://www.google.com/',
      title: 'Pricing',
      campaign_name: 'spring',
      channel: 'organic_search',
      medium: 'organic',
      browser: 'Chrome',
      os: 'Mac OS',
      device: 'desktop',
      is_bot: 0,
      bot_reason: '',
      timestamp: RECEIVED_AT - 500,
      original_timestamp: RECEIVED_AT - 500,
      sent_at: RECEIVED_AT,
      clock_offset_ms: 0,
      traits: '{}',
    })
    expect(JSON.parse(page?.context ?? '')).toEqual({
      page: { search: '?utm_campaign=spring' },
      userAgent: segmentBatch.batch[0]?.context.userAgent,
      userAgentData: segmentBatch.batch[0]?.context.userAgentData,
      locale: 'en-US',
      library: { name: 'analytics.js', version: 'npm:next-1.84.0' },
      timezone: 'Europe/Berlin',
      integrations: {},
    })
    expect(identify).toMatchObject({
      user_id: 'u_1',
      anonymous_id: 'anon-seg',
      traits: '{"email":"Ana@Acme.test","plan":"team"}',
      channel: '',
    })
    expect(JSON.parse(identify?.context ?? '')).toMatchObject({ integrations: { All: true, Salesforce: false } })
    expect(group).toMatchObject({ type: 'group', group_id: 'acme', traits: '{"name":"Acme","website":"https://acme.test"}' })
    expect(tracked).toMatchObject({ type: 'track', event: 'Demo Requested', group_id: 'acme', properties: '{"plan":"team"}' })
  })

  it('Segment on a server: track with a group in its context, alias', async () => {
    const [tracked, alias] = await rowsOf(segmentNode.batch, { source: BACKEND, shared: { sentAt: segmentNode.sentAt } })
    expect(tracked).toMatchObject({
      trust: 'server',
      source_id: 'backend',
      group_id: 'acme',
      event: 'Invoice Paid',
      browser: '',
      device: '',
      is_bot: 0,
      anonymous_id: '',
    })
    expect(alias).toMatchObject({ type: 'alias', user_id: 'u_1', properties: '{"previousId":"old-1"}' })
  })

  it('RudderStack in the browser: traits in the context, its own name of the time, empty ids', async () => {
    const row = await rowOf(rudderIdentify)
    expect(row).toMatchObject({
      type: 'identify',
      user_id: 'u_2',
      anonymous_id: 'anon-rud',
      group_id: '',
      session_id: '1772355800123',
      path: '/signup',
      referrer: '',
      channel: 'direct',
      traits: { email: 'ben@acme.test', title: 'CTO' },
      original_timestamp: RECEIVED_AT - 1000,
      properties: {},
    })
    expect(row.context).not.toHaveProperty('traits')
    expect(row.context).not.toHaveProperty('campaign')
  })

  it('RudderStack on a server: a number for an id', async () => {
    expect(await rowOf(rudderNode.batch[0], { source: BACKEND, shared: { sentAt: rudderNode.sentAt } })).toMatchObject({
      user_id: '42',
      event: 'Order Completed',
      properties: { order_id: 'o1', revenue: 9.5 },
      timestamp: RECEIVED_AT - 2000,
    })
  })
})

describe('parameters of a campaign that have no column', () => {
  const url = 'https://www.acme.com/?utm_source=google&utm_source_platform=sa360&utm_creative=ana%40acme.com&utm_=x&utm__x=1&utm_foo='

  it('are taken from the address where the event says nothing of its campaign', async () => {
    for (const campaign of [undefined, {}, { source: '' }])
      expect((await rowOf(track('m', { context: { page: { url }, campaign } }))).context.campaign).toEqual({
        source_platform: 'sa360',
        creative: 'redacted',
      })
  })

  it('and are what the event says where it says something', async () => {
    const campaign = { source: 'bing', marketing_tactic: 'x' }
    expect((await rowOf(track('m', { context: { page: { url }, campaign } }))).context.campaign).toEqual({ marketing_tactic: 'x' })
    expect((await rowOf(track('m', { context: { page: { url }, campaign: { marketing_tactic: 'x' } } }))).context.campaign).toEqual({
      source_platform: 'sa360',
      creative: 'redacted',
      marketing_tactic: 'x',
    })
  })

  it('are no more than sixteen of 512 characters, and reach no prototype', async () => {
    const many = Array.from({ length: 40 }, (_, place) => `utm_p${place}=${'x'.repeat(600)}`).join('&')
    const { campaign } = (await rowOf(track('m', { context: { page: { url: `https://a.test/?utm___proto__=1&${many}` } } }))).context
    expect(Object.keys(campaign)).toEqual(Array.from({ length: 16 }, (_, place) => `p${place}`))
    expect(campaign.p0).toHaveLength(512)
  })
})

describe('columns', () => {
  it('take session, sequence, consent and group out of the context', async () => {
    const row = await rowOf(
      track('m', {
        context: {
          sessionId: 's1',
          clientSeq: 7,
          groupId: 'acme',
          consent: { analytics: true },
          traits: { plan: 'x' },
          webdriver: false,
          custom: { a: 1 },
        },
      }),
    )
    expect(row).toMatchObject({ session_id: 's1', client_seq: 7, group_id: 'acme', consent: { analytics: true }, traits: { plan: 'x' } })
    expect(row.context).toEqual({ webdriver: false, custom: { a: 1 } })
  })

  it.each([[-1], [1.5], [2 ** 32], ['7']])('a sequence number of %j is none', async clientSeq => {
    const { receive, spool } = testEdge()
    await receive(request([track('m', { context: { clientSeq } })]))
    expect(spool.frames[0]?.events[0]?.client_seq ?? 0).toBe(0)
  })

  it('a page call without context tells its page in its properties, name and category go there', async () => {
    const event = {
      type: 'page',
      messageId: 'm',
      userId: 'u',
      name: 'Pricing',
      category: 'Plans',
      properties: { url: 'https://acme.com/pricing', referrer: 'https://acme.com/', title: 'Our plans' },
    }
    expect(await rowOf(event)).toMatchObject({
      url: 'https://acme.com/pricing',
      path: '/pricing',
      referrer: 'https://acme.com/',
      title: 'Our plans',
      channel: '',
      properties: { name: 'Pricing', category: 'Plans', title: 'Our plans' },
    })
  })

  it('an address that is none costs nothing but its parts', async () => {
    expect(await rowOf(track('m', { context: { page: { url: 'http://[', path: '/x', referrer: 'javascript:alert(1)' } } }))).toMatchObject({
      url: 'http://[',
      path: '/x',
      referrer: 'javascript:alert(1)',
      campaign_source: '',
    })
  })

  it('a group call keeps the person’s traits beside the account’s', async () => {
    const row = await rowOf({
      type: 'group',
      messageId: 'm',
      userId: 'u',
      groupId: 'acme',
      traits: { name: 'Acme' },
      context: { traits: { email: 'a@acme.test' } },
    })
    expect(row).toMatchObject({ traits: { name: 'Acme' }, context: { traits: { email: 'a@acme.test' } } })
  })
})

describe('the user agent', () => {
  it('of the request stands in for a page that does not tell it', async () => {
    expect(await rowOf(track('m'), { userAgent: IPHONE })).toMatchObject({ browser: 'Mobile Safari', device: 'mobile' })
    expect(await rowOf(track('m', { context: { userAgent: '' } }), { userAgent: IPHONE })).toMatchObject({ device: 'mobile' })
  })

  it('of the event wins', async () => {
    expect(await rowOf(track('m', { context: { userAgent: IPHONE } }), { userAgent: 'Mozilla/5.0 HeadlessChrome/140' })).toMatchObject({
      device: 'mobile',
      is_bot: 0,
    })
  })

  it('and a driven browser label bots', async () => {
    expect(await rowOf(track('m'), { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36' })).toMatchObject({
      is_bot: 1,
      bot_reason: 'headless browser',
    })
    expect(await rowOf(track('m', { context: { webdriver: true } }))).toMatchObject({ is_bot: 1, bot_reason: 'webdriver' })
  })
})

describe('time', () => {
  it('of a wrong clock is corrected, and what the sender said is kept', async () => {
    const row = await rowOf(track('m', { timestamp: '2025-03-01T09:04:58.000Z', sentAt: '2025-03-01T09:05:00.000Z' }))
    expect(row).toMatchObject({
      timestamp: RECEIVED_AT - 2000,
      original_timestamp: Date.UTC(2025, 2, 1, 9, 4, 58),
      sent_at: Date.UTC(2025, 2, 1, 9, 5),
      clock_offset_ms: 365 * 86_400_000,
    })
  })

  it('of an import is kept, of another source it is not: devices of sources are apart', async () => {
    const old = track('m', { timestamp: '1997-01-01', sentAt: '2026-03-01T09:05:00Z' })
    expect(await rowOf(old, { isHistorical: true, source: BACKEND })).toMatchObject({ timestamp: Date.UTC(1997, 0, 1), clock_offset_ms: 0 })
    const [first, second] = await Promise.all([rowOf(old, { source: WEB }), rowOf(old, { source: BACKEND })])
    expect([first.timestamp, second.timestamp]).toEqual([Date.UTC(1997, 0, 1), Date.UTC(1997, 0, 1)])
  })

  it('that nobody can read becomes the moment of arrival, and is kept as it was', async () => {
    expect(await rowOf(track('m', { timestamp: 'yesterday' }))).toMatchObject({
      timestamp: RECEIVED_AT,
      original_timestamp: RECEIVED_AT,
      context: { unreadableTime: 'yesterday' },
    })
    expect(await rowOf(track('m', { timestamp: 'yesterday' }), { isHistorical: true })).toMatchObject({ timestamp: RECEIVED_AT })
  })

  it('is never more than five minutes ahead', async () => {
    expect((await rowOf(track('m', { timestamp: '2031-01-01T00:00:00Z', sentAt: '2026-03-01T09:05:00Z' }))).timestamp).toBe(
      RECEIVED_AT + 300_000,
    )
  })

  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['2149-06-07T00:00:00Z', '2149-06-07T00:00:00Z'],
    [2e19, '20000000000000000000'],
  ])('that cannot be stored (%s) is as good as unreadable, in an import too', async (timestamp, unreadableTime) => {
    for (const isHistorical of [false, true]) {
      expect(await rowOf(track('m', { timestamp }), { isHistorical })).toMatchObject({
        timestamp: RECEIVED_AT,
        original_timestamp: RECEIVED_AT,
        context: { unreadableTime },
      })
    }
  })
})
