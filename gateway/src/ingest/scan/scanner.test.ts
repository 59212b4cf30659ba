import type { EventType } from '@waymark/schemas/event'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJudge } from '../event/judge.ts'
import { keptOf } from '../keep.ts'
import { rudderIdentify, rudderNode, segmentBatch, segmentNode } from '../peers.fixture.ts'
import { WEB } from '../receive.fixture.ts'
import { parseBody } from '../request/decode.ts'
import { createScanner } from './scanner.ts'

const scan = createScanner()

interface How {
  readonly single?: boolean
  readonly type?: EventType
}

const bytesOf = (body: unknown) => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))

function isScanned(body: unknown, { single = false, type }: How = {}): boolean {
  return scan(bytesOf(body), { single, type }) !== null
}

/** What parsing and judging make of a body; throws where a request is refused. */
function judged(body: Buffer, { single = false, type }: How) {
  const envelope = parseBody(body, { single })
  const { context, integrations, sentAt, events, bytes, texts } = envelope
  const shared = {
    ...(context === undefined ? {} : { context }),
    ...(integrations === undefined ? {} : { integrations }),
    ...(type === undefined ? {} : { type }),
    sentAt,
  }
  const judge = createJudge({ ...shared, bytes, texts })
  const accepted = events.map((given, index) => {
    const verdict = judge(given)
    if (!verdict.ok) throw new Error(`event ${index}: ${verdict.flaw.message}`)
    return { event: verdict.event, index, print: verdict.print, messageId: verdict.event.messageId ?? '' }
  })
  const request = { source: WEB, events, shared, body: envelope.body, bytes, userAgent: '', isHistorical: false }
  const kept = keptOf(accepted, request, 0)
  return { envelope, events, kept, ids: accepted.map(one => one.messageId), prints: accepted.map(one => one.print) }
}

/** Holds what the scanner says of a body to what parsing says; gives whether it said anything. */
function check(body: Buffer, how: How = {}): boolean {
  const { single = false, type } = how
  const scanned = scan(body, { single, type })
  if (scanned === null) return false
  const { count, idStarts, idEnds, starts, ends, prints } = scanned
  const places = Array.from({ length: count }, (_, place) => place)
  const slices = places.map(place => JSON.parse(body.toString('utf8', starts[place], ends[place])) as unknown)
  const truth = judged(body, how)
  expect(places.map(place => body.toString('utf8', idStarts[place], idEnds[place]))).toEqual(truth.ids)
  expect(places.map(place => prints[place])).toEqual(truth.prints)
  expect(truth.ids).not.toContain('')
  expect(slices).toEqual(truth.events)
  expect(truth.kept?.body).toBe(truth.envelope.body)
  expect(truth.envelope.body).toBe(body)
  expect(scanned.envelope('writeKey')).toBe(truth.envelope.writeKey)
  expect(scanned.envelope('source')).toBe(truth.envelope.source)
  expect(scanned.envelope('sentAt')).toBe(truth.envelope.sentAt)
  const parsed = (name: 'context' | 'integrations') => {
    const json = scanned.envelope(name)
    return json === undefined ? undefined : (JSON.parse(json) as unknown)
  }
  if (!single) {
    expect(parsed('context')).toEqual(truth.envelope.context)
    expect(parsed('integrations')).toEqual(truth.envelope.integrations)
  }
  return true
}

const event = (more: { [key: string]: unknown } = {}) => ({ type: 'track', event: 'Tested', userId: 'u', messageId: 'm', ...more })
const batchOf = (...batch: unknown[]) => ({ batch })

