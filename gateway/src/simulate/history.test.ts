import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAGES } from '../demo/map.ts'
import { botInAgent } from '../ingest/enrich/bot.ts'
import { isFlaw, validate } from '../ingest/event/validate.ts'
import { companyOf } from './cast.ts'
import { plotOf, simulate } from './history.ts'
import { PLOTS } from './plots.ts'

const END = Date.UTC(2026, 10, 22)
const DAY_MS = 86_400_000
const some = { seed: 7, companies: 40, days: 90, end: END }

describe('a simulated history', () => {
  const history = simulate(some)
  const tracked = (name: string) => history.filter(({ event }) => event.type === 'track' && event.event === name)
  const texts = (property: (event: (typeof history)[number]['event']) => unknown) => new Set(history.map(({ event }) => property(event)))

  test('is the same, byte for byte, for the same seed, and another for another seed', () => {
    expect(JSON.stringify(simulate(some))).toBe(JSON.stringify(history))
    expect(JSON.stringify(simulate({ ...some, seed: 8 }))).not.toBe(JSON.stringify(history))
  })

  test('has only events that the gateway takes, in the order of time, none later than its end, each with an id of its own', () => {
    const request = fc.record({
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      companies: fc.integer({ min: 1, max: 20 }),
      days: fc.integer({ min: 7, max: 200 }),
      end: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) }),
    })
    fc.assert(
      fc.property(request, options => {
        const events = simulate(options)
        for (const [place, { at, event }] of events.entries()) {
          expect(isFlaw(validate({ ...event }))).toBe(false)
          expect(Date.parse(event.timestamp ?? '')).toBe(at)
          expect(at).toBeLessThan(options.end)
          expect(at).toBeGreaterThanOrEqual(options.end - options.days * DAY_MS)
          expect(at).toBeGreaterThanOrEqual(events[place - 1]?.at ?? 0)
        }
        expect(new Set(events.map(({ event }) => event.messageId)).size).toBe(events.length)
      }),
      { numRuns: 25, examples: [[{ seed: 4294934524, companies: 7, days: 68, end: Date.UTC(2020, 0) }]] },
    )
  })

  test('keeps its message ids when it ends on another day, and what each of them means', () => {
    const meaning = (end: number) =>
      new Map(
        simulate({ ...some, end }).map(({ event }) => [
          event.messageId,
          `${event.type} ${event.userId ?? event.anonymousId} ${'event' in event ? event.event : event.context?.page?.path}`,
        ]),
      )
    const [today, tomorrow] = [meaning(END), meaning(END + DAY_MS)]
    const shared = [...tomorrow].filter(([id]) => today.has(id ?? ''))
    expect(shared.length).toBeGreaterThan(0.95 * today.size)
    const changed = shared.filter(([id, text]) => today.get(id)?.split(' ')[0] !== text.split(' ')[0])
    expect(changed).toEqual([])
  })

  test('tells of a company the same, however many others there are', () => {
    const few = simulate({ ...some, companies: 5 })
    const own = (event: (typeof history)[number]) => /^sample-7-90-[0-4]-/.test(event.event.messageId ?? '')
    expect(history.filter(own)).toEqual(few)
  })

  test('opens only pages that the demo site has', () => {
    const paths = new Set(PAGES.map(({ path }) => path))
    for (const { event } of history) if (event.type === 'page') expect(paths).toContain(event.context?.page?.path)
  })

  test('knows nobody before a form was sent, and the same device after it', () => {
    const named = new Map<string, string>()
    let wereAnonymous = 0
    for (const { from, event } of history) {
      if (from === 'server' || event.anonymousId === undefined) continue
      if (event.type === 'identify' && event.userId !== undefined) named.set(event.anonymousId, event.userId)
      expect(event.userId).toBe(named.get(event.anonymousId))
      if (event.userId === undefined) wereAnonymous += 1
    }
    expect(wereAnonymous).toBeGreaterThan(500)
    expect(named.size).toBeGreaterThan(40)
  })

  test('has working hours: people are there by day, where they live', () => {
    const hours = history
      .filter(({ event }) => event.type === 'page')
      .map(({ at, event }) => {
        const index = Number(/^sample-7-90-(\d+)-/.exec(event.messageId ?? '')?.[1])
        return new Date(at + companyOf(7, index).country.utcHours * 3_600_000).getUTCHours()
      })
    expect(hours.filter(hour => hour >= 7 && hour <= 20).length).toBeGreaterThan(0.95 * hours.length)
  })

  test('plays every story within the first companies, with the channels, programs, purchases and losses of real life', () => {
    expect(new Set(Array.from({ length: 40 }, (_, index) => plotOf(7, index)))).toEqual(new Set(Object.keys(PLOTS)))
    for (const name of [
      'Demo Requested',
      'Order Completed',
      'Opportunity Lost',
      'Subscription Cancelled',
      'Event Attended',
      'Promotion Clicked',
    ])
      expect(tracked(name), name).not.toEqual([])
    const queries = [...texts(event => event.context?.page?.search ?? '')].join(' ')
    for (const medium of ['cpc', 'paid_social', 'email', 'display']) expect(queries).toContain(`utm_medium=${medium}`)
    const referrers = [...texts(event => event.context?.page?.referrer ?? '')].join(' ')
    for (const host of ['google', 'chatgpt', 'linkedin', 'maintenance-weekly']) expect(referrers).toContain(host)
    expect([...texts(event => event.context?.userAgent)].some(agent => botInAgent(String(agent)) !== '')).toBe(true)
  })

  test('names nobody who could exist: companies on a reserved domain, private addresses that the provider never gives', () => {
    const addresses = history.flatMap(({ event }) => ('traits' in event && event.type === 'identify' ? [String(event.traits?.email)] : []))
    for (const address of addresses) expect(address).toMatch(/^[a-z.0-9]+@[a-z0-9-]+\.example$|^[a-z0-9]+_[a-z0-9_]+@gmail\.com$/)
    expect(addresses.some(address => address.endsWith('@gmail.com'))).toBe(true)
  })
})
