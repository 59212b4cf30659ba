import { describe, expect, it } from 'vitest'
import type { Candidate } from './candidates.ts'
import { revive } from './revive.ts'

const at = Date.UTC(2026, 2, 1, 9)
const rejected = (raw: unknown, code = 'plan_wrong_type'): Candidate => ({
  source_id: 'web',
  received_at: at,
  message_id: 'm',
  code,
  raw: typeof raw === 'string' ? raw : JSON.stringify(raw),
  segment_id: '0198c0de-0000-4000-8000-000000000001',
  segment_index: 7,
  is_replayed: 0,
})
const EVENT = { type: 'track', event: 'Demo Requested', userId: 'u', messageId: 'm', properties: { seats: 'x' } }
const NOTED = { trust: 'server', userAgent: 'Mozilla/5.0', isHistorical: true }

describe('a rejected event', () => {
  it('comes back as it came: its source, its time of receipt, its trust, its agent', () => {
    const revival = revive(rejected({ ...EVENT, _received: NOTED }))
    if (revival.kind !== 'event') throw new Error(revival.kind)
    expect(revival.request.facts).toEqual({ source: 'web', receivedAt: at, ...NOTED })
    expect(JSON.parse(revival.request.body.toString())).toEqual({ batch: [EVENT] })
  })

  it('is believed nothing about how it came, unless a plan refused it: what stands there is the sender’s own', () => {
    const revival = revive(rejected({ ...EVENT, _received: NOTED }, 'too_long'))
    expect(revival).toMatchObject({ kind: 'event', request: { facts: { trust: 'browser', userAgent: '', isHistorical: false } } })
    expect(revive(rejected({ ...EVENT, _received: { blocked: true } }, 'too_long')).kind).toBe('event')
  })

  it('came from where it was noted, in every form that we note and in no other', () => {
    const originOf = (origin: unknown) => {
      const revival = revive(rejected({ ...EVENT, _received: { ...NOTED, origin } }))
      return revival.kind === 'event' ? revival.request.facts.origin : revival.kind
    }
    for (const origin of [{ country: 'DE' }, { country: '', asn: 64_500 }, { country: 'DE', asn: 64_500, organisation: 'Acme' }])
      expect(originOf(origin)).toEqual(origin)
    for (const origin of [undefined, null, 'DE', {}, { country: 5 }, { country: 'Germany' }, { asn: 1 }])
      expect(originOf(origin)).toBeUndefined()
    expect(originOf({ country: 'DE', asn: '1', organisation: ['x'], address: '203.0.113.9' })).toEqual({ country: 'DE' })
  })

  it('has the same message id at every replay, also when it came without one', () => {
    const { messageId: _, ...anonymous } = EVENT
    const [one, other] = [revive(rejected(anonymous)), revive(rejected(anonymous))]
    expect(one).toMatchObject({ messageId: 'replay-0198c0de-0000-4000-8000-000000000001-7' })
    expect(other).toEqual(one)
  })

  it.each([
    ['cut', rejected('{"type":"track","event":"De', 'event_too_large')],
    ['blocked', rejected({ _received: { blocked: true }, type: 'track', event: 'x' })],
    ['not_storable', rejected({ message_id: 'm' }, 'not_storable')],
  ])('says that it is %s', (by, candidate) => {
    expect(revive(candidate)).toEqual({ kind: 'hindered', by })
  })

  it('is judged again, and tells what is still wrong', () => {
    expect(revive(rejected({ ...EVENT, event: '' }, 'too_short'))).toMatchObject({
      kind: 'flawed',
      flaw: { code: 'too_short', path: '/event' },
    })
    expect(revive(rejected('[1]', 'not_an_object'))).toMatchObject({ kind: 'flawed', flaw: { code: 'not_an_object' } })
    expect(revive(rejected('"text"', 'not_an_object'))).toMatchObject({ kind: 'flawed' })
  })
})
