import { describe, expect, it } from 'vitest'
import { request, testEdge, totals, track } from './receive.fixture.ts'
import { SpoolFull } from './spool/spoolFull.ts'

describe('copies', () => {
  it('within a request count once, the first wins', async () => {
    const { receive, spool } = testEdge()
    const reply = await receive(request([track('m1', { event: 'First' }), track('m1', { event: 'Second' })]))
    expect(reply).toMatchObject({ accepted: 2, rejected: [] })
    expect(spool.frames[0]?.events.map(({ event }) => event)).toEqual(['First'])
    expect(totals(spool.frames)).toEqual({ received: 2, stored: 1, deduplicated: 1, rejected: 0, suppressed: 0 })
  })

  it('of another source are none', async () => {
    const { receive, spool } = testEdge()
    await receive(request([track('m1')]))
    await receive(request([track('m1')], { source: { sourceId: 'app', trust: 'browser' } }))
    expect(totals(spool.frames).stored).toBe(2)
  })

  it('of a rejected event are none either', async () => {
    const { receive, spool } = testEdge()
    await receive(request([{ type: 'track', messageId: 'm1', userId: 'u' }, track('m1')]))
    expect(totals(spool.frames)).toMatchObject({ stored: 1, rejected: 1, deduplicated: 0 })
  })

  it('cannot be told without a message id, so each is stored under an id of its own', async () => {
    const { receive, spool } = testEdge()
    const { messageId: _, ...event } = track('')
    await receive(request([event, event]))
    expect(spool.frames[0]?.events.map(({ message_id }) => message_id)).toEqual(['generated-1', 'generated-2'])
  })

  it('wait for the one that is on its way to the disk', async () => {
    const { receive, spool } = testEdge()
    spool.hold()
    const first = receive(request([track('m1')]))
    const second = receive(request([track('m1'), track('m2')]))
    await Promise.resolve()
    spool.release()
    await Promise.all([first, second])
    expect(totals(spool.frames)).toEqual({ received: 3, stored: 2, deduplicated: 1, rejected: 0, suppressed: 0 })
  })

  it('are stored when that one failed', async () => {
    const { receive, spool } = testEdge()
    spool.hold()
    const first = receive(request([track('m1', { event: 'First' })]))
    const second = receive(request([track('m1', { event: 'Second' })]))
    spool.fail(new SpoolFull('the spool is full', 5))
    await expect(first).rejects.toThrow('the spool is full')
    expect(await second).toMatchObject({ accepted: 1 })
    expect(spool.frames.flatMap(({ events }) => events.map(({ event }) => event))).toEqual(['Second'])
    expect(totals(spool.frames)).toMatchObject({ received: 1, stored: 1 })
  })

  it('of two requests that hold each other’s events do not wait for ever', async () => {
    const { receive, spool, hotSet } = testEdge()
    // Another request holds m9, so that both have something in flight before they meet.
    const other = hotSet.open('web')
    expect(other.claim('m9')).toBe('new')
    const first = receive(request([track('m1'), track('m9')]))
    const second = receive(request([track('m2'), track('m9'), track('m1')]))
    other.settle(false)
    await Promise.all([first, second])
    expect(totals(spool.frames)).toEqual({ received: 5, stored: 3, deduplicated: 2, rejected: 0, suppressed: 0 })
  })

  it('of an event that could not be stored are taken when they come again', async () => {
    const { receive, spool } = testEdge()
    spool.hold()
    const lost = receive(request([track('m1')]))
    spool.fail(new Error('EIO'))
    await expect(lost).rejects.toThrow('EIO')
    await receive(request([track('m1')]))
    expect(totals(spool.frames)).toMatchObject({ received: 1, stored: 1, deduplicated: 0 })
  })
})

describe('copies with other content', () => {
  const first = track('m1', { event: 'First', timestamp: '2026-03-01T09:00:00.000Z', properties: { plan: 'pro' } })

  it.each([
    ['another name', { event: 'Second' }],
    ['another time', { timestamp: '2026-03-01T09:00:00.001Z' }],
    ['other properties', { properties: { plan: 'free' } }],
    ['another type', { type: 'page' }],
  ])('are counted: %s', async (_, other) => {
    const { receive, spool, conflicts } = testEdge()
    await receive(request([first, { ...first, ...other }]))
    expect(conflicts, 'in one request').toEqual(['web'])
    await receive(request([{ ...first, ...other }]))
    expect(conflicts, 'in a later one').toEqual(['web', 'web'])
    spool.hold()
    const underway = receive(request([{ ...first, messageId: 'm2' }]))
    const meanwhile = receive(request([{ ...first, messageId: 'm2', ...other }]))
    await Promise.resolve()
    expect(conflicts).toHaveLength(2)
    spool.release()
    await Promise.all([underway, meanwhile])
    expect(conflicts, 'while it is on its way').toHaveLength(3)
    expect(totals(spool.frames)).toEqual({ received: 5, stored: 2, deduplicated: 3, rejected: 0, suppressed: 0 })
  })

  it.each([
    ['sentAt', { sentAt: '2026-03-01T10:00:00Z' }],
    ['what a transport adds', { _metadata: { bundled: ['a'], retry: 2 }, writeKey: 'wk', integrations: { All: true } }],
    ['its context', { context: { library: { name: 'x' } } }],
    ['its time as it was first called', { timestamp: undefined, originalTimestamp: '2026-03-01T09:00:00.000Z' }],
  ])('are not those that differ in %s', async (_, other) => {
    const { receive, spool, conflicts } = testEdge()
    await receive(request([first, { ...first, ...other }]))
    await receive(request([{ ...first, ...other }], { shared: { sentAt: '2026-03-01T11:00:00Z', context: { locale: 'de' } } }))
    expect(totals(spool.frames)).toMatchObject({ stored: 1, deduplicated: 2 })
    expect(conflicts).toEqual([])
  })

  it('are none where the first was not stored', async () => {
    const { receive, spool, conflicts } = testEdge()
    spool.hold()
    const lost = receive(request([first, { ...first, event: 'Second' }]))
    const next = receive(request([{ ...first, event: 'Third' }]))
    spool.fail(new Error('EIO'))
    await expect(lost).rejects.toThrow('EIO')
    await next
    expect(totals(spool.frames)).toMatchObject({ stored: 1, deduplicated: 0 })
    expect(conflicts).toEqual([])
  })
})
