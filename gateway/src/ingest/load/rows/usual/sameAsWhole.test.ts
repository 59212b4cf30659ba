import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Origin } from '../../../enrich/origin.ts'
import { createScanner } from '../../../scan/scanner.ts'
import type { RequestFacts } from '../../../spool/frame.ts'
import { LIFE, makers } from './makers.fixture.ts'

const scan = createScanner()

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 })
const usually = <T>(usual: fc.Arbitrary<T>, ...rare: T[]) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: oneOf(...rare) })

const url = usually<unknown>(
  oneOf('https://a.example/pricing', 'https://a.example/', 'https://a.example/docs?utm_source=x&utm_medium=email'),
  'https://a.example/?utm_source=x&utm_flavour=mint',
  'https://a.example/?voucher=abc&utm_other=%20',
  'https://a.example/ü?token=secret',
  'https://a.example/?gclid=1',
  // What is taken out of it leaves more that would be.
  'https://a.example/?a=http://x@&utm_flavour=mint@b',
  'app://home',
  '/pricing',
  'a\\b"c',
  '',
  null,
)
const page = usually<unknown>(
  fc.record(
    {
      url,
      path: usually<unknown>(oneOf('/pricing', '/'), '', null, '/reset/ana@a.example'),
      referrer: usually<unknown>(oneOf('', 'https://www.google.com/'), '$direct', 'https://a.example/', null),
      title: usually<unknown>(oneOf('Pricing', 'Preise · ü'), null, 'a\tb'),
      search: oneOf('', '?x=1'),
      tab_url: oneOf('https://b.example/?token=1'),
    },
    { requiredKeys: ['url'] },
  ),
  null,
  {},
)
const context = usually<unknown>(
  fc.record(
    {
      page,
      sessionId: usually<unknown>(oneOf<unknown>('s-1', 's-2', 1_700_000_000_000), 1e3, -1, 1.5, '', 's\\1', 'ü', null),
      clientSeq: usually<unknown>(fc.nat(50), 4_294_967_296, 1.5, -1, null),
      userAgent: oneOf('Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0', 'curl/8', ''),
      userAgentData: oneOf({ brands: [{ brand: 'Chromium' }], platform: 'macOS', mobile: false }),
      webdriver: oneOf(true),
      screen: oneOf({ width: 0, height: 0 }, { width: 1280, height: 720 }),
      library: oneOf({ name: '@waymark/browser', version: '0.1.0' }),
      campaign: oneOf<unknown>({ name: 'spring', source: 's', flavour: 'mint' }, {}, null, { source: 'x', medium: 'cpc' }),
      consent: oneOf<unknown>({ analytics: true }, null),
      groupId: oneOf<unknown>('g-1', 7, null),
      traits: oneOf<unknown>({ plan: 'team' }, null),
      network: oneOf({ wifi: true, asn: 1 }),
    },
    { requiredKeys: [] },
  ),
  null,
  { page: 'x' },
)
const properties = usually<unknown>(
  fc.record(
    {
      report: oneOf('funnel', 'ü', 'a"b', 'https://a.example/?token=secret'),
      rows: oneOf<unknown>(1, 0, -0, -3, 0.1, 1.5, -0.25, 0.000001, 0.0000001, 123456789012345, 1e15, 12.34),
      nested: oneOf<unknown>([], [1, { a: null }], { b: true, 2: 'two', 1: 'one' }),
      url,
      title: oneOf('Pricing'),
      referrer: oneOf('https://www.linkedin.com/'),
      revenue: fc.double({ noNaN: true, noDefaultInfinity: true }),
    },
    { requiredKeys: [] },
  ),
  null,
  {},
  undefined,
)
const time = usually<unknown>(
  oneOf('2026-03-01T09:05:00.000Z', '2026-03-01T09:05:01.250Z', '2024-02-29T23:59:59.999Z', '2026-12-31T00:00:00.000Z'),
  '2025-02-29T00:00:00.000Z',
  '2026-03-32T00:00:00.000Z',
  '2026-04-31T00:00:00.000Z',
  '1970-01-01T00:00:00.000Z',
  '2026-03-01T09:05:00Z',
  '2026-03-01T24:00:00.000Z',
  '2026-03-01T09:05:00.00aZ',
  '0000-03-01T09:05:00.000Z',
  'yesterday',
  '',
  null,
)
const id = usually<unknown>(oneOf('u-1', 'u-2', 'u-3'), 'null', 'anonymous', '0', 0, 17, '', 'ü', null)
const sentAt = oneOf<unknown>('2026-03-01T09:05:02.000Z', '2026-03-01T09:05:03.000Z', 'soon')

