import { ARTICLES, CAREERS, COMPARISON, DEMO_REQUEST, DOCS, DOCS_LIST, HOME, PRICING, SECURITY, SIGN_UP, WEBINAR } from '../demo/map.ts'
import type { Way } from './arrivals.ts'
import type { Company, Person } from './cast.ts'
import type { Teller } from './teller.ts'

const MINUTE_MS = 60_000

/** What people of a company do with the vendor, each as one step of a story. Days as in `Teller`. */
export function actsOf(teller: Teller, company: Company) {
  const { random, moment, visit, act, introduce, join, report } = teller
  const read = () => random.pick(ARTICLES).path
  const deal = { opportunity_id: `opp-${company.groupId}`, currency: company.country.currency }
  // Deals grow with the company, with a long tail: few customers make most of the revenue.
  const amount = Math.round((company.employees ** 0.8 * (40 + 200 * random.next() ** 3)) / 100) * 100 + 900

  function glance(who: Person, day: number, way?: Way): void {
    visit(who, moment(who, day), random.chance(0.6) ? [HOME.path] : [HOME.path, read()], way)
  }

  function research(who: Person, from: number, to: number, times: number): void {
    for (let time = 0; time < times; time += 1) {
      const day = from + ((to - from) * (time + random.next() * 0.8)) / times
      const paths = [...(random.chance(0.5) ? [HOME.path] : []), read(), ...(random.chance(0.5) ? [read()] : [])]
      visit(who, moment(who, day), random.chance(0.2) ? [...paths, DOCS_LIST.path] : paths)
    }
  }

  function download(who: Person, day: number): void {
    const left = visit(who, moment(who, day), [read()])
    introduce(who, left)
    act(who, left + 900, 'Content Downloaded', { content: 'Stockroom audit checklist' })
  }

  function subscribe(who: Person, day: number): void {
    const left = visit(who, moment(who, day), [read()])
    introduce(who, left)
    act(who, left + 900, 'Newsletter Subscribed')
  }

  function webinar(who: Person, day: number): void {
    const left = visit(who, moment(who, day), [WEBINAR.path])
    introduce(who, left)
    act(who, left + 900, 'Event Registered', { webinar: WEBINAR.title })
    report(who, moment(who, day + 5), random.chance(0.7) ? 'Event Attended' : 'Event No Show', { webinar: WEBINAR.title })
  }

  function compare(who: Person, day: number): void {
    const more = [COMPARISON.path, SECURITY.path, random.pick(DOCS).path].filter(() => random.chance(0.6))
    visit(who, moment(who, day), [HOME.path, PRICING.path, ...more, ...(random.chance(0.4) ? [PRICING.path] : [])])
  }

  function chat(who: Person, day: number): void {
    const left = visit(who, moment(who, day), [PRICING.path])
    act(who, left, 'Live Chat Conversation Started')
    act(who, left + MINUTE_MS, 'Live Chat Message Sent')
  }

  function demo(who: Person, day: number): void {
    const left = visit(who, moment(who, day), [PRICING.path, DEMO_REQUEST.path])
    introduce(who, left)
    join(who, left + 500, company.groupId, accountTraits())
    act(who, left + 900, 'Demo Requested', { topic: 'spare-parts-stock' })
    report(who, left + 20 * MINUTE_MS, 'Lead Created', { origin: 'demo form' })
    if (random.chance(0.8)) report(who, moment(who, day + 1), 'Call Connected', { minutes: random.whole(4, 25) })
    report(who, moment(who, day + 2), 'Meeting Booked')
    report(who, moment(who, day + 5), random.chance(0.9) ? 'Meeting Held' : 'Meeting No Show')
  }

  function trial(who: Person, day: number): number {
    const left = visit(who, moment(who, day), [PRICING.path, SIGN_UP.path])
    introduce(who, left)
    join(who, left + 500, company.groupId, accountTraits())
    act(who, left + 900, 'Signed Up', { plan: 'trial' })
    report(who, left + MINUTE_MS, 'Trial Started', { plan: 'trial', days: 14 })
    return left
  }

  function use(who: Person, from: number, to: number): void {
    for (let day = from; day < to; day += random.whole(1, 4)) {
      const at = moment(who, day)
      report(who, at, 'Signed In')
      if (random.chance(0.15))
        report(who, at + 20 * MINUTE_MS, 'Feature Activated', { feature: random.pick(['Forecast', 'Alerts', 'Import']) })
    }
  }

  function negotiate(who: Person, day: number): void {
    const about = { groupId: company.groupId }
    report(who, moment(who, day), 'Opportunity Created', { ...deal, amount, stage: 'discovery' }, about)
    report(who, moment(who, day + 6), 'Opportunity Stage Changed', { ...deal, amount, stage: 'proposal' }, about)
    report(who, moment(who, day + 8), 'Proposal Sent', deal, about)
  }

  function lose(who: Person, day: number): void {
    report(
      who,
      moment(who, day),
      'Opportunity Lost',
      { ...deal, reason: random.pick(['no budget', 'chose another', 'project stopped']) },
      { groupId: company.groupId },
    )
  }

  function buy(who: Person, day: number): void {
    const about = { groupId: company.groupId }
    const at = moment(who, day)
    report(who, at - 2 * 24 * 60 * MINUTE_MS, 'Contract Sent', deal, about)
    report(who, at, 'Opportunity Won', { ...deal, amount }, about)
    order(who, at + 30 * MINUTE_MS, 1)
    report(who, at + 40 * MINUTE_MS, 'Subscription Started', { plan: 'plant', currency: deal.currency }, about)
  }

  function order(who: Person, at: number, place: number): void {
    const revenue = place === 1 ? amount : Math.round(amount * (0.2 + 0.5 * random.next()))
    const properties = { order_id: `order-${company.groupId}-${place}`, revenue, currency: deal.currency }
    report(who, at, 'Order Completed', properties, { groupId: company.groupId })
  }

  /** The weeks after a purchase. */
  function settle(who: Person, day: number): void {
    const about = { groupId: company.groupId }
    report(who, moment(who, day + 4), 'Onboarding Completed', {}, about)
    if (random.chance(0.6)) report(who, moment(who, day + 7), 'Training Attended', {}, about)
    if (random.chance(0.5)) {
      const at = moment(who, day + 9)
      report(who, at, 'Support Ticket Created', { topic: 'import' }, about)
      report(who, at + 26 * 60 * MINUTE_MS, 'Support Ticket Solved', {}, about)
    }
  }

  /** Mail of the vendor's, every second week. */
  function mail(who: Person, from: number, to: number): void {
    for (let day = from; day < to; day += 14) {
      const at = moment(who, day)
      report(who, at, 'Email Delivered', { campaign: 'newsletter' })
      if (random.chance(0.5)) report(who, at + 90 * MINUTE_MS, 'Email Opened', { campaign: 'newsletter' })
      if (random.chance(0.2)) {
        report(who, at + 92 * MINUTE_MS, 'Email Link Clicked', { campaign: 'newsletter' })
        visit(who, at + 93 * MINUTE_MS, [read()], 'email')
      }
    }
  }

  /** Comes from a list or a fair: the back end knows the name before the site does. */
  function enlist(who: Person, day: number): void {
    teller.enlist(who, moment(who, day))
  }

  function lookForWork(who: Person, day: number): void {
    visit(who, moment(who, day), [CAREERS.path, HOME.path], 'social')
  }

  function accountTraits() {
    const { name, domain, industry, employees, country } = company
    return { name, website: `https://www.${domain}`, industry, employees, country: country.country }
  }

  return {
    glance,
    research,
    download,
    subscribe,
    webinar,
    compare,
    chat,
    demo,
    trial,
    use,
    negotiate,
    lose,
    buy,
    order,
    settle,
    mail,
    enlist,
    lookForWork,
  }
}

export type Acts = ReturnType<typeof actsOf>
