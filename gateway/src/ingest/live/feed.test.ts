import { describe, expect, it } from 'vitest'
import { createRedaction } from '../enrich/redact.ts'
import { listOf } from '../keep.ts'
import { request, type TestFrame, testEdge, track } from '../receive.fixture.ts'
import type { PassedOver } from './entry.ts'
import { createLiveFeed, type LiveFeed, type LiveFilter } from './feed.ts'

const AT = Date.UTC(2026, 2, 1, 9, 5)
const ALL: LiveFilter = { source: '', outcome: '', text: '' }

async function frameOf(events: readonly unknown[], at = AT): Promise<Parameters<LiveFeed['storing']>> {
  const { receive, spool } = testEdge()
  await receive(request(events))
  const [frame] = spool.frames
  if (frame === undefined) throw new Error('nothing was stored')
  return moved(frame, at)
}

function moved({ request: kept, rejected, counts, accepted }: TestFrame, at: number): Parameters<LiveFeed['storing']> {
  const facts = kept === null ? null : { ...kept, facts: { ...kept.facts, receivedAt: at } }
  return [{ request: facts, rejected: rejected.map(row => ({ ...row, received_at: at })), counts }, listOf(accepted)]
}

const tracks = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => track(`m${from + index}`))
const ids = (entries: readonly { messageId: string }[]) => entries.map(({ messageId }) => messageId)
const refusal = (at: number) => ({ at, status: 401, code: 'unknown_write_key', message: 'no', path: '/v1/batch', source: '', origin: '' })

