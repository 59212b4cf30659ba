import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  ANONYMOUS_ID,
  createOutliner,
  EVENT_NAME,
  FLAGS,
  IS_UNUSUAL,
  MESSAGE_ID,
  type OutlineOptions,
  PAGE,
  REST,
  SESSION_ID,
  USER_ID,
  WORDS,
} from './outliner.ts'

const HOW: OutlineOptions = { facts: 1, isTrack: false, events: 1 }
const batch = (...events: object[]) => Buffer.from(JSON.stringify({ batch: events }))
const viewed = (title: string, more: object = {}) => ({
  type: 'track',
  event: 'Viewed',
  anonymousId: 'a-1',
  messageId: 'm-1',
  context: { locale: 'fr', page: { url: `https://a.example/${title}`, title } },
  ...more,
})

function opened() {
  const outline = createOutliner()
  if (outline === null) throw new Error('this machine cannot run the module')
  return outline
}

it('gives the same bytes the same numbers from the second time on, and others another', () => {
  const outline = opened()
  const numbers = (event: object) => {
    const words = outline(batch(event), HOW)?.words
    return [words?.[PAGE], words?.[REST]]
  }
  expect(numbers(viewed('one'))).toEqual([0, 0])
  const [page, rest] = numbers(viewed('one', { messageId: 'm-2', anonymousId: 'a-2' }))
  expect(Math.min(page ?? 0, rest ?? 0)).toBeGreaterThan(0)
  expect(page).not.toBe(rest)
  expect(numbers(viewed('one', { messageId: 'm-3' }))).toEqual([page, rest])
  numbers(viewed('two'))
  const [otherPage, sameRest] = numbers(viewed('two'))
  expect([otherPage === page, sameRest]).toEqual([false, rest])
})

it('forgets when it is full, and says so', () => {
  const outline = opened()
  const ages = new Set<string>()
  for (let round = 0; round < 40; round++) {
    const events = Array.from({ length: 500 }, (_, place) =>
      viewed(`${'x'.repeat(200)}-${round}-${place}`, { anonymousId: `a-${round}-${place}` }),
    )
    for (let twice = 0; twice < 2; twice++) {
      const outlines = outline(batch(...events), { ...HOW, events: events.length })
      ages.add(`texts ${outlines?.textsAge}`).add(`rests ${outlines?.restsAge}`)
    }
  }
  expect([...ages].filter(age => age.startsWith('texts')).length).toBeGreaterThan(1)
  expect([...ages].filter(age => age.startsWith('rests')).length).toBeGreaterThan(1)
})

/** Numbers of the texts, and of the pages and rests, of a request with events of these names. */
function numbersOf(outline: ReturnType<typeof opened>, names: readonly string[], { session = '', campaign = '' } = {}) {
  const events = names.map(name => {
    const context = { sessionId: `s-${name}${session}`, campaign: { name: `${name}${campaign}` } }
    return { event: `e-${name}`, anonymousId: `a-${name}`, userId: `u-${name}`, messageId: 'm', context }
  })
  const words = outline(batch(...events), { ...HOW, events: events.length })?.words
  const at = (word: number) => events.map((_, place) => words?.[place * WORDS + word] ?? -1)
  return { texts: [ANONYMOUS_ID, USER_ID, SESSION_ID, EVENT_NAME].flatMap(word => at(word + 2)), rests: [PAGE, REST].flatMap(at) }
}
const namesFrom = (first: number, count: number) => Array.from({ length: count }, (_, place) => `${first + place}`)

it('has room for so many numbers, and gives what comes beyond that none until it forgets', () => {
  const outline = opened()
  const twice = (first: number) => namesFrom(first, 1250).flatMap(name => [name, name])
  for (const first of [0, 1250]) numbersOf(outline, twice(first))
  const { texts } = numbersOf(outline, namesFrom(10_000, 2500))
  expect([texts.includes(0), Math.max(...texts)]).toEqual([true, 16_383])
  const { rests } = numbersOf(outline, namesFrom(10_000, 2500))
  expect([rests.includes(0), Math.max(...rests)]).toEqual([true, 8191])
  expect(Math.max(...numbersOf(outline, twice(0)).rests)).toBe(2500)
})

