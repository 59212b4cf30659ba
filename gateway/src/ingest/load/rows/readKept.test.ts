import { expect, it } from 'vitest'
import { isFlaw } from '../../event/validate.ts'
import { createScanner } from '../../scan/scanner.ts'
import { readKept } from './readKept.ts'

const FACTS = { source: 'web', trust: 'browser', receivedAt: 0, userAgent: '', isHistorical: false } as const

function kept(events: readonly object[], scannedIn?: string) {
  return {
    body: Buffer.from(JSON.stringify({ batch: events })),
    events: events.length,
    facts: { ...FACTS, ...(scannedIn === undefined ? {} : { scannedIn }) },
  }
}

const NOBODYS = { type: 'track', event: 'A', messageId: 'm' }

it.each([
  ['by the same life of the process', 'life-1', false],
  ['by another, which may have had other rules', 'life-0', true],
  ['by nobody', undefined, true],
])('judges again what was scanned %s', (_, scannedIn, isJudged) => {
  const read = readKept(kept([NOBODYS], scannedIn), 'life-1')
  expect(isFlaw(read.eventAt(0))).toBe(isJudged)
})

it('judges again what says that it was scanned by a process without a name', () => {
  expect(isFlaw(readKept(kept([NOBODYS], undefined)).eventAt(0))).toBe(true)
})

it('takes what was scanned for the same event as the judge does', () => {
  const scan = createScanner()
  const events = [
    {
      type: 'track',
      event: 'A',
      userId: 'u',
      messageId: 'm-1',
      properties: { n: 17, nested: { list: [1, 'ü'] } },
      timestamp: '2026-03-01T09:00:00.000Z',
    },
    { type: 'identify', userId: 'u', messageId: 'm-2', context: { traits: { name: 'Ada' }, page: { url: 'https://a.example/?x=1' } } },
    { type: 'page', anonymousId: 'a', userId: null, messageId: 'm-3', name: 'Home', properties: null },
  ]
  const request = kept(events, 'life')
  expect(scan(request.body, { single: false })?.count).toBe(3)
  const [trusted, judged] = [readKept(request, 'life'), readKept(request, 'other')]
  for (let place = 0; place < events.length; place++) expect(trusted.eventAt(place)).toEqual(judged.eventAt(place))
})
