import { describe, expect, it } from 'vitest'
import { rudderIdentify, rudderNode, segmentBatch, segmentNode } from '../peers.fixture.ts'
import { batchOf, bytesOf, check, event, type How, isScanned, scan } from './scanner.fixture.ts'

describe('the scanner takes what is usual', () => {
  const ownBrowser = {
    writeKey: 'wk',
    sentAt: '2026-03-01T09:05:00.000Z',
    context: {
      library: { name: '@waymark/browser', version: '0.1.0' },
      userAgent: 'Mozilla/5.0',
      locale: 'de-DE',
      timezone: 'Europe/Berlin',
      sessionId: '1772355800123',
    },
    batch: [
      {
        type: 'page',
        messageId: 'p1-1',
        timestamp: '2026-03-01T09:05:00.000Z',
        anonymousId: 'a1',
        properties: { title: 'Größe “M” – 20 €' },
        context: { clientSeq: 1, page: { url: 'https://a.test/?x=%20', path: '/', search: '?x=%20', title: 'Größe “M”', referrer: '' } },
      },
      {
        type: 'identify',
        messageId: 'p1-2',
        timestamp: '2026-03-01T09:05:00.000Z',
        anonymousId: 'a1',
        userId: 'ana',
        traits: { email: 'ana@acme.test' },
        context: { clientSeq: 2 },
      },
    ],
  }
  const ownNode = {
    batch: [
      {
        type: 'track',
        messageId: '0189c3a2-7b5e-7c11-9d2f-3a4b5c6d7e8f',
        timestamp: '2026-03-01T09:05:00.000Z',
        userId: 'ana',
        event: 'Invoice Paid',
        properties: { amount: 10.5, lines: [{ sku: 'a\\b' }] },
        context: { library: { name: '@waymark/node', version: '0.1.0' } },
      },
    ],
    sentAt: '2026-03-01T09:05:00.000Z',
  }

  it.each<[string, unknown, How]>([
    ['Segment’s browser SDK in batches', segmentBatch, {}],
    [
      'Segment’s browser SDK, one by one',
      { ...segmentBatch.batch[3], sentAt: segmentBatch.sentAt, writeKey: 'wk_web' },
      { single: true, type: 'track' },
    ],
    ['Segment’s Node SDK, but for aliases', { ...segmentNode, batch: segmentNode.batch.slice(0, 1) }, {}],
    ['RudderStack’s browser SDK', rudderIdentify, { single: true, type: 'identify' }],
    ['RudderStack’s Node SDK', rudderNode, {}],
    ['our browser SDK', ownBrowser, {}],
    ['our Node SDK', ownNode, {}],
  ])('of %s', (_, body, how) => {
    expect(check(bytesOf(body), how)).toBe(true)
  })

  it('also in a second request, whatever came before', () => {
    expect(isScanned('{"batch":[{"type":"track","userId":"u","messageId":"m1","event":"E","properties":{"a":{"b":')).toBe(false)
    expect(check(bytesOf(batchOf(event(), event({ messageId: 'm2' }))))).toBe(true)
    expect(check(bytesOf(event()), { single: true })).toBe(true)
  })

  it('in a body that is as large as one may be once it is inflated', () => {
    const events = Array.from({ length: 1000 }, (_, place) => event({ messageId: `m${place}`, properties: { text: 'x'.repeat(5000) } }))
    expect(check(bytesOf(batchOf(...events)))).toBe(true)
  })
})

