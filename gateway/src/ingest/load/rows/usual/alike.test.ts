import { describe, expect, it } from 'vitest'
import { createScanner } from '../../../scan/scanner.ts'
import type { RequestFacts } from '../../../spool/frame.ts'
import { LIFE, makers } from './makers.fixture.ts'

const FACTS: RequestFacts = {
  source: 'web',
  trust: 'browser',
  userAgent: '',
  isHistorical: false,
  receivedAt: Date.UTC(2026, 2, 1, 9, 5, 4),
  scannedIn: LIFE,
}
const scan = createScanner()

interface Sent {
  /** JSON text of an event, without its message id. */
  readonly json: string
  readonly facts?: Partial<RequestFacts>
}

/** Sends each of them so many times that its own moulds would be there, then all again: every row must be as if there were none. Gives the moulded. */
function sendAll(...sent: readonly Sent[]): number {
  const { moulding, whole } = makers()
  let id = 0
  for (const { json, facts } of [...sent.flatMap(one => [one, one, one, one]), ...sent]) {
    const body = Buffer.from(`{"batch":[{"messageId":"m-${id++}",${json.slice(1)}]}`)
    const told = { ...FACTS, ...facts }
    const taken = scan(body, { single: false, type: told.type })
    expect([json, taken?.count]).toEqual([json, 1])
    const request = { body, events: 1, facts: told }
    expect([json, moulding.make(request)]).toEqual([json, whole.make(request)])
  }
  expect(moulding.clocks()).toEqual(whole.clocks())
  return moulding.moulded()
}

const page = (url: string, more = '') => `{"type":"page","anonymousId":"a","context":{"page":{"url":"${url}"}${more}}}`

describe('events that are alike in all but one thing have rows of their own', () => {
  it.each<[string, ...string[]]>([
    [
      'a campaign in the address that is not seen any more when what is stored of it is read again',
      page('https://a.example/?a=http://x@&utm_flavour=mint@b'),
      page('https://a.example/pricing'),
    ],
    ['a campaign in the address that has no columns', page('https://a.example/?utm_flavour=mint'), page('https://a.example/')],
    ['a campaign in the context', page('https://a.example/', ',"campaign":{"name":"x","flavour":"mint"}'), page('https://a.example/')],
  ])('%s', (_, ...events) => {
    sendAll(...events.map(json => ({ json })))
  })
})
