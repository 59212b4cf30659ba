import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedaction } from '../enrich/redact.ts'
import { request, testEdge } from '../receive.fixture.ts'
import { keepable } from './keepable.ts'

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'
const redact = createRedaction(['patient-id'])

/** What is kept of the only event of a request, which is rejected. */
async function rawOf(event: unknown): Promise<string> {
  const { receive, spool } = testEdge({ redact })
  await receive(request([event]))
  const [row] = spool.frames.flatMap(frame => frame.rejected)
  if (row === undefined) throw new Error('it was not rejected')
  return row.raw
}

it('neither a raw address nor the write key of a single call stays in an event', () => {
  expect(keepable({ context: { ip: '203.0.113.9', locale: 'en' } })).toEqual({ context: { locale: 'en' } })
  expect(keepable({ writeKey: 'wk_server', context: { ip: '203.0.113.9' }, userId: 'u' })).toEqual({ context: {}, userId: 'u' })
  expect(keepable({ writeKey: 'wk_server', userId: 'u' })).toEqual({ userId: 'u' })
  expect(keepable('text')).toBe('text')
})

describe('of a rejected event', () => {
  it('no secret of its campaign is kept, whether all of it is kept or its beginning', async () => {
    const campaign = { content: 'ana@acme.com', term: JWT, patient_id: 17, name: 'spring' }
    const clean = { content: 'redacted', term: 'redacted', patient_id: 'redacted', name: 'spring' }
    expect(JSON.parse(await rawOf({ type: 'oops', context: { campaign } }))).toEqual({ type: 'oops', context: { campaign: clean } })
    const large = await rawOf({ type: 'track', context: { campaign }, properties: { a: 'x'.repeat(70_000) } })
    expect(() => JSON.parse(large)).toThrow()
    expect(large).not.toMatch(/ana@|eyJ|17/)
    expect(large).toContain('spring')
  })

  it.each<[unknown, unknown]>([
    [
      ['203.0.113.80', { ip: '2001:db8::8a2e:370:7334' }],
      ['redacted', { ip: 'redacted' }],
    ],
    ['seen from 203.0.113.80:443.', 'seen from redacted:443.'],
    [
      { type: 'track', context: [{ ip: '203.0.113.80' }] },
      { type: 'track', context: [{ ip: 'redacted' }] },
    ],
    [
      { type: 'track', context: 'ip=::ffff:203.0.113.80' },
      { type: 'track', context: 'ip=::ffff:redacted' },
    ],
    [{ type: 'oops', ip: '203.0.113.80', request_ip: '203.0.113.80' }, { type: 'oops' }],
    [[[[['fe80::1%eth0', 'at 12:30:45', '1.2.3', 'a::b']]]], [[[['redacted%eth0', 'at 12:30:45', '1.2.3', 'redacted']]]]],
    [
      { type: 'oops', properties: { server: '203.0.113.80' } },
      { type: 'oops', properties: { server: '203.0.113.80' } },
    ],
  ])('%j no address of a visitor is kept', async (event, kept) => {
    expect(JSON.parse(await rawOf(event))).toEqual(kept)
  })

  it('what is kept stays JSON, whatever it was', () => {
    const word = fc.oneof(fc.constantFrom('1.2.3.4', '::1', 'fe80::', '9', ':', '"', '\\', '.'), fc.string({ maxLength: 3 }))
    const text = fc.array(word, { maxLength: 6 }).map(words => words.join(''))
    const value = fc.letrec(tie => ({
      any: fc.oneof(
        text,
        fc.double(),
        fc.boolean(),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(text, tie('any'), { maxKeys: 3 }),
      ),
    })).any
    fc.assert(
      fc.property(value, given => {
        const kept = JSON.parse(JSON.stringify(keepable([given]))) as unknown[]
        expect(kept).toHaveLength(1)
        expect(JSON.stringify(kept)).not.toContain('1.2.3.4')
      }),
    )
  })
})
