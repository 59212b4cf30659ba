import { expect, it } from 'vitest'
import { createRedaction } from '../../../enrich/redact.ts'
import { createScanner } from '../../../scan/scanner.ts'
import type { RequestFacts } from '../../../spool/frame.ts'
import { LIFE, makers } from './makers.fixture.ts'

type Told = Partial<RequestFacts>
/** JSON text of an event without its message id, and what its request told. */
type Sent = string | readonly [json: string, facts: Told]

const FACTS: RequestFacts = {
  source: 'web',
  trust: 'browser',
  userAgent: '',
  isHistorical: false,
  receivedAt: Date.UTC(2026, 2, 1, 9, 5, 4),
  scannedIn: LIFE,
}
const scan = createScanner()

/** Makers that are sent requests; each row must be as if there were no moulds. */
function opened(given = makers()) {
  const { moulding, whole } = given
  let id = 0
  return {
    moulded: moulding.moulded,
    told: moulding.told,
    send(events: readonly string[], facts: Told = {}): void {
      const body = Buffer.from(`{"batch":[${events.map(json => `{"messageId":"m-${id++}",${json.slice(1)}`).join(',')}]}`)
      const told = { ...FACTS, ...facts }
      expect([events[0], scan(body, { single: false, type: told.type })?.count]).toEqual([events[0], events.length])
      const request = { body, events: events.length, facts: told }
      const [made, truth] = [moulding.make(request), whole.make(request)]
      // As texts first: they are many.
      if (JSON.stringify(made) !== JSON.stringify(truth)) expect([events[0], made]).toEqual([events[0], truth])
      expect(JSON.stringify(moulding.clocks())).toBe(JSON.stringify(whole.clocks()))
    },
  }
}

const track = (more: string) => `{"type":"track","event":"E","anonymousId":"a",${more}}`
const page = (more: string) => `{"type":"page","anonymousId":"a",${more}}`
const inContext = (more: string) => page(`"context":{${more}}`)
const inPage = (more: string) => inContext(`"page":{"url":"https://a.example/",${more}}`)
const at = (path: string, more = '') => inContext(`"page":{"url":"https://a.example${path}"}${more}`)
const USUAL = inContext('"locale":"usual"')
const sentAt = (time: string) => track(`"timestamp":"2026-03-01T09:00:00.000Z","sentAt":"${time}"`)

it.each<[string, readonly Sent[]]>([
  ['an address whose campaign is not seen when it is read again', [at('/?a=http://x@&utm_flavour=mint@b'), at('/')]],
  ['an address whose campaign has no columns', [at('/?utm_flavour=mint'), at('/')]],
  ['the campaign', [at('/', ',"campaign":{"name":"x"}'), at('/', ',"campaign":{"name":"y"}'), at('/', ',"campaign":{"a":"y"}'), at('/')]],
  [
    'a column of the page',
    [inPage('"title":"a"'), inPage('"title":"b"'), inPage('"path":"/a"'), inPage('"referrer":"https://b.example/"')],
  ],
  ['what of the page has no column', [inPage('"search":"?a"'), inPage('"search":"?b"'), inPage('"urls":"a"'), inPage('"urls":"b"')]],
  [
    'the place of a member',
    [inContext('"url":"/a"'), inContext('"page":{"url":"/a"}'), page('"url":"/a"'), inContext('"a":{"page":{"url":"/a"}}')],
  ],
  ['where the context begins', [page('"a":1,"context":{"b":2}'), page('"context":{"a":1,"b":2}')]],
  ['where the context ends', [page('"context":{"a":1},"b":2'), page('"context":{"a":1,"b":2}')]],
  ['where the page begins', [inContext('"a":1,"page":{"b":2}'), inContext('"page":{"a":1,"b":2}')]],
  ['where the page ends', [inContext('"page":{"a":1},"b":2'), inContext('"page":{"a":1,"b":2}')]],
  ['the name', [page('"name":"a"'), page('"name":"b"'), page('"category":"a"'), page('"category":"b"'), page('"name":null')]],
  [
    'properties',
    [track('"properties":{}'), track('"properties":null'), track('"properties":{"a":1.0}'), track('"x":1'), page('"properties":{"a":1}')],
  ],
  ['properties that name a secret', [track('"properties":{"u":"https://a.example/?token=s3cret"}')]],
  [
    'properties that tell of the page',
    [page('"properties":{"url":"https://a.example/"}'), track('"properties":{"url":"https://a.example/"}')],
  ],
  [
    'the type',
    ['track', 'page', 'screen', 'identify'].map(type => track('"properties":{"url":"https://a.example/"}').replace('track', type)),
  ],
  [
    'the type of the route',
    (['track', 'page', 'screen'] as const).map(type => ['{"event":"E","userId":"u","properties":{"url":"/"}}', { type }]),
  ],
  ['the source', ['web', 'app'].map(source => [track('"x":1'), { source }])],
  ['the trust', (['browser', 'server'] as const).map(trust => [track('"x":1'), { trust }])],
  [
    'the user agent',
    ['', 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0'].map(userAgent => [track('"x":1'), { userAgent }]),
  ],
  ['the hints', ['Windows', 'macOS'].map(platform => [track('"x":1'), { userAgentData: { platform } }])],
  ['the origin', [{ country: 'DE' }, { country: 'FR' }, { country: 'FR', asn: 7 }].map(origin => [track('"x":1'), { origin }])],
  ['the time of an import', [[sentAt('2026-03-01T09:30:00.000Z'), { isHistorical: true }], sentAt('2026-03-01T09:30:00.000Z')]],
  [
    'when it left',
    [sentAt('2026-03-01T09:30:00.000Z'), sentAt('soon'), [track('"timestamp":"2026-03-01T09:00:00.000Z"'), { sentAt: 1_772_355_000 }]],
  ],
  ['when it left, by a text with a blank that is not ASCII', [sentAt('2026-03-01T09:30:00\u00a0Z'), sentAt('2026-03-01T09:30:00Z\u00a0')]],
  [
    'the time',
    [
      ...['1970-01-02T23:59:59.999Z', '2148-12-31T23:59:59.999Z', '2149-01-01T00:00:00.000Z', '2026-03-01T09:05:00.000Z0'],
      ...[
        '2100-02-29T00:00:00.000Z',
        '2000-02-29T00:00:00.000Z',
        '2026-03-01T25:00:00.000Z',
        '2026-03-01T09:05:00.0000',
        '2026-03-01X09:05:00.000Z',
        '2026-03-01T23:60:00.000Z',
        '2026-03-01T23:59:60.000Z',
      ],
    ].map(time => track(`"timestamp":"${time}"`)),
  ],
  [
    'the device',
    [track('"userId":"u","timestamp":"2026-03-01T09:00:00.000Z","sentAt":"2026-03-01T09:30:00.000Z"'), '{"type":"page","userId":"u"}'],
  ],
  ['an id', ['"u"', '"v"', '0', '17', '18', 'null', '""', '"null"', '"a\x7f"', '"\x7f"'].map(id => track(`"userId":${id}`))],
  ['an anonymous id', ['"u"', '0', '17', 'null', '""', '"null"', '"a\x7f"'].map(id => `{"type":"page","userId":"u","anonymousId":${id}}`)],
  ['the name of the event', ['E', 'F', 'a\x7f'].map(name => `{"type":"track","userId":"u","event":"${name}"}`)],
  [
    'the session',
    ['"5"', '5', '-5', '0', '-0', '""', '"a\\\\b"', '"c\\\\b"', 'null', '999999999999999', '99999999999999999'].map(id =>
      inContext(`"sessionId":${id}`),
    ),
  ],
  [
    'the place in the session',
    ['5', '6', '0', '-0', '-1', '1.5', 'null', '999999999', '4294967295', '4294967296', '9999999999'].map(seq =>
      inContext(`"clientSeq":${seq}`),
    ),
  ],
  [
    'keys that look like the end of a value',
    [inContext('"clientSeq":5,":null":1'), inContext('"clientSeq":null'), page('"userId":"u","":1,":2":3'), page('"userId":"",":1":2')],
  ],
  ['whether there is a place in the session', [inContext('"clientSeq":5'), inContext('')]],
  [
    'a machine',
    [inContext('"webdriver":true'), inContext('"screen":{"width":0,"height":0}'), inContext('"screen":{"width":1,"height":0}')],
  ],
])('events that differ in %s have rows of their own', (_, sent) => {
  const { send, moulded } = opened()
  // What comes twice can be moulded the third time, and is of use for those that come after.
  for (const one of [...sent.flatMap(each => [each, each, each, each]), ...sent, USUAL, USUAL, USUAL]) {
    if (typeof one === 'string') send([one])
    else send([one[0]], one[1])
  }
  expect(moulded()).toBeGreaterThan(0)
})

it('what one event of a request has is not taken for what the next one has', () => {
  const { send, moulded } = opened()
  const ofRoute = (more: string) => `{"userId":"u",${more}}`
  const [url, other] = ['"properties":{"url":"https://a.example/"}', '"properties":{"url":"https://b.example/"}']
  const events = [
    track(url),
    ofRoute(url),
    ofRoute(other),
    ofRoute('"x":1'),
    page('"x":1'),
    ofRoute('"timestamp":"2026-03-01T09:00:00.000Z"'),
  ]
  for (const type of ['page', 'screen', 'identify'] as const) {
    for (let times = 0; times < 4; times++) send(events, { type })
    send(events.toReversed(), { type })
    for (const one of events) send([one], { type })
  }
  expect(moulded()).toBeGreaterThan(60)
})

it('what comes for the first time is no mould for what else does, and of each event it is told whether it was moulded', () => {
  const { send, moulded, told } = opened()
  for (let times = 0; times < 3; times++) send([at('/known')])
  expect(moulded()).toBe(1)
  for (let place = 0; place < 5; place++) {
    send([at(`/${place}`)])
    send([at('/known', `,"locale":"${place}"`)])
  }
  expect(moulded()).toBe(1)
  expect(told()).toBe(13)
})

it('numbers that come again after pages and rests were forgotten have nothing to do with those before', () => {
  const { send, moulded } = opened()
  for (let place = 0; place < 60; place++) {
    const json = at(`/${place}`, `,"locale":"${place}"`).replace('{', `{"large":"${'x'.repeat(60_000)}",`)
    for (let times = 0; times < 3; times++) send([json])
  }
  expect(moulded()).toBeGreaterThan(40)
})

it('numbers that come again after texts were forgotten have nothing to do with those before', () => {
  const { send, moulded } = opened()
  for (let round = 0; round < 6; round++)
    send(Array.from({ length: 2500 }, (_, place) => `{"type":"track","event":"E","anonymousId":"a-${round}-${place}"}`))
  expect(moulded()).toBeGreaterThan(14_000)
})

it('an event of which no row can be made leaves nothing behind for another', () => {
  const redact = createRedaction([])
  const { send, moulded } = opened(
    makers(text => {
      if (text.includes('refused')) throw new Error('refused')
      return redact(text)
    }),
  )
  for (let times = 0; times < 3; times++) send([track('"properties":{"a":"refused"}')])
  // No mould can be made of it, nor of what it was asked for before.
  send(['{"type":"page","anonymousId":"b","timestamp":"yesterday","context":{"locale":"fr"}}'])
  for (let times = 0; times < 3; times++) send([track('"properties":{"a":"b"}'), track('"properties":{"a":"refused"}')])
  expect(moulded()).toBeGreaterThan(0)
})