it('has room for so many bytes, and gives what comes beyond that no number until it forgets', () => {
  const outline = opened()
  const large = 'x'.repeat(15_000)
  const textsOf = (first: number) => numbersOf(outline, namesFrom(first, 33), { session: large }).texts
  expect(textsOf(0)).not.toContain(0)
  expect(textsOf(100)).toContain(0)
  expect(textsOf(200)).not.toContain(0)
  // A few are not remembered until they come again, for others were seen in between.
  const without = (first: number) => {
    const twice = [1, 2].map(() => numbersOf(outline, namesFrom(first, 66), { campaign: large }).rests)
    return twice[1]?.filter(number => number === 0).length
  }
  expect(without(0)).toBeLessThan(20)
  expect(without(100)).toBeGreaterThan(30)
  expect(without(200)).toBeLessThan(20)
})

it('takes bodies up to a mebibyte, one after the other, and sees nothing of a longer one before', () => {
  const outline = opened()
  const long = batch(viewed('one', { properties: { text: 'x'.repeat(1024 * 1024 - 300) } }))
  expect(outline(long, HOW)).not.toBeNull()
  expect(outline(batch(viewed('one', { properties: { text: 'x'.repeat(1024 * 1024) } })), HOW)).toBeNull()
  for (let end = 1; end < 64; end++) expect(outline(long.subarray(0, end), HOW)).toBeNull()
  const outlines = outline(batch(viewed('one')), HOW)
  const [from, to] = [outlines?.words[MESSAGE_ID] ?? 0, outlines?.words[MESSAGE_ID + 1] ?? 0]
  expect(outlines?.plain(from, to)).toBe('m-1')
})

it('takes no request with another number of events, nor one that says something for all of them', () => {
  const outline = opened()
  expect(outline(batch(viewed('one'), viewed('two')), HOW)).toBeNull()
  expect(outline(Buffer.from(JSON.stringify({ batch: [viewed('one')], context: {} })), HOW)).toBeNull()
  expect(outline(Buffer.from(JSON.stringify({ integrations: {}, batch: [viewed('one')] })), HOW)).toBeNull()
  expect(outline(Buffer.from(JSON.stringify(viewed('one'))), HOW)).not.toBeNull()
  expect(outline(Buffer.from(JSON.stringify([viewed('one')])), HOW)).toBeNull()
})

it('leaves events to others whose columns depend on more than their bytes', () => {
  const outline = opened()
  const flags = (more: object) => (outline(batch(viewed('one', more)), HOW)?.words[FLAGS] ?? 0) & IS_UNUSUAL
  expect(flags({})).toBe(0)
  expect(flags({ type: 'alias' })).toBe(IS_UNUSUAL)
  expect(flags({ messageId: undefined })).toBe(IS_UNUSUAL)
  expect(flags({ timestamp: 'yesterday' })).toBe(IS_UNUSUAL)
  expect(flags({ timestamp: '2026-03-01T09:05:00.000Z' })).toBe(0)
  expect(flags({ timestamp: '2026-03-01T09:05:00.000Z', originalTimestamp: '2026-03-01T09:05:00.000Z' })).toBe(IS_UNUSUAL)
  expect(flags({ sentAt: 7 })).toBe(IS_UNUSUAL)
})

it('comes to an end with any bytes, also with those that are no JSON', () => {
  const outline = opened()
  const sound = batch(viewed('one', { properties: { a: [1, { b: 'c\\"d' }], e: 'ü' } }))
  const damaged = fc
    .record({ at: fc.nat(sound.length - 1), bytes: fc.uint8Array({ maxLength: 4 }), cut: fc.nat(sound.length) })
    .map(({ at, bytes, cut }) => {
      const copy = Buffer.from(sound)
      copy.set(bytes.subarray(0, copy.length - at), at)
      return copy.subarray(0, cut)
    })
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)), body => {
      const outlines = outline(body, HOW)
      expect(outlines === null || outlines.words.subarray(0, WORDS).length === WORDS).toBe(true)
    }),
    { numRuns: 5000 },
  )
})