describe('the scanner is not sure of', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])
  const many = (keys: number) =>
    Object.fromEntries(
      Array.from({ length: 16 }, (_, part) => [
        `p${part}`,
        Object.fromEntries(Array.from({ length: keys / 16 }, (_, key) => [`k${key}`, 1])),
      ]),
    )
  /** Keys of one length that begin and end alike. */
  const alike = (keys: number) =>
    Object.fromEntries(Array.from({ length: keys }, (_, key) => [`${'k'.repeat(40)}${String(key).padStart(9, '0')}${'k'.repeat(40)}`, 1]))
  const usual = batchOf(event({ properties: many(400), context: { deep: deep(30) } }))

  it('nothing in an event that is just within the limits', () => {
    expect(check(bytesOf(usual))).toBe(true)
    expect(check(bytesOf(batchOf(event({ properties: many(16 * 64).p0 }))))).toBe(true)
  })

  it.each<[string, unknown]>([
    ['an escape by code', '{"batch":[{"type":"track","event":"Tested","userId":"u","messageId":"m","properties":{"a":"\\u0041"}}]}'],
    ['an escaped id', batchOf(event({ messageId: 'a"b' }))],
    ['an id that is not ASCII', batchOf(event({ messageId: 'mü' }))],
    ['an id with blanks around it', batchOf(event({ messageId: ' m' }))],
    ['an id that means none', batchOf(event({ messageId: 'undefined' }))],
    ['an id that is too long', batchOf(event({ messageId: 'm'.repeat(101) }))],
    ['no message id', batchOf({ ...event(), messageId: undefined })],
    ['nobody', batchOf({ ...event(), userId: '' })],
    ['no type', batchOf({ ...event(), type: undefined })],
    ['an alias', batchOf(event({ type: 'alias', previousId: 'p' }))],
    ['a group without an id', batchOf(event({ type: 'group' }))],
    ['a track without an event', batchOf(event({ event: '' }))],
    ['an address of a visitor', batchOf(event({ context: { ip: '203.0.113.9' } }))],
    ['an address of a visitor in the context of the batch', { ...batchOf(event()), context: { ip: '203.0.113.9' } }],
    ['an address of a visitor beside the context', batchOf(event({ ip: '203.0.113.9' }))],
    ['an address of a visitor as an older name has it', batchOf(event({ request_ip: '203.0.113.9' }))],
    ['an address of a visitor in what nobody reads', { other: { ip: '203.0.113.9' }, ...batchOf(event()) }],
    ['an address of a visitor in what nobody reads, behind the batch', { ...batchOf(event()), other: [{ request_ip: '203.0.113.9' }] }],
    ['an address of a visitor beside the batch', { ...batchOf(event()), ip: '203.0.113.9' }],
    [
      'a key that reaches prototypes',
      '{"batch":[{"type":"track","event":"Tested","userId":"u","messageId":"m","properties":{"__proto__":1}}]}',
    ],
    ['a number from 2^63 on', batchOf(event({ properties: { a: 2 ** 63 } }))],
    ['an object of more than 64 keys', batchOf(event({ properties: many(16 * 65).p0 }))],
    ['33 levels', batchOf(event({ context: { deep: deep(31) } }))],
    ['more than 512 keys', batchOf(event({ properties: many(512) }))],
    [
      'a large event in a large request',
      batchOf(...Array.from({ length: 5 }, (_, place) => event({ messageId: `m${place}`, properties: { a: 'x'.repeat(17_000) } }))),
    ],
    ['an empty batch', batchOf()],
    ['a list of events', [event()]],
    ['more events than a batch may have', batchOf(...Array.from({ length: 2501 }, (_, place) => event({ messageId: `m${place}` })))],
    [
      'a context for many that is large',
      { ...batchOf(...Array.from({ length: 800 }, (_, place) => event({ messageId: `m${place}` }))), context: { a: 'x'.repeat(7000) } },
    ],
    [
      'a context for many that is much larger than the events',
      { ...batchOf(...Array.from({ length: 150 }, (_, place) => event({ messageId: `m${place}` }))), context: { a: 'x'.repeat(6500) } },
    ],
    ['a body that is mostly not its event', { ...batchOf(event()), other: 'x'.repeat(140_000) }],
    ['keys that are made to be compared, each with all', batchOf(event({ properties: alike(60) }))],
    ['bytes behind the body', `${JSON.stringify(batchOf(event()))} x`],
    ['a byte order mark', `\uFEFF${JSON.stringify(batchOf(event()))}`],
    ['a batch in the place of an event', { ...event(), batch: [] }],
  ])('%s', (_, body) => {
    expect(isScanned(body)).toBe(false)
    if (typeof body === 'object' && body !== null && !('batch' in body && 'userId' in body)) return
    expect(isScanned(body, { single: true })).toBe(false)
  })

  it('text that is not UTF-8', () => {
    const body = bytesOf(batchOf(event({ properties: { a: 'ü' } })))
    expect(check(body)).toBe(true)
    body[body.indexOf(0xc3) + 1] = 0x20
    expect(scan(body, { single: false })).toBeNull()
  })
})