const event = fc
  .record(
    {
      type: usually<unknown>(oneOf('track', 'track', 'page', 'page', 'screen', 'identify', 'group'), 'alias', undefined),
      event: usually<unknown>(oneOf('Report Opened', 'Signed Up'), 'Ü', null),
      anonymousId: id,
      userId: id,
      groupId: oneOf<unknown>('g-1', 7),
      previousId: oneOf('p'),
      timestamp: time,
      context,
      properties,
      sentAt,
      originalTimestamp: time,
      name: oneOf<unknown>('Home', null, 3),
      category: oneOf<unknown>('Docs', null),
      traits: oneOf<unknown>({ email: 'ana@a.example' }, { employees: 7 }, null),
      integrations: oneOf({ All: true }),
      unknown: oneOf<unknown>({ deep: [1, { a: '"' }] }, 'x'),
    },
    { requiredKeys: ['type', 'event', 'anonymousId', 'timestamp', 'context', 'properties'] },
  )
  .map(given => {
    const { name, category, sentAt: own, originalTimestamp, traits, integrations, unknown, previousId, ...usual } = given
    return { rare: { name, category, sentAt: own, originalTimestamp, traits, integrations, unknown, previousId }, usual }
  })
  .chain(({ rare, usual }) => maybe(fc.subarray(Object.keys(rare))).map(names => ({ ...usual, ...only(rare, names ?? []) })))

function only(value: { readonly [name: string]: unknown }, names: readonly string[]): { [name: string]: unknown } {
  return Object.fromEntries(names.filter(name => value[name] !== undefined).map(name => [name, value[name]]))
}

const facts = fc.record({
  source: oneOf('web', 'server'),
  userAgent: oneOf(
    '',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  ),
  isHistorical: oneOf(false, false, false, true),
  sentAt: maybe(sentAt as fc.Arbitrary<string>),
  type: maybe(oneOf<'track' | 'page'>('track', 'page')),
  origin: maybe(oneOf<Origin>({ country: 'DE' }, { country: 'FR', asn: 7, organisation: 'x' })),
})

const request = fc.record({
  events: fc.array(event, { minLength: 1, maxLength: 12 }),
  facts,
  form: oneOf('batch', 'batch', 'batch', 'spaced', 'shared', 'single'),
  /** Each comes so many times: what is seen twice is moulded the third time. */
  times: fc.integer({ min: 1, max: 5 }),
})

let ids = 0
function written(events: readonly object[], form: string): Buffer {
  const batch = events.map(one => ({ messageId: `m-${ids++}`, ...one }))
  if (form === 'single') return Buffer.from(JSON.stringify({ ...batch[0], writeKey: 'k' }))
  const shared = form === 'shared' ? { context: { locale: 'fr' } } : {}
  return Buffer.from(
    JSON.stringify({ writeKey: 'k', batch, ...shared, sentAt: '2026-03-01T09:05:02.000Z' }, null, form === 'spaced' ? 2 : 0),
  )
}

test('rows are the same with moulds and without, whatever comes in whatever order', () => {
  const { moulding, whole } = makers()
  let receivedAt = Date.UTC(2026, 2, 1, 9, 5, 4)
  let scanned = 0
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 4 }), requests => {
      for (const { events: given, facts: told, form, times } of requests) {
        const { type, sentAt: toldSentAt, origin, ...more } = told
        const isTaken = (events: readonly object[], single = false) =>
          scan(written(events, single ? 'single' : form), { single, type }) !== null
        const events = given.filter(one => isTaken([one], form === 'single')).slice(0, form === 'single' ? 1 : given.length)
        if (events.length === 0) continue
        for (let time = 0; time < times; time++) {
          scanned++
          receivedAt += 10
          const facts: RequestFacts = {
            ...more,
            trust: 'browser',
            receivedAt,
            scannedIn: LIFE,
            ...(type === undefined ? {} : { type }),
            ...(toldSentAt === undefined ? {} : { sentAt: toldSentAt }),
            ...(origin === undefined ? {} : { origin }),
          }
          const kept = { body: written(events, form), events: events.length, facts }
          const made = moulding.make(kept)
          expect(made).toEqual(whole.make(kept))
          expect(made.troubles.filter(trouble => trouble !== '')).toEqual([])
        }
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 300) },
  )
  expect(moulding.clocks()).toEqual(whole.clocks())
  expect(scanned).toBeGreaterThan(300)
  expect(moulding.moulded()).toBeGreaterThan(500)
  expect(whole.moulded()).toBe(0)
  if (process.env.RUNS) console.log(scanned, moulding.moulded())
})
