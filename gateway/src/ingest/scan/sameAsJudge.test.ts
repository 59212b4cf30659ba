import type { EventType } from '@waymark/schemas/event'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rudderNode, segmentBatch } from '../peers.fixture.ts'
import { batchOf, bytesOf, check, event, isScanned } from './scanner.fixture.ts'

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
