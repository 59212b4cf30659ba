import { COMPARISON, PRICING } from '../demo/map.ts'
import type { Acts } from './acts.ts'
import type { Company, Person } from './cast.ts'
import type { Random } from './random.ts'
import type { Teller } from './teller.ts'
import { HEADLESS } from './words.ts'

export interface Scene {
  readonly company: Company
  readonly acts: Acts
  readonly teller: Teller
  readonly random: Random
  /** A day at that share of the history, 0 to 1, so that every length tells the whole story. */
  readonly day: (share: number) => number
  /** Another company of the cast. */
  readonly neighbour: Company
}

type Plot = (scene: Scene) => void

/** What becomes of companies, each with how many in a hundred. */
export const PLOTS = {
  onlooker: [26, onlooker],
  reader: [28, reader],
  evaluator: [9, evaluator],
  lost: [6, lost],
  buyer: [7, buyer],
  selfService: [2, selfService],
  advocate: [5, advocate],
  churned: [3, churned],
  dormant: [6, dormant],
  returned: [3, returned],
  stuffer: [1, stuffer],
  bot: [1, bot],
  jobSeeker: [3, jobSeeker],
} as const satisfies Record<string, readonly [number, Plot]>

export type PlotName = keyof typeof PLOTS

/** Few touches and a name on a list: aware. */
function onlooker({ company, acts, day, random }: Scene): void {
  const [who] = company.people
  const start = day(0.25 + 0.65 * random.next())
  acts.enlist(who, start)
  acts.mail(who, start + 1, day(1))
  if (random.chance(0.6)) acts.glance(who, start - day(0.1) * random.next(), 'display')
}

/** Reads, downloads, comes to a webinar, some before anybody knows the name: consider. */
function reader({ company, acts, day, random }: Scene): void {
  const from = 0.1 + 0.65 * random.next()
  for (const who of some(company, 2, random)) {
    acts.research(who, day(from), day(Math.min(0.97, from + 0.35)), random.whole(2, 4))
    if (random.chance(0.75))
      random.pick([acts.download, acts.subscribe, acts.webinar])(who, day(Math.min(0.95, from + 0.25 * random.next())))
    if (random.chance(0.3)) acts.mail(who, day(from + 0.2), day(1))
  }
}

/** A committee that compares, asks for a demo or tries: evaluate, and not decided yet. */
function evaluator(scene: Scene): void {
  const { acts, day, random } = scene
  const decision = 0.7 + 0.25 * random.next()
  const [first] = shop(scene, decision)
  if (random.chance(0.5)) acts.demo(first, day(decision))
  else if (random.chance(0.6)) tryOut(scene, first, decision, 1)
  else acts.chat(first, day(decision))
  if (random.chance(0.4)) acts.negotiate(first, day(decision) + 6)
}

function lost(scene: Scene): void {
  const { acts, day, random } = scene
  const [first] = shop(scene, 0.3 + 0.2 * random.next())
  const demo = day(0.45 + 0.1 * random.next())
  acts.demo(first, demo)
  acts.negotiate(first, demo + 6)
  acts.lose(first, day(0.7 + 0.2 * random.next()))
}

/** From the first anonymous page to the order, and use of the product `until` then. Returns who decided, and when. */
function deal(scene: Scene, close: number, until = 1): readonly [Person, number] {
  const { acts, day, random } = scene
  const [first, second] = shop(scene, close - 0.25)
  if (random.chance(0.35)) tryOut(scene, first, close - 0.22, close)
  acts.demo(second, day(close - 0.2))
  acts.negotiate(second, day(close - 0.12))
  acts.buy(second, day(close))
  acts.settle(first, day(close))
  acts.use(first, day(close) + 2, day(until))
  return [second, day(close)]
}

function buyer(scene: Scene): void {
  deal(scene, 0.6 + 0.35 * scene.random.next())
}

/** A small customer needs minutes from the first page to the order. */
function selfService({ company, acts, teller, day, random }: Scene): void {
  const [who] = company.people
  const start = day(0.3 + 0.65 * random.next())
  acts.compare(who, start)
  const left = acts.trial(who, start)
  acts.order(who, left + 9 * 60_000, 1)
  teller.report(who, left + 10 * 60_000, 'Subscription Started', { plan: 'starter' }, { groupId: company.groupId })
  acts.use(who, start + 1, day(1))
}

