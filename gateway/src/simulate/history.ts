import { ARTICLES, HOME, PRICING } from '../demo/map.ts'
import { actsOf } from './acts.ts'
import { type Company, companyOf, movedTo, type Person, withFreeMail } from './cast.ts'
import { PLOTS, type PlotName, type Scene } from './plots.ts'
import { createRandom } from './random.ts'
import { createTeller, type SimulatedEvent } from './teller.ts'
import { HEADLESS } from './words.ts'

export interface HistoryOptions {
  readonly seed: number
  readonly companies: number
  readonly days: number
  /** Epoch ms; nothing is dated later. */
  readonly end: number
}

const DAY_MS = 86_400_000

/**
 * A vendor's history in the order in which it happened. The same options give the same bytes, and message ids do not depend on the end:
 * sent again on another day, every event is one that the gateway has. A company's story does not depend on how many others there are.
 */
export function simulate({ seed, companies, days, end }: HistoryOptions): SimulatedEvent[] {
  const events: SimulatedEvent[] = []
  for (let index = 0; index < companies; index += 1) {
    // A story may lean over either end: what was before its first day or is after its last is not told.
    const start = end - days * DAY_MS
    for (const event of story({ seed, index, days, start })) if (event.at >= start && event.at < end) events.push(event)
  }
  return events.sort((a, b) => a.at - b.at || (text(a) < text(b) ? -1 : 1))
}

function text({ event }: SimulatedEvent): string {
  return event.messageId ?? ''
}

/** Which story a company lives through. The first ones take turns, so that few companies show every stage too. */
export function plotOf(seed: number, index: number): PlotName {
  const names = Object.keys(PLOTS) as PlotName[] // the keys of a constant
  if (index < names.length) return names[index] ?? 'reader'
  return createRandom(seed, index, 2).weighted(names.map(name => [PLOTS[name][0], name] as const))
}

function story({ seed, index, days, start }: { seed: number; index: number; days: number; start: number }): readonly SimulatedEvent[] {
  const random = createRandom(seed, index, 3)
  const teller = createTeller({ key: `${seed}-${days}-${index}`, start, days, random })
  const company = cast(companyOf(seed, index), random.next())
  const neighbour = companyOf(seed, index < 7 ? index + 7 : index - 7)
  const scene: Scene = { company, neighbour, teller, random, acts: actsOf(teller, company), day: share => share * days }
  const [, play] = PLOTS[plotOf(seed, index)]
  play(scene)
  if (index % 12 === 5) consult(scene)
  if (index % 25 === 9) changeJobs(scene)
  strangers(scene)
  return teller.events()
}

/** In some companies somebody gives a private address. */
function cast(company: Company, dice: number): Company {
  const [first, ...others] = company.people
  return dice < 0.08 ? { ...company, people: [withFreeMail(first), ...others] } : company
}

/** An adviser of two companies, who names the one on whose behalf something is done. */
function consult({ company, neighbour, acts, teller, day, random }: Scene): void {
  const [client] = company.people
  const mailbox = `adviser${company.index}`
  const adviser: Person = {
    ...client,
    userId: `u-${mailbox}-${company.groupId}`,
    anonymousId: `a-${mailbox}-${company.groupId}`,
    name: `Robin Marsh ${company.index}`,
    email: `robin@marsh-advisory-${company.index}.example`,
    title: 'Consultant',
  }
  for (const [place, { groupId, name }] of [company, neighbour].entries()) {
    const left = teller.visit(adviser, teller.moment(adviser, day(0.55 + 0.2 * place)), [ARTICLES[3].path, PRICING.path])
    teller.introduce(adviser, left)
    teller.join(adviser, left + 500, groupId, { name })
    if (random.chance(0.7)) teller.act(adviser, left + 900, 'Content Downloaded', { content: 'Stockroom audit checklist' })
  }
  acts.research(adviser, day(0.8), day(0.9), 2)
}

/** Somebody takes the interest along to the next employer. */
function changeJobs({ company, neighbour, teller, day }: Scene): void {
  const person = company.people.at(-1) ?? company.people[0]
  const before = teller.visit(person, teller.moment(person, day(0.4)), [ARTICLES[0].path])
  teller.introduce(person, before)
  const after = movedTo(person, neighbour)
  teller.introduce(after, teller.visit(after, teller.moment(after, day(0.85)), [HOME.path, PRICING.path]))
}

/** Visitors of whom nothing becomes known, and crawlers. */
function strangers({ company, teller, random, day }: Scene): void {
  for (let place = 0; place < random.whole(1, 4); place += 1) {
    const stranger: Person = { ...company.people[0], anonymousId: `a-${company.groupId}-stranger-${place}` }
    const isCrawler = random.chance(0.15)
    if (isCrawler) teller.use(stranger, random.pick(HEADLESS))
    const paths = [random.pick([HOME, ...ARTICLES]).path, ...(random.chance(0.3) ? [random.pick([PRICING, ...ARTICLES]).path] : [])]
    teller.visit(stranger, teller.moment(stranger, day(random.next())), paths, isCrawler ? 'direct' : undefined)
  }
}
