import type { IntentModel } from '@waymark/schemas/model'
import { add, type EvidenceGroup, evidence, type IntentTouch, inWindow } from './intentEvidence.ts'
import type { ReasonPart } from './intentReasons.ts'
import { NO_SEASON, type SurgeBaseline, surgeOf } from './surge.ts'

export type { IntentTouch } from './intentEvidence.ts'

/** Intent of one account as of the end of a day. Points unless said otherwise. */
export interface IntentScore {
  /** 0–100. */
  readonly score: number
  readonly points: number
  /** z of each category with evidence. */
  readonly categories: { readonly [category: string]: number }
  readonly breadth: number
  readonly surge: number
  /** 0–100; null where there is too little to compare. */
  readonly surgeIndex: number | null
  /** What negatives take off, as a positive number. */
  readonly negative: number
  /** Different people with a touch in the window. */
  readonly people: number
  readonly lastTouchAt: number | null
  /** All parts, in no order; they add up to `points`. */
  readonly parts: readonly ReasonPart[]
}

interface Person {
  readonly profileId: string
  readonly identified: boolean
  readonly role: number
}

/**
 * The two-level saturating half-life score of intent.md section 1; `gateway/sql/score_*.sql` is the same definition over everyone.
 * `asof` is a day since 1970-01-01; touches of other days are left out, so any superset may be given.
 */
export function scoreIntent(
  model: IntentModel,
  touches: readonly IntentTouch[],
  asof: number,
  baseline: SurgeBaseline = NO_SEASON,
): IntentScore {
  const visible = inWindow(model, touches, asof)
  const people = new Map(visible.map(({ profileId, identified, role }) => [profileId, { profileId, identified, role }]))
  const groups = evidence(model, visible, asof)
  const saturated = saturate(model, groups, people)
  const breadth = breadthOf(model, saturated, people)
  const surge = surgeOf(personDays(model, visible, asof), baseline, model.surge)
  const negatives = groups.filter(group => group.category === null)
  const negative = total(negatives.map(group => group.x))
  const raw = total(saturated.categories.values()) + breadth.points + surge.points - negative
  const points = Math.max(0, raw)
  return {
    score: 100 * (1 - Math.exp(-points / model.scale)),
    points,
    categories: Object.fromEntries(saturated.categories),
    breadth: breadth.points,
    surge: surge.points,
    surgeIndex: surge.index,
    negative,
    people: people.size,
    lastTouchAt: visible.length === 0 ? null : visible.reduce((last, touch) => Math.max(last, touch.lastAt), 0),
    parts: [
      ...groups.filter(group => group.category !== null).map(group => ({ ...partOf(group), points: saturated.pointsOf(group) })),
      ...breadth.shares.map(([profileId, share]) => ({ ...NOTHING, kind: 'breadth' as const, profileId, points: share })),
      { ...NOTHING, kind: 'surge' as const, points: surge.points },
      ...negatives.map(group => ({ ...partOf(group), kind: 'negative' as const, points: -group.x })),
      // A score does not go below zero: what negatives take beyond it is given back, in the open.
      { ...NOTHING, kind: 'floor' as const, points: points - raw },
    ].filter(part => part.points !== 0),
  }
}

/** z of each category with evidence, for journey rules. */
export function categoryPoints(model: IntentModel, touches: readonly IntentTouch[], asof: number): { readonly [category: string]: number } {
  const people = new Map(touches.map(({ profileId, identified, role }) => [profileId, { profileId, identified, role }]))
  return Object.fromEntries(saturate(model, evidence(model, touches, asof), people).categories)
}

const NOTHING = { profileId: '', type: '', topic: '', category: '', count: 0, lastAt: 0 }

function partOf({ x: _x, category, ...group }: EvidenceGroup): Omit<ReasonPart, 'points'> {
  return { kind: 'touch', ...group, category: category ?? '' }
}

interface Saturated {
  /** z. */
  readonly categories: ReadonlyMap<string, number>
  /** Sum of y over active categories, per person. */
  readonly active: ReadonlyMap<string, number>
  pointsOf(group: EvidenceGroup): number
}

