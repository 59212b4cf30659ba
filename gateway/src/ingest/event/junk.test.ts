import { describe, expect, it } from 'vitest'
import type { JsonObject } from './json.ts'
import { createJudge } from './judge.ts'

const judge = createJudge({ bytes: 100 })

/** The event as it is stored; throws where it is rejected. */
function taken(more: JsonObject): JsonObject {
  const verdict = judge({ type: 'page', userId: 'u', ...more })
  if (!verdict.ok) throw new Error(`${verdict.flaw.code} ${verdict.flaw.path}`)
  return JSON.parse(JSON.stringify(verdict.event)) as JsonObject
}

describe('junk in a member that nobody needs does not cost the event', () => {
  it.each<[JsonObject, JsonObject]>([
    // PHP writes an empty object so.
    [{ context: [] }, {}],
    [{ properties: [] }, {}],
    [{ type: 'identify', traits: [] }, { type: 'identify' }],
    [{ integrations: [] }, {}],
    [{ properties: '', traits: false, context: '' }, {}],
    [
      { context: { page: [], campaign: '', library: false, traits: [], consent: [], userAgentData: [], device: [] } },
      { context: { device: [] } },
    ],
    [
      { type: 'identify', context: { traits: { plan: 'x' } }, traits: [] },
      { type: 'identify', context: { traits: { plan: 'x' } }, traits: { plan: 'x' } },
    ],
    // Of another type they say nothing that could be done.
    [{ integrations: 'All' }, {}],
    [{ integrations: true }, {}],
    [{ integrations: ['Mixpanel'] }, {}],
    // A number or a boolean is a text that somebody forgot to write as one.
    [
      { name: 5, category: true },
      { name: '5', category: 'true' },
    ],
    [
      { context: { campaign: { name: 5, id: 7, source: 'x', extra: 1 } } },
      { context: { campaign: { name: '5', id: '7', source: 'x', extra: 1 } } },
    ],
    [
      { context: { userAgent: 5, timezone: 1, locale: true, ip: 4 } },
      { context: { userAgent: '5', timezone: '1', locale: 'true', ip: '4' } },
    ],
    [
      { context: { page: { url: 'u', title: 2026 }, library: { name: 'x', version: 3 } } },
      { context: { page: { url: 'u', title: '2026' }, library: { name: 'x', version: '3' } } },
    ],
    [{ context: { sessionId: true, clientSeq: '17' } }, { context: { sessionId: 'true' } }],
    // `false` and an empty list are what languages write for nothing.
    [{ name: false, category: [] }, {}],
    [
      { context: { page: { url: 'u', referrer: false, title: [] }, userAgent: false, sessionId: false, clientSeq: [] } },
      { context: { page: { url: 'u' } } },
    ],
    [{ anonymousId: false, groupId: [], context: { groupId: false } }, { context: {} }],
    [{ sentAt: {} }, {}],
    [{ sentAt: 'soon' }, {}],
    [{ timestamp: {} }, { timestamp: '{}' }],
    [{ timestamp: true }, { timestamp: 'true' }],
    [{ timestamp: false }, {}],
  ])('%j', (given, stored) => {
    expect(taken(given)).toEqual({ type: 'page', userId: 'u', ...stored })
  })

  it('and what the batch says stands in its place', () => {
    const shared = { context: { locale: 'de' }, integrations: { All: true }, sentAt: '2026-03-01T09:00:00Z' }
    const verdict = createJudge({ ...shared, bytes: 100 })({ type: 'page', userId: 'u', context: [], integrations: 'All', sentAt: 'soon' })
    expect(verdict).toMatchObject({ ok: true, event: shared })
  })
})

describe('what says something in another shape than ours is rejected, not lost', () => {
  it.each<[JsonObject, string]>([
    [{ properties: [1] }, 'wrong_type /properties'],
    [{ properties: 'x' }, 'wrong_type /properties'],
    [{ context: ['x'] }, 'wrong_type /context'],
    [{ context: { page: 'https://acme.com/' } }, 'wrong_type /context/page'],
    [{ context: { page: { url: {} } } }, 'wrong_type /context/page/url'],
    [{ name: { first: 'Ana' } }, 'wrong_type /name'],
    [{ userId: true }, 'wrong_type /userId'],
    [{ context: { groupId: true } }, 'wrong_type /context/groupId'],
  ])('%j', (given, flaw) => {
    expect(() => taken(given)).toThrow(flaw)
  })
})