/** Texts of all kinds, and those that mean something. */
const odd = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      'u1',
      ' u1',
      'u1 ',
      'ü',
      'a\n',
      '\u00a0',
      'null',
      'undefined',
      'NaN',
      '[object Object]',
      '0',
      'x'.repeat(201),
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, 1.5, 1e-7, 1e21, 2 ** 63, 2 ** 53, 9.3e18, null, true, false, [], {}, [[]], { a: 1 }) },
)
const usually = <T>(value: T, strange: fc.Arbitrary<unknown> = odd): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 60, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: strange })
/** Mostly what content is made of, now and then what it should not be made of. */
const value = fc.oneof(
  { weight: 20, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 20, arbitrary: fc.constantFrom(0, -1.5, 17, 1e-7, null, true, [], {}, [[1], 'ü'], { a: { b: 'x' } }, 'a\nb"c/d\\', '😀€') },
  { weight: 1, arbitrary: odd },
)
const content = fc.dictionary(
  fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('a', 'b', '', 'größe', 'price', 'x y') },
    { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'a"b') },
  ),
  value,
  { maxKeys: 4 },
)
const sometimes = <T>(given: fc.Arbitrary<T>) => fc.option(given, { nil: undefined, freq: 2 })

const rarely = <T>(given: fc.Arbitrary<T>) => fc.oneof({ weight: 40, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: given })

const context = fc.record({
  page: sometimes(
    usually({ url: 'https://a.test/', title: 'Ä “title”', referrer: null }, fc.oneof(odd, fc.record({ url: odd, title: odd }))),
  ),
  campaign: sometimes(usually({ name: 'spring' }, fc.oneof(odd, fc.record({ id: odd })))),
  library: sometimes(usually({ name: 'x', version: '1' }, fc.oneof(odd, fc.record({ version: odd })))),
  groupId: sometimes(usually('acme')),
  sessionId: sometimes(usually(17)),
  clientSeq: sometimes(usually(3)),
  userAgent: sometimes(usually('Mozilla/5.0')),
  userAgentData: sometimes(usually({ mobile: false })),
  traits: sometimes(usually({ email: 'a@b.test' })),
  consent: sometimes(usually({ all: true })),
  ip: rarely(usually('203.0.113.9')),
  device: sometimes(value),
})

const nearEvent = fc.record({
  type: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('track', 'page', 'screen', 'identify', 'group') },
    { weight: 1, arbitrary: fc.oneof(odd, fc.constant('alias')) },
  ),
  event: usually('Tested'),
  name: sometimes(usually('Home')),
  category: sometimes(usually(null)),
  messageId: fc.oneof({ weight: 30, arbitrary: fc.uuid() }, { weight: 1, arbitrary: odd }),
  userId: sometimes(usually('u')),
  anonymousId: usually('a'),
  groupId: usually('acme'),
  previousId: sometimes(value),
  timestamp: sometimes(usually('2026-03-01T09:05:00.000Z', fc.oneof(odd, fc.constantFrom('', 'garbage', '2026-02-30T00:00:00.000Z')))),
  originalTimestamp: sometimes(usually('2026-03-01T09:04:00.000Z')),
  sentAt: sometimes(usually('2026-03-01T09:05:00.000Z')),
  context: sometimes(fc.oneof({ weight: 20, arbitrary: context }, { weight: 1, arbitrary: odd })),
  integrations: sometimes(usually({ All: true })),
  properties: sometimes(fc.oneof({ weight: 10, arbitrary: content }, { weight: 1, arbitrary: odd })),
  traits: sometimes(fc.oneof({ weight: 10, arbitrary: content }, { weight: 1, arbitrary: odd })),
  from: sometimes(value),
})

const nearBatch = fc.record({
  writeKey: sometimes(usually('wk')),
  sentAt: sometimes(usually('2026-03-01T09:05:00.000Z')),
  context: sometimes(fc.oneof({ weight: 20, arbitrary: context }, { weight: 1, arbitrary: odd })),
  integrations: sometimes(usually({ All: true })),
  source: sometimes(usually('crm')),
  batch: fc.oneof({ weight: 30, arbitrary: fc.array(nearEvent, { maxLength: 3 }) }, { weight: 1, arbitrary: odd }),
  other: sometimes(value),
})

const spaced = fc.constantFrom(undefined, undefined, 1, '\t')

