import { describe, expect, it } from 'vitest'
import { createHotSet } from '../ingest/dedupe.ts'
import { BACKEND, keptText, memorySpool, RECEIVED_AT, request, totals } from '../ingest/receive.fixture.ts'
import { createReceiver } from '../ingest/receive.ts'
import { revive } from '../quarantine/revive.ts'
import { openPlanBook } from './book.ts'
import { planWith, track } from './example.fixture.ts'
import { createPlanGate } from './gate.ts'

async function edge(mode: 'observe' | 'quarantine' | 'block') {
  const plans = [{ plan: planWith({ sources: { backend: mode } }), pushedAt: 0 }]
  const book = await openPlanBook({
    heads: async () => [],
    plans: async () => plans,
    copy: { read: async () => plans, write: async () => undefined },
    reloadMs: 0,
  })
  const spool = memorySpool()
  const receive = createReceiver({
    append: spool.append,
    hotSet: createHotSet({ now: () => RECEIVED_AT }),
    now: () => RECEIVED_AT,
    randomUUID: () => 'generated',
    isSuppressed: ({ userId }) => userId === 'erased',
    checkPlan: createPlanGate(book),
  })
  return { spool, receive }
}
const events = [
  { ...track('Demo Requested', { plan: 'team' }), messageId: 'right' },
  { ...track('Demo Requested', { plan: 'gold', email: 'secret words' }), messageId: 'wrong' },
  { ...track('Demo Requested', { plan: 'gold', email: 'of one who was erased' }), messageId: 'gone', userId: 'erased' },
]

describe('a plan before the answer', () => {
  it('refuses only what breaks it, by place in the request, and everything ends in one way', async () => {
    const { spool, receive } = await edge('quarantine')
    const reply = await receive(request(events, { source: BACKEND }))
    expect(reply).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, messageId: 'wrong', code: 'plan_wrong_value', path: '/properties/plan' }],
    })
    expect(totals(spool.frames)).toEqual({ received: 3, stored: 1, deduplicated: 0, rejected: 1, suppressed: 1 })
    expect(spool.frames[0]?.events.map(({ message_id }) => message_id)).toEqual(['right'])
    expect(keptText(spool.frames)).toContain('secret words')
  })

  it('keeps nothing of those who must not be stored, whatever it would say of their events', async () => {
    const { spool, receive } = await edge('quarantine')
    await receive(request(events, { source: BACKEND }))
    expect(keptText(spool.frames)).not.toContain('erased')
  })

  it('writes no content of a blocked event to the disk', async () => {
    const { spool, receive } = await edge('block')
    const reply = await receive(request(events, { source: BACKEND }))
    expect(reply.rejected).toHaveLength(1)
    expect(keptText(spool.frames)).not.toContain('secret words')
    expect(keptText(spool.frames)).toContain('Demo Requested')
  })

  it('notes where a refused event came from, so that it has its country and network when it is taken in again', async () => {
    const { spool, receive } = await edge('quarantine')
    const german = { country: 'DE', asn: 3320, organisation: 'Deutsche Telekom AG' }
    const findOrigin = (address: string) => (address === '203.0.113.9' ? { country: 'FR' } : null)
    const wrong = (messageId: string, context?: object) => ({ ...events[1], messageId, ...(context === undefined ? {} : { context }) })
    const batch = [wrong('request'), wrong('own', { ip: '203.0.113.9' }), wrong('hidden', { ip: '0.0.0.0' })]
    await receive(request(batch, { source: BACKEND, origin: german, findOrigin }))
    const rejected = spool.frames.flatMap(frame => frame.rejected)
    expect(JSON.stringify(rejected)).not.toContain('203.0.113')
    const origins = rejected.map(row => {
      const revival = revive({ ...row, segment_id: 's', segment_index: 0, is_replayed: 0 })
      return revival.kind === 'event' ? revival.request.facts.origin : revival.kind
    })
    expect(origins).toEqual([german, { country: 'FR' }, undefined])
  })

  it('notes what the headers said of the browser, for when it is taken in again', async () => {
    const { spool, receive } = await edge('quarantine')
    const told = { userAgent: 'Mozilla/5.0', userAgentData: { brands: [{ brand: 'Brave' }], platform: 'Android', mobile: true } }
    await receive(request(events.slice(1, 2), { source: BACKEND, ...told }))
    const [row] = spool.frames.flatMap(frame => frame.rejected)
    if (row === undefined) throw new Error('nothing was refused')
    expect(revive({ ...row, segment_id: 's', segment_index: 0, is_replayed: 0 })).toMatchObject({ request: { facts: told } })
    const without = { ...row, raw: row.raw.replace(/"userAgentData":\{.*?\}\],/, '"userAgentData":5,"x":{') }
    expect(without.raw).not.toBe(row.raw)
    expect(JSON.stringify(revive({ ...without, segment_id: 's', segment_index: 0, is_replayed: 0 }))).not.toContain('userAgentData')
  })

  it('stores all of a source that is only observed, and of one that has no plan', async () => {
    const { spool, receive } = await edge('observe')
    expect((await receive(request(events.slice(0, 2), { source: BACKEND }))).rejected).toEqual([])
    expect((await receive(request(events.slice(0, 2)))).rejected).toEqual([])
    expect(totals(spool.frames)).toMatchObject({ stored: 4, rejected: 0 })
  })
})
