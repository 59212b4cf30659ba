import type { Event } from '@waymark/schemas/event'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAddressReader } from './address.ts'
import { createAgentReader } from './agent.ts'
import { type EventTexts, enrich, type Facts } from './enrich.ts'
import { createRepeatedTexts } from './repeatedTexts.ts'

const some = (values: readonly unknown[]) => fc.constantFrom(undefined, ...values)
/** Almost alike, so that one is soon taken for another. */
const SEARCH = [{ search: '?token=abc' }, { search: '', name: 'spring' }]
const CONTEXTS = [
  {},
  { name: 'spring' },
  { userAgent: 'one', page: { url: 'https://a.example/?key=1', campaign: 'x' } },
  { userAgent: 'one', page: { x: 'x' } },
  { userAgent: 'one', page: {}, campaign: { x: 'x' } },
  { userAgent: 'one', traits: { plan: 'a' } },
  { userAgent: 'one', traits: { plan: 'b' }, ip: '10.0.0.1' },
  { page: SEARCH[0], library: { name: 'x', version: '1' } },
  { campaign: SEARCH[0], library: { name: 'x' }, version: '1' },
]
const event = fc.record({
  type: fc.constantFrom('page', 'track', 'group'),
  event: fc.constant('Done'),
  groupId: fc.constant('acme'),
  anonymousId: fc.constant('a'),
  name: some(['spring']),
  properties: fc.constantFrom(...SEARCH),
  integrations: some([{ All: true }]),
  context: fc.constantFrom(...CONTEXTS),
})
const told = fc.record({ unreadableTime: some(['soon']), origin: some([{ country: 'DE' }, { country: 'DE', asn: 1 }]) })

/** As JSON has it: nothing is there and undefined. */
const asSent = (given: unknown) => JSON.parse(JSON.stringify(given)) as Event

function row(given: unknown, facts: Partial<Facts>, texts?: EventTexts) {
  return enrich(asSent(given), {
    source: { sourceId: 'web', trust: 'browser' } as Facts['source'],
    messageId: 'm',
    receivedAt: 5,
    time: { timestamp: 1, original: 2, sentAt: 3, offset: 4 },
    userAgent: '',
    readAgent: createAgentReader(),
    readAddress: createAddressReader(),
    ...facts,
    texts,
  })
}

it('a row is the same whatever was remembered before it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(event, told), { minLength: 30, maxLength: 40 }), given => {
      const texts = { contexts: createRepeatedTexts(), pages: createRepeatedTexts() }
      for (const [one, facts] of [...given, ...given]) {
        expect(row(one, facts as Partial<Facts>, texts)).toEqual(row(one, facts as Partial<Facts>))
      }
    }),
    { numRuns: 60 },
  )
})