describe('what the scanner accepts, the judge accepts with the same ids and prints, to be kept as it came', () => {
  it('of batches that are almost usual, of which it takes many', () => {
    let taken = 0
    fc.assert(
      fc.property(nearBatch, spaced, (body, space) => {
        if (check(Buffer.from(JSON.stringify(body, null, space)))) taken++
      }),
      {
        numRuns: 3000,
      },
    )
    expect(taken).toBeGreaterThan(300)
  })

  it('of single events, with and without a type of the route', () => {
    let taken = 0
    const types = fc.constantFrom<EventType>('track', 'page', 'screen', 'identify', 'group', 'alias')
    const body = fc.tuple(
      nearEvent,
      fc.record({
        writeKey: sometimes(usually('wk')),
        type: sometimes(odd),
        batch: rarely(odd),
      }),
    )
    fc.assert(
      fc.property(body, types, ([one, { writeKey, type: other, batch }], type) => {
        const given = { ...one, writeKey, batch, ...(other === undefined ? {} : { type: undefined }) }
        if (check(bytesOf(given), { single: true, type })) taken++
      }),
      { numRuns: 2000 },
    )
    expect(taken).toBeGreaterThan(200)
  })

  it.each(['', 'garbage', '2026-02-30T00:00:00.000Z', '1969-12-31T00:00:00.000Z', '2026-03-01', '2026-03-01T09:05:00.000Z'])(
    'of an event whose timestamp is “%s”, with an originalTimestamp and without',
    timestamp => {
      check(bytesOf(batchOf(event({ timestamp, originalTimestamp: '2026-03-01T09:04:00.000Z' }))))
      check(bytesOf(batchOf(event({ timestamp, originalTimestamp: '' }))))
      expect(check(bytesOf(batchOf(event({ timestamp }))))).toBe(true)
    },
  )

  it('of anything that is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.boolean(), (value, single) => {
        check(bytesOf(value), { single })
        check(bytesOf(batchOf(value)))
        check(bytesOf(event({ properties: value })), { single: true })
        check(bytesOf(batchOf(event({ properties: { value }, context: { value } }))))
      }),
      { numRuns: 500 },
    )
  })

  it('of usual bodies in which bytes were changed, left out or put in, JSON or not, UTF-8 or not', () => {
    const bodies = [
      segmentBatch,
      rudderNode,
      batchOf(event({ properties: { 'ü"': [1, -0.5, 1e-7, true, null, {}, []], b: '\n/ü€😀' } })),
    ].map(bytesOf)
    const byte = fc.oneof(fc.constantFrom(...Buffer.from('"\\{}[],:0e-.nu \n')), fc.integer({ min: 0, max: 255 }))
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat(2), put: fc.array(byte, { maxLength: 2 }) })
    const mutated = fc.tuple(fc.constantFrom(...bodies), fc.array(change, { minLength: 1, maxLength: 2 }))
    fc.assert(
      fc.property(mutated, ([body, changes]) => {
        let bytes = body
        for (const { at, drop, put } of changes) {
          const place = Math.floor(at * bytes.length)
          bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(put), bytes.subarray(place + drop)])
        }
        check(bytes)
      }),
      { numRuns: 5000 },
    )
  })

  it('of bodies in which a part comes twice', () => {
    const text = JSON.stringify(batchOf(event({ properties: { a: { b: 1, c: 'x' }, d: [2] }, context: { page: { url: 'u' } } })))
    const parts = [...text.matchAll(/"\w+":(?:"\w*"|\d|\{[^{}]*\}|\[\d\])/g)].map(([part]) => part)
    const bodies = parts.flatMap(part =>
      [`${part},${part}`, `${part},${part.replace(/:.*/s, ':7')}`].map(twice => text.replace(part, twice)),
    )
    expect(bodies.length).toBeGreaterThan(10)
    for (const body of bodies) {
      JSON.parse(body)
      expect([body, isScanned(body)]).toEqual([body, false])
    }
  })
})

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
  const usual = batchOf(event({ properties: many(400), context: { deep: deep(30) } }))

  it('nothing in an event that is just within the limits', () => {
    expect(check(bytesOf(usual))).toBe(true)
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
    ['an address of a visitor beside the batch', { ...batchOf(event()), ip: '203.0.113.9' }],
    [
      'a key that reaches prototypes',
      '{"batch":[{"type":"track","event":"Tested","userId":"u","messageId":"m","properties":{"__proto__":1}}]}',
    ],
    ['a number from 2^63 on', batchOf(event({ properties: { a: 2 ** 63 } }))],
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