/** Steps 2 and 3: y = M (1 − e^(−x/M)) per person, z = K (1 − e^(−Σ r·y/K)) per account. */
function saturate(model: IntentModel, groups: readonly EvidenceGroup[], people: ReadonlyMap<string, Person>): Saturated {
  const x = new Map<string, Map<string, number>>()
  for (const { category, profileId, x: amount } of groups) {
    if (category === null) continue
    const ofCategory = x.get(category) ?? new Map<string, number>()
    x.set(category, ofCategory)
    add(ofCategory, profileId, amount)
  }
  const weighted = new Map<string, { readonly shares: ReadonlyMap<string, number>; readonly sum: number }>()
  const categories = new Map<string, number>()
  const active = new Map<string, number>()
  for (const [name, amounts] of x) {
    const rule = model.categories[name]
    if (rule === undefined) continue
    const shares = new Map<string, number>()
    for (const [profileId, amount] of amounts) {
      const y = limited(amount, rule.personCap)
      shares.set(profileId, (people.get(profileId)?.role ?? 1) * y)
      if (!rule.passive) add(active, profileId, y)
    }
    const sum = total(shares.values())
    // Decayed to nothing within the precision of a number.
    if (sum === 0) continue
    weighted.set(name, { shares, sum })
    categories.set(name, limited(sum, rule.accountCap))
  }
  return {
    categories,
    active,
    pointsOf({ category, profileId, x: amount }) {
      const ofCategory = weighted.get(category ?? '')
      const whole = x.get(category ?? '')?.get(profileId) ?? 0
      if (ofCategory === undefined || whole === 0) return 0
      return (((categories.get(category ?? '') ?? 0) * (ofCategory.shares.get(profileId) ?? 0)) / ofCategory.sum) * (amount / whole)
    },
  }
}

/** Step 4: people who did something active, anonymous ones together as at most one. */
function breadthOf(
  { breadth }: IntentModel,
  { active }: Saturated,
  people: ReadonlyMap<string, Person>,
): { points: number; shares: [string, number][] } {
  const engaged = [...active].map(([profileId, y]) => ({
    profileId,
    identified: people.get(profileId)?.identified === true,
    e: 1 - Math.exp(-y / breadth.person),
  }))
  const anonymous = total(engaged.filter(person => !person.identified).map(person => person.e))
  const together = anonymous > 1 ? 1 / anonymous : 1
  const counted = engaged.map(({ profileId, identified, e }): [string, number] => [profileId, identified ? e : e * together])
  const size = total(counted.map(([, e]) => e))
  const points = breadth.points * (1 - Math.exp(-Math.max(0, size - 1) / breadth.committee))
  return { points, shares: points === 0 ? [] : counted.map(([profileId, e]) => [profileId, (points * e) / size]) }
}

/** A person counts for a surge on days with a touch of positive weight: what was sent to them, or took them away, is no activity. */
function personDays(model: IntentModel, visible: readonly IntentTouch[], asof: number) {
  const { recentWeeks, baseWeeks } = model.surge
  const days = new Map(
    visible.filter(touch => (model.types[touch.type]?.weight ?? 0) > 0).map(({ profileId, day }) => [`${day} ${profileId}`, asof - day]),
  )
  const ages = [...days.values()]
  return {
    recent: ages.filter(age => age < 7 * recentWeeks).length,
    base: ages.filter(age => age >= 7 * recentWeeks && age < 7 * (recentWeeks + baseWeeks)).length,
    knownDays: visible.reduce((oldest, touch) => Math.max(oldest, asof - touch.day), 0),
  }
}

function limited(amount: number, cap: number): number {
  return cap * (1 - Math.exp(-amount / cap))
}

/** Smallest first, so that the sum does not depend on the order in which rows came. */
function total(values: Iterable<number>): number {
  return [...values].sort((a, b) => a - b).reduce((sum, value) => sum + value, 0)
}
