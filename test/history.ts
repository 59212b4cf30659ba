/** A believable history from a seed: companies with committees, anonymous phases, shared devices, job changes, orders and losses. */
export interface History {
  readonly events: readonly object[]
  /** Just after the last event. */
  readonly end: string
}

const DAY_MS = 86_400_000
const START = Date.UTC(2026, 0, 5)
const PATHS = [
  '/',
  '/articles/intent-data',
  '/articles/abm',
  '/pricing',
  '/compare/rival',
  '/docs/api',
  '/careers',
  '/webinars/launch',
  '/security',
]
const EVENTS = [
  'Content Downloaded',
  'Event Registered',
  'Event Attended',
  'Demo Requested',
  'Live Chat Conversation Started',
  'Meeting Held',
  'Signed Up',
  'Opportunity Created',
  'Opportunity Lost',
  'Order Completed',
  'Subscription Started',
  'Subscription Cancelled',
  'NPS Submitted',
  'Invoice Paid',
]

export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function history({ seed, companies, days }: { seed: number; companies: number; days: number }): History {
  const random = seeded(seed)
  const whole = (below: number) => Math.floor(random() * below)
  const pick = <T>(values: readonly T[]): T => values[whole(values.length)] as T
  const events: object[] = []
  let sequence = 0
  const put = (day: number, fields: object) => {
    const timestamp = new Date(START + day * DAY_MS + whole(DAY_MS)).toISOString()
    events.push({ messageId: `h-${seed}-${sequence++}`, timestamp, ...fields })
  }
  const page = (day: number, who: object) => {
    const path = pick(PATHS)
    put(day, {
      type: 'page',
      ...who,
      context: { page: { path, url: `https://www.vendor.example${path}`, referrer: random() < 0.1 ? 'https://www.google.com/' : '' } },
    })
  }

  for (let company = 0; company < companies; company += 1) {
    const domain = random() < 0.1 ? 'gmail.com' : `company-${seed}-${company}.com`
    const group = `g-${seed}-${company}`
    const people = 1 + whole(4)
    for (let person = 0; person < people; person += 1) {
      const devices = [`a-${seed}-${company}-${person}`, ...(random() < 0.3 ? [`a-${seed}-${company}-shared`] : [])]
      const userId = `u-${seed}-${company}-${person}`
      const known = whole(days)
      for (let visit = 0; visit < 1 + whole(6); visit += 1) page(whole(days), { anonymousId: pick(devices) })
      put(known, {
        type: 'identify',
        userId,
        anonymousId: pick(devices),
        traits: { email: `p${person}@${domain}`, name: `Person ${person}`, title: pick(['VP Sales', 'Engineer', 'Head of IT', 'Buyer']) },
      })
      if (random() < 0.7)
        put(known, {
          type: 'group',
          userId,
          groupId: group,
          traits: random() < 0.5 ? { name: `Company ${company}`, website: `https://www.${domain}` } : { name: `Company ${company}` },
        })
      for (let touch = 0; touch < whole(5); touch += 1) {
        const event = pick(EVENTS)
        put(Math.min(days - 1, known + whole(30)), {
          type: 'track',
          event,
          userId,
          ...(random() < 0.2 ? { context: { groupId: group } } : {}),
          properties:
            event === 'NPS Submitted'
              ? { score: whole(11) }
              : event === 'Order Completed'
                ? { order_id: `o-${sequence}`, revenue: whole(1000) }
                : {},
        })
      }
      // A job change, and somebody else who signs in on the same device.
      if (random() < 0.1)
        put(Math.min(days - 1, known + 10), { type: 'identify', userId, traits: { email: `p${person}@next-${seed}-${company}.com` } })
      if (random() < 0.1) put(known, { type: 'identify', userId: `u-${seed}-guest`, anonymousId: devices[0] })
    }
  }
  return { events, end: new Date(START + days * DAY_MS).toISOString() }
}

export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map(value => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value)
}
