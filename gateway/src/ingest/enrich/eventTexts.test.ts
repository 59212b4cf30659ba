import type { Event } from '@waymark/schemas/event'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAddressReader } from './address.ts'
import { createAgentReader } from './agent.ts'
import { type EventTexts, enrich, type Facts } from './enrich.ts'
import { createRepeatedTexts } from './repeatedTexts.ts'

const some = (values: readonly unknown[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
const parts = {
  search: some(['', '?token=abc', '?a=1']),
  name: some(['', 'spring']),
  url: some(['https://a.example/?key=1', 'https://a.example/']),
}
const context = fc.record(
  {
    page: fc.record(parts, { requiredKeys: [] }),
    campaign: fc.record({ ...parts, extra: some([1, '1']) }, { requiredKeys: [] }),
    userAgent: some(['one', 'two']),
    traits: some([{ plan: 'a' }, { plan: 'b' }]),
    library: some([{ name: 'x', version: '1' }, { name: 'x' }, ['x']]),
    ip: some(['10.0.0.1', '10.0.0.2']),
    name: some(['spring']),
  },
  { requiredKeys: [] },
)
const event = fc.record({
  type: fc.constantFrom('page', 'screen', 'track', 'identify', 'group'),
  event: fc.constant('Done'),
  groupId: fc.constant('acme'),
  anonymousId: fc.constant('a'),
  name: some(['Home']),
  properties: fc.record(parts, { requiredKeys: [] }),
  integrations: some([{ All: true }, { All: false }]),
  context,
})
const told = fc.record({
  unreadableTime: some(['soon']),
  origin: some([{ country: 'DE' }, { country: 'DE', asn: 1 }, { country: 'DE', asn: 1, organisation: 'Net' }]),
})

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
    fc.property(fc.array(fc.tuple(event, told), { maxLength: 40 }), given => {
      const texts = { contexts: createRepeatedTexts(), pages: createRepeatedTexts() }
      for (const [one, facts] of [...given, ...given]) {
        expect(row(one, facts as Partial<Facts>, texts)).toEqual(row(one, facts as Partial<Facts>))
      }
    }),
    { numRuns: 60 },
  )
})