/** A customer who buys again, renews or recommends. */
function advocate(scene: Scene): void {
  const { acts, teller, day, random, company, neighbour } = scene
  const [who, bought] = deal(scene, 0.3 + 0.15 * random.next())
  const about = { groupId: company.groupId }
  const later = (from: number) => teller.moment(who, bought + day(from) + day(0.2) * random.next())
  const kind = random.whole(0, 3)
  if (kind === 0) acts.order(who, later(0.2), 2)
  if (kind === 1) teller.report(who, later(0.25), 'Subscription Renewed', { plan: 'plant' }, about)
  if (kind === 2) teller.report(who, later(0.2), 'Subscription Upgraded', { plan: 'group' }, about)
  teller.report(who, later(0.15), 'NPS Submitted', { score: random.whole(8, 10) }, about)
  if (kind === 3 || random.chance(0.4)) {
    const sent = later(0.1)
    teller.report(who, sent, 'Referral Sent', { domain: neighbour.domain }, about)
    // The colleague elsewhere follows the link.
    teller.visit(neighbour.people[0], sent + 5 * 3_600_000, [PRICING.path], 'friend')
    teller.report(who, sent + day(0.15) * 86_400_000, 'Referral Converted', { domain: neighbour.domain }, about)
  }
  if (random.chance(0.3)) teller.report(who, later(0.2), random.pick(['Product Reviewed', 'Case Study Agreed']), {}, about)
}

function churned(scene: Scene): void {
  const { teller, day, random, company } = scene
  const end = 0.75 + 0.2 * random.next()
  const [who] = deal(scene, 0.3 + 0.1 * random.next(), end - 0.1)
  const at = teller.moment(who, day(end))
  teller.report(who, at - 6 * 86_400_000, 'Support Ticket Escalated', { topic: 'forecast' }, { groupId: company.groupId })
  teller.report(who, at, 'Subscription Cancelled', { reason: 'plant closed' }, { groupId: company.groupId })
}

/** Interest that ended in the first weeks. */
function dormant({ company, acts, day, random }: Scene): void {
  for (const who of some(company, 2, random)) {
    acts.research(who, 0, day(0.2), random.whole(2, 4))
    acts.download(who, day(0.1 + 0.12 * random.next()))
  }
}

/** Silent for two thirds of the history, then back. */
function returned(scene: Scene): void {
  dormant(scene)
  const { company, acts, day, random } = scene
  acts.research(company.people[0], day(0.9), day(0.98), 2)
  if (random.chance(0.6)) acts.compare(company.people[0], day(0.97))
}

/** Loads pages by the hundred; the score must not care. */
function stuffer({ company, acts, teller, day }: Scene): void {
  const [who] = company.people
  acts.subscribe(who, day(0.85))
  for (let time = 0; time < 4; time += 1) {
    const paths = Array.from({ length: 120 }, (_, page) => (page % 3 === 0 ? PRICING.path : '/'))
    teller.visit(who, teller.moment(who, day(0.86 + time * 0.03)), paths, 'direct')
  }
}

/** A program that fills every form under a company's name. */
function bot({ company, acts, teller, day, random }: Scene): void {
  const [who] = company.people
  teller.use(who, random.pick(HEADLESS))
  for (let time = 0; time < 6; time += 1) {
    teller.visit(who, teller.moment(who, day(0.5 + time * 0.08)), [PRICING.path, COMPARISON.path, PRICING.path], 'direct')
    acts.demo(who, day(0.5 + time * 0.08))
  }
}

function jobSeeker({ company, acts, day, random }: Scene): void {
  const [who] = company.people
  const start = day(0.4 + 0.5 * random.next())
  acts.subscribe(who, start)
  for (let time = 0; time < random.whole(2, 5); time += 1) acts.lookForWork(who, start + time)
}

function tryOut({ acts, day }: Scene, who: Person, from: number, to: number): void {
  acts.trial(who, day(from))
  acts.use(who, day(from) + 1, day(to))
}

/** Everybody reads and compares in the weeks before `until`; returns two of them, perhaps the same. */
function shop({ company, acts, day, random }: Scene, until: number): readonly [Person, Person] {
  const crowd = some(company, 5, random)
  for (const who of crowd) {
    const from = Math.max(0, until - 0.2 - 0.3 * random.next())
    acts.research(who, day(from), day(until), random.whole(2, 5))
    if (random.chance(0.5)) acts.compare(who, day(until - 0.1 * random.next()))
    if (random.chance(0.35)) random.pick([acts.download, acts.webinar])(who, day(Math.max(0, until - 0.15 * random.next())))
  }
  acts.compare(crowd[0], day(Math.max(0, until - 0.02)))
  return [crowd[0], crowd[1] ?? crowd[0]]
}

function some({ people: [first, ...others] }: Company, most: number, random: Random): readonly [Person, ...Person[]] {
  return [first, ...others.filter(() => random.chance(0.75)).slice(0, most - 1)]
}
