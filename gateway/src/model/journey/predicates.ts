import type { IntentModel, Predicate } from '@waymark/schemas/model'
import type { Features } from './features.ts'

/** What has just happened, for event rules. */
export interface Happening {
  /** Message ids of what happened, where it is of one of these types. */
  matching(types: readonly string[]): readonly string[]
  /** Whether the account had reached this stage before. */
  reached(stage: string): boolean
}

const EVER = Number.POSITIVE_INFINITY

/** An event rule acts at the event's own time; every other rule acts at day start. */
export function isEventRule(predicate: Predicate): boolean {
  return leaves(predicate).some(leaf => 'event' in leaf || 'eventIn' in leaf)
}

/**
 * Whether a rule holds. Without a happening its event parts are false: they act when something happens, not afterwards.
 * Later work compiles the same closed set to SQL over `touch_daily`; every leaf asks one question of `Features`, which is that wall.
 */
export function holds(predicate: Predicate, features: Features, happening: Happening | null = null): boolean {
  if ('any' in predicate) return predicate.any.some(part => holds(part, features, happening))
  if ('all' in predicate) return predicate.all.every(part => holds(part, features, happening))
  if ('not' in predicate) return !holds(predicate.not, features, happening)
  if ('count' in predicate) return features.count(predicate.count, predicate.days) >= predicate.gte
  if ('people' in predicate) return features.people(predicate.people, predicate.days) >= predicate.gte
  if ('sessions' in predicate) {
    const seen = features.sessions(predicate.days)
    return seen.sessions >= predicate.sessions && seen.activeDays >= predicate.activeDays && (!predicate.topic || seen.topic)
  }
  if ('z' in predicate) return features.z(predicate.z) >= predicate.gte
  if ('event' in predicate)
    return isOf(happening, predicate.event) && (predicate.nth === undefined || features.count(predicate.event, EVER) >= predicate.nth)
  if ('eventIn' in predicate) return isOf(happening, predicate.eventIn) && happening.reached(predicate.stage)
  return features.openOpportunity()
}

/** Message ids behind a rule that holds, newest first; for an event rule those of the event. */
export function evidenceOf(
  predicate: Predicate,
  features: Features,
  intent: IntentModel,
  happening: Happening | null = null,
): readonly string[] {
  const ids = leaves(predicate).flatMap(leaf => {
    if ('event' in leaf) return happening?.matching(leaf.event) ?? []
    if ('eventIn' in leaf) return happening?.matching(leaf.eventIn) ?? []
    if (happening !== null) return []
    if ('count' in leaf) return features.evidence(leaf.count, leaf.days)
    if ('people' in leaf) return features.evidence(leaf.people, leaf.days)
    if ('sessions' in leaf) return features.evidence(['Session Started'], leaf.days)
    if ('z' in leaf)
      return features.evidence(
        leaf.z.map(category => `@${category}`),
        longestReach(leaf.z, intent),
      )
    return 'openOpportunity' in leaf ? features.evidence(['Opportunity Created'], EVER) : []
  })
  return [...new Set(ids)].slice(0, 10)
}

function isOf(happening: Happening | null, types: readonly string[]): happening is Happening {
  return happening !== null && happening.matching(types).length > 0
}

/** The parts of a rule that look at something; what stands under a `not` is left out, for its absence is no evidence. */
export function leaves(predicate: Predicate): readonly Exclude<Predicate, { any: unknown } | { all: unknown } | { not: unknown }>[] {
  if ('any' in predicate) return predicate.any.flatMap(leaves)
  if ('all' in predicate) return predicate.all.flatMap(leaves)
  if ('not' in predicate) return []
  return [predicate]
}

/** True when silence alone can never make the rule hold. */
export function isMonotone(predicate: Predicate): boolean {
  if ('any' in predicate) return predicate.any.every(isMonotone)
  if ('all' in predicate) return predicate.all.every(isMonotone)
  return !('not' in predicate)
}

/** After ten half-lives a touch weighs nothing. */
function longestReach(categories: readonly string[], intent: IntentModel): number {
  return 10 * Math.max(0, ...categories.map(category => intent.categories[category]?.halfLifeDays ?? 0))
}
