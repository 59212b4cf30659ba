import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { totals } from '../receive.fixture.ts'
import { WEB_KEY, wireApp } from './wire.fixture.ts'

const PATHS = [
  'track',
  'page',
  'screen',
  'identify',
  'group',
  'alias',
  't',
  'p',
  's',
  'i',
  'g',
  'a',
  'b',
  'batch',
  'import',
  'merge',
  'm',
].map(name => `/v1/${name}`)
const KEY = { authorization: `Basic ${btoa(`${WEB_KEY}:`)}` }

/** Values that once stopped somebody's consumer, beside any other. */
const awkward = fc.constantFrom<unknown>(
  null,
  '',
  'undefined',
  '\ud800',
  'a\0b',
  1e308,
  -0,
  2 ** 63,
  [],
  {},
  [[[]]],
  '9999-99-99T99:99:99Z',
  '__proto__',
)
const value = fc.oneof(awkward, fc.jsonValue({ maxDepth: 4 }))
const members = ['type', 'event', 'userId', 'anonymousId', 'previousId', 'groupId', 'messageId', 'timestamp', 'originalTimestamp', 'sentAt']
const event = fc.oneof(
  value,
  fc.dictionary(
    fc.oneof(fc.constantFrom(...members, 'context', 'traits', 'properties', 'integrations', '__proto__', 'constructor'), fc.string()),
    value,
  ),
  fc.record({
    type: fc.constantFrom('track', 'page', 'identify'),
    event: fc.constant('X'),
    userId: fc.constant('u'),
    messageId: fc.constantFrom('m1', 'm2'),
  }),
)
const batch = fc.record(
  {
    batch: fc.oneof(fc.array(event, { maxLength: 5 }), value),
    context: value,
    integrations: value,
    sentAt: value,
    writeKey: fc.constant(WEB_KEY),
  },
  { requiredKeys: ['batch'] },
)

describe('any JSON', () => {
  it('is answered below 500, and each event of a request that was taken ends in exactly one way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PATHS, '/beacon/v1/batch'),
        fc.oneof(event, batch, fc.array(event, { maxLength: 5 })),
        async (path, body) => {
          const { request, frames } = wireApp()
          const response = await request(path, { method: 'POST', body: JSON.stringify(body), headers: KEY })
          expect(response.status).toBeLessThan(500)
          if (response.status !== 200 || path === '/v1/m') return void expect(frames()).toEqual([])
          const { accepted, rejected } = (await response.json()) as { accepted: number; rejected: { index: number }[] }
          const { received, stored, deduplicated, suppressed, ...counts } = totals(frames())
          expect(received).toBe(eventsIn(body))
          expect(counts.rejected).toBe(rejected.length)
          expect(accepted).toBe(stored + deduplicated + suppressed)
          expect(accepted + rejected.length).toBe(received)
          expect(new Set(rejected.map(({ index }) => index)).size).toBe(rejected.length)
        },
      ),
      { numRuns: 400 },
    )
  })

  it.each<[string, () => string]>([
    ['half a million levels of arrays', () => `{"batch":[${'['.repeat(500_000)}${']'.repeat(500_000)}]}`],
    ['a hundred thousand levels of objects', () => `{"batch":[${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}]}`],
    ['a number of a million digits', () => `{"batch":[{"type":"track","event":"X","userId":${'9'.repeat(1_000_000)}}]}`],
    ['a hundred thousand keys', () => `{"batch":[{"properties":{${Array.from({ length: 90_000 }, (_, key) => `"k${key}":1`)}}}]}`],
    ['a hundred thousand times the same key', () => `{"batch":[{"properties":{${'"k":1,'.repeat(100_000)}"k":2}}]}`],
    ['a name of a million characters', () => `{"batch":[{"type":"track","userId":"u","event":"${'x'.repeat(1_000_000)}"}]}`],
    [
      'escapes and nothing else',
      () => `{"batch":[{"type":"track","userId":"u","event":"X","properties":{"a":"${'\\ud800'.repeat(160_000)}"}}]}`,
    ],
    ['2,500 events that are none', () => `{"batch":[${Array.from({ length: 2500 }, () => `"${'x'.repeat(300)}"`)}]}`],
    ['a long text that is almost a time', () => `{"batch":[{"type":"page","userId":"u","timestamp":"2026-${'0'.repeat(900_000)}"}]}`],
    ['a long text of blanks', () => `{"batch":[{"type":"page","userId":"${' '.repeat(900_000)}"}]}`],
  ])('of the kind “%s” takes no longer than thirty ordinary requests of its size', async (_, hostile) => {
    const { request } = wireApp()
    const took = async (body: string) => {
      const startedAt = performance.now()
      const { status } = await request('/v1/batch', { method: 'POST', body, headers: KEY })
      expect(status).toBeLessThan(500)
      return performance.now() - startedAt
    }
    const body = hostile()
    const one = { type: 'track', event: 'X', userId: 'u_1', properties: { plan: 'team', label: 'x'.repeat(400) } }
    const ordinary = JSON.stringify({ batch: Array.from({ length: 1500 }, () => one) })
    await took(ordinary)
    const least = async (text: string) => Math.min(await took(text), await took(text), await took(text))
    expect(await least(body)).toBeLessThan(30 * (await least(ordinary)))
  })
})

/** As the routes count them: a list, the events of a batch, or the body itself. */
function eventsIn(body: unknown): number {
  if (Array.isArray(body)) return body.length
  if (typeof body === 'object' && body !== null && 'batch' in body && Array.isArray(body.batch)) return body.batch.length
  return 1
}