describe('the live feed', () => {
  it('shows none of the parameters that the operator names', async () => {
    const feed = createLiveFeed({ now: () => AT, redact: createRedaction(['patientId']) })
    const url = 'https://acme.com/?patient_id=4711&a=1'
    feed.storing(...(await frameOf([track('m1', { properties: { url }, context: { page: { url } } })])))()
    const [entry] = feed.since(0, ALL, 10).entries
    expect(entry?.url).toBe('https://acme.com/?patient_id=redacted&a=1')
    expect(entry?.json).not.toContain('4711')
  })

  it('tells of each event what a developer looks for', async () => {
    const feed = createLiveFeed({ now: () => AT })
    const page = { url: 'https://acme.test/pricing?x=1', title: 'Pricing' }
    const context = { page, webdriver: true, ip: '203.0.113.9' }
    feed.storing(
      ...(await frameOf([
        { type: 'page', anonymousId: 'a', messageId: 'm1', context, properties: { plan: 'team' } },
        { type: 'group', userId: 'u', anonymousId: 'a', groupId: 'acme', messageId: 'm2' },
        { type: 'track', event: 7, userId: 'u', messageId: 'm3' },
      ])),
    )()
    const { entries } = feed.since(0, ALL, 10)
    expect(entries).toMatchObject([
      {
        at: AT,
        outcome: 'stored',
        source: 'web',
        type: 'page',
        name: 'Pricing',
        person: 'a',
        path: '/pricing',
        messageId: 'm1',
        trouble: null,
      },
      { outcome: 'stored', type: 'group', person: 'u', account: 'acme', messageId: 'm2' },
      {
        outcome: 'rejected',
        type: 'track',
        name: '7',
        person: 'u',
        messageId: 'm3',
        trouble: { code: 'wrong_type', path: '/event', message: expect.stringContaining('event'), status: 200 },
      },
    ])
    expect(JSON.parse(entries[0]?.json ?? '')).toMatchObject({ type: 'page', page, properties: { plan: 'team' } })
    expect(JSON.stringify(entries)).not.toContain('203.0.113.9')
  })

  it('keeps the newest of each outcome, whatever there is of the others', async () => {
    const feed = createLiveFeed({ now: () => AT })
    feed.storing(...(await frameOf([track('bad', { event: '' })], AT)))()
    for (let second = 1; second <= 6; second++)
      feed.storing(...(await frameOf(tracks(second * 100, second * 100 + 99), AT + second * 1000)))()
    for (let second = 1; second <= 100; second++) feed.refused(refusal(AT + second * 1000))
    const { entries } = feed.since(0, ALL, 1000)
    const stored = entries.filter(({ outcome }) => outcome === 'stored')
    expect(ids(stored)).toEqual(ids(tracks(500, 699) as unknown as { messageId: string }[]))
    expect(entries.filter(({ outcome }) => outcome === 'refused')).toHaveLength(50)
    expect(entries[0]).toMatchObject({ outcome: 'rejected', messageId: 'bad' })
  })

  it('in a flood lists the newest of a request up to a budget and counts the rest', async () => {
    const feed = createLiveFeed({ now: () => AT })
    feed.storing(...(await frameOf(tracks(1, 500))))()
    const first = feed.since(0, ALL, 1000)
    expect(ids(first.entries)).toEqual(ids(tracks(301, 500) as unknown as { messageId: string }[]))
    feed.storing(...(await frameOf(tracks(501, 600), AT)))()
    expect(feed.since(first.last, ALL, 1000)).toMatchObject({ entries: [], more: 100 })
    feed.storing(...(await frameOf(tracks(601, 700), AT + 100)))()
    const later = feed.since(first.last, ALL, 1000)
    expect([ids(later.entries), later.more]).toEqual([
      ['m691', 'm692', 'm693', 'm694', 'm695', 'm696', 'm697', 'm698', 'm699', 'm700'],
      190,
    ])
  })

  it('goes on from a place without gap or repetition, with what went wrong first when a batch is full', async () => {
    const feed = createLiveFeed({ now: () => AT })
    feed.storing(...(await frameOf([track('m1'), track('m2')])))()
    const { last } = feed.since(0, ALL, 10)
    feed.storing(...(await frameOf([track('m3', { event: '' }), track('m4'), track('m5'), track('m6')])))()
    expect(ids(feed.since(last, ALL, 10).entries)).toEqual(['m4', 'm5', 'm6', 'm3'])
    const { entries, more, last: next } = feed.since(last, ALL, 2)
    expect([ids(entries), more]).toEqual([['m6', 'm3'], 2])
    expect(feed.since(next, ALL, 10)).toEqual({ entries: [], more: 0, last: next })
  })

  it('filters by source, outcome and text', async () => {
    const feed = createLiveFeed({ now: () => AT })
    feed.storing(...(await frameOf([track('m1'), track('m2', { event: 'Demo Requested' }), track('m3', { event: '' })])))()
    const found = (filter: Partial<LiveFilter>) => ids(feed.since(0, { ...ALL, ...filter }, 10).entries)
    expect(found({ source: 'web' })).toEqual(['m1', 'm2', 'm3'])
    expect(found({ source: 'other' })).toEqual([])
    expect(found({ outcome: 'rejected' })).toEqual(['m3'])
    expect(found({ text: 'demo REQ' })).toEqual(['m2'])
    expect(found({ text: 'too_short' })).toEqual(['m3'])
  })

  it('shows of a suppressed person nothing that tells who it is', () => {
    const feed = createLiveFeed({ now: () => AT })
    const gone: PassedOver = { outcome: 'suppressed', type: 'track', name: 'Seen', person: 'ana@acme.test', messageId: 'secret-id' }
    feed.passedOver([gone, { ...gone, outcome: 'deduplicated', person: 'bo', messageId: 'm1' }], 'web', AT)
    const { entries } = feed.since(0, ALL, 10)
    expect(entries).toMatchObject([
      { outcome: 'deduplicated', name: 'Seen', person: 'bo', messageId: 'm1' },
      { outcome: 'suppressed', name: 'Seen', person: '', messageId: '' },
    ])
    expect(JSON.stringify(entries)).not.toMatch(/ana@acme|secret-id/)
  })

  it('counts events a second over ten seconds, listed or not', async () => {
    const clock = { at: AT }
    const feed = createLiveFeed({ now: () => clock.at })
    feed.storing(...(await frameOf(tracks(1, 500), AT)))()
    feed.refused(refusal(AT + 3000))
    clock.at = AT + 5000
    expect(feed.perSecond()).toBeCloseTo(50.1)
    clock.at = AT + 11_000
    expect(feed.perSecond()).toBeCloseTo(0.1)
    clock.at = AT + 60_000
    expect(feed.perSecond()).toBe(0)
  })

  it('cuts what is long', async () => {
    const feed = createLiveFeed({ now: () => AT })
    const long = 'x'.repeat(40_000)
    feed.storing(...(await frameOf([track('m1', { properties: { long } }), track('m2', { event: '', properties: { long } })])))()
    for (const { json } of feed.since(0, ALL, 10).entries) expect(json).toHaveLength(8192)
  })
})
