import type { Context, Event, Json, PageContext } from '@waymark/schemas/event'
import { documentTitle, PAGES, VENDOR } from '../demo/map.ts'
import { arrive, type Way } from './arrivals.ts'
import type { Person } from './cast.ts'
import type { Random } from './random.ts'
import { BROWSERS } from './words.ts'

/** What a page sends by the public key, and what the vendor's back end (CRM, mail tool, billing) sends by its own. */
export type Sender = 'browser' | 'server'

export interface SimulatedEvent {
  readonly from: Sender
  /** Epoch ms. */
  readonly at: number
  readonly event: Event
}

/** Turns what people do into the events that SDKs would send. Times are epoch ms. */
export interface Teller {
  readonly random: Random
  /** A working moment of a day (0 is the first, parts are allowed) where the person is: 8 to 18 o'clock, seldom on a weekend. */
  moment(who: Person, day: number): number
  /** The user agent of this person's device, where it is none that people use. */
  use(who: Person, userAgent: string): void
  /** Opens pages one after the other. Returns when the last was left. */
  visit(who: Person, at: number, paths: readonly string[], way?: Way): number
  /** On the page opened last. */
  act(who: Person, at: number, event: string, properties?: Json): void
  /** A form that asks for name and address: from then on the device is known. */
  introduce(who: Person, at: number): void
  /** A form that asks for the company. */
  join(who: Person, at: number, groupId: string, traits: Json): void
  /** Told by the back end of a person, or of the account named in the context. */
  report(who: Person, at: number, event: string, properties?: Json, context?: Context): void
  /** A name that the back end knows from a list. */
  enlist(who: Person, at: number): void
  /** Everything told so far, in the order in which it happened. */
  events(): SimulatedEvent[]
}

interface Draft {
  readonly from: Sender
  readonly at: number
  readonly who: Person
  readonly messageId: string
  readonly call:
    | { readonly type: 'page' }
    | { readonly type: 'track'; readonly event: string; readonly properties: Json }
    | { readonly type: 'identify'; readonly traits: Json }
    | { readonly type: 'group'; readonly groupId: string; readonly traits: Json }
  readonly context: Context
}

/** A browser as its events see it. */
interface Device {
  readonly userAgent: string
  page: PageContext
  sessionId: string
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const PAGE_BY_PATH = new Map(PAGES.map(page => [page.path, page]))

/** `key` begins the message ids; the first day starts at `start`. Chance is asked the same way whatever the weekday, so that ids keep their meaning. */
export function createTeller({ key, start, days, random }: { key: string; start: number; days: number; random: Random }): Teller {
  const drafts: Draft[] = []
  const devices = new Map<string, Device>()

  function deviceOf({ anonymousId }: Person): Device {
    const device = devices.get(anonymousId) ?? { userAgent: random.pick(BROWSERS), page: pageAt('/', '', ''), sessionId: '' }
    devices.set(anonymousId, device)
    return device
  }

  function draft(from: Sender, who: Person, at: number, call: Draft['call'], context: Context): void {
    drafts.push({ from, at, who, messageId: `sample-${key}-${drafts.length}`, call, context })
  }

  function fromBrowser(who: Person, at: number, call: Draft['call']): void {
    const { userAgent, page, sessionId } = deviceOf(who)
    const library = { name: '@waymark/browser', version: '0.1.0' }
    draft('browser', who, at, call, { page, sessionId, userAgent, locale: who.company.country.locale, library })
  }

  return {
    random,
    moment({ company }, day) {
      const [staysAtWork, hour] = [random.next(), random.next()]
      const whole = Math.floor(day)
      const weekday = new Date(start + whole * DAY_MS).getUTCDay()
      const sinceFriday = weekday === 6 ? 1 : weekday === 0 ? 2 : 0
      const workday = staysAtWork < 0.1 ? whole : Math.max(0, whole - sinceFriday)
      return start + workday * DAY_MS + Math.round((8 + hour * 10 - company.country.utcHours) * HOUR_MS)
    },
    use(who, userAgent) {
      devices.set(who.anonymousId, { ...deviceOf(who), userAgent })
    },
    visit(who, at, paths, way) {
      const device = deviceOf(who)
      const arrival = arrive(random, (at - start) / (days * DAY_MS), way)
      device.sessionId = String(at)
      let left = at
      let referrer = arrival.referrer
      for (const [place, path] of paths.entries()) {
        device.page = pageAt(path, place === 0 ? arrival.search : '', referrer)
        fromBrowser(who, left, { type: 'page' })
        if (place === 0 && arrival.isAd) fromBrowser(who, left + 400, { type: 'track', event: 'Promotion Clicked', properties: {} })
        left += random.whole(15, 170) * 1000
        if (path.startsWith('/articles/') && random.chance(0.7))
          fromBrowser(who, left - 5000, { type: 'track', event: 'Content Viewed', properties: { title: device.page.title } })
        referrer = `https://${VENDOR.host}${path}`
      }
      return left
    },
    act: (who, at, event, properties = {}) => fromBrowser(who, at, { type: 'track', event, properties }),
    introduce: (who, at) => fromBrowser(who, at, { type: 'identify', traits: traitsOf(who) }),
    join: (who, at, groupId, traits) => fromBrowser(who, at, { type: 'group', groupId, traits }),
    report: (who, at, event, properties = {}, context = {}) => draft('server', who, at, { type: 'track', event, properties }, context),
    enlist: (who, at) => draft('server', who, at, { type: 'identify', traits: traitsOf(who) }, {}),
    events: () => placed(drafts),
  }
}

/** Gives every event the identity that its device had at that moment. Stories are not told in the order of time. */
function placed(drafts: readonly Draft[]): SimulatedEvent[] {
  const identities = new Map<string, { userId?: string; groupId?: string; clientSeq: number }>()
  return drafts
    .toSorted((a, b) => a.at - b.at)
    .map(({ from, at, who, messageId, call, context }) => {
      const base = { ...call, messageId, timestamp: new Date(at).toISOString() }
      if (from === 'server') return { from, at, event: { ...base, userId: who.userId, context } }
      const identity = identities.get(who.anonymousId) ?? { clientSeq: 0 }
      identities.set(who.anonymousId, identity)
      identity.clientSeq += 1
      if (call.type === 'identify') identity.userId = who.userId
      if (call.type === 'group') identity.groupId = call.groupId
      const { clientSeq, userId, groupId } = identity
      const event = {
        ...base,
        ...(call.type === 'page' ? { properties: { ...context.page } } : {}),
        anonymousId: who.anonymousId,
        ...(userId === undefined ? {} : { userId }),
        context: { clientSeq, ...(groupId === undefined ? {} : { groupId }), ...context },
      }
      return { from, at, event }
    })
}

function pageAt(path: string, search: string, referrer: string): PageContext {
  const title = documentTitle(PAGE_BY_PATH.get(path) ?? { path, title: path })
  return { url: `https://${VENDOR.host}${path}${search}`, path, search, title, referrer }
}

function traitsOf({ email, name, title }: Person): Json {
  return { email, name, title }
}
