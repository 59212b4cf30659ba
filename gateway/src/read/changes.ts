import type { IntentTouch } from '../model/intent/intentEvidence.ts'
import type { ReasonPart } from '../model/intent/intentReasons.ts'
import type { ReasonChange, TopicShare } from './shapes.ts'

/** A part of the points on two days. */
export interface PartChange {
  readonly how: ReasonChange['how']
  /** As it is now; as it was where it is gone. */
  readonly part: Omit<ReasonPart, 'points'>
  readonly before: number
  readonly now: number
  readonly change: number
  readonly newCount: number
}

/** Differences that are told on their own; the rest is one number. */
export const MOST_CHANGES = 6
/** Half a point is no news to anybody: smaller differences are told with the rest. */
export const SMALLEST_CHANGE = 0.5

/**
 * Differences of two days' parts, the largest first. With `other` they add up to the difference of the points.
 * `touches` are those since the earlier day: they tell a reason that faded by itself from one that was pushed aside.
 */
export function changedParts(
  before: readonly ReasonPart[],
  now: readonly ReasonPart[],
  touches: readonly IntentTouch[],
): { readonly shown: readonly PartChange[]; readonly other: number } {
  const then = summed(before)
  const today = summed(now)
  const counts = new Map<string, number>()
  for (const { profileId, type, topic, n } of touches) {
    const key = JSON.stringify([profileId, type, topic])
    counts.set(key, (counts.get(key) ?? 0) + n)
  }
  const changes = [...new Set([...then.keys(), ...today.keys()])].flatMap(key => {
    const old = then.get(key)
    const current = today.get(key)
    const part = current ?? old
    if (part === undefined) return []
    const newCount = counts.get(JSON.stringify([part.profileId, part.type, part.topic])) ?? 0
    const pair = { before: old?.points ?? 0, now: current?.points ?? 0 }
    return [{ part, ...pair, change: pair.now - pair.before, newCount, how: howOf(pair, newCount) }]
  })
  const ranked = changes.sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || (keyOf(a.part) < keyOf(b.part) ? -1 : 1))
  const shown = ranked.slice(0, MOST_CHANGES).filter(({ change }) => Math.abs(change) >= SMALLEST_CHANGE)
  return { shown, other: ranked.slice(shown.length).reduce((sum, { change }) => sum + change, 0) }
}

/** By size, so that a negative reason that gets weaker fades as well. */
function howOf({ before, now }: { readonly before: number; readonly now: number }, newCount: number): ReasonChange['how'] {
  if (before === 0) return 'came'
  if (Math.abs(now) > Math.abs(before)) return 'grew'
  return newCount > 0 ? 'shrank' : 'faded'
}

/** The committee is one thing that grows or shrinks: the shares of its people are not told apart. */
function summed(parts: readonly ReasonPart[]): Map<string, ReasonPart> {
  const sums = new Map<string, ReasonPart>()
  for (const one of parts) {
    const part = one.kind === 'breadth' ? { ...one, profileId: '' } : one
    const sum = sums.get(keyOf(part))
    sums.set(keyOf(part), sum === undefined ? part : { ...sum, points: sum.points + part.points })
  }
  return sums
}

function keyOf({ kind, profileId, type, topic }: Pick<ReasonPart, 'kind' | 'profileId' | 'type' | 'topic'>): string {
  return JSON.stringify([kind, profileId, type, topic])
}

/** People without a touch through day `from` that have one since. */
export function newProfiles(touches: readonly IntentTouch[], from: number): { readonly profileId: string; readonly identified: boolean }[] {
  const old = new Set(touches.filter(touch => touch.day <= from).map(touch => touch.profileId))
  const fresh = new Map(touches.filter(touch => !old.has(touch.profileId)).map(touch => [touch.profileId, touch]))
  return [...fresh.values()].map(({ profileId, identified }) => ({ profileId, identified }))
}

/** Positive points by topic as shares of those that have a topic; a topic that is new is told even where it has no points yet. */
export function topicShares(parts: readonly ReasonPart[], touches: readonly IntentTouch[], from: number): TopicShare[] {
  const old = new Set(touches.filter(touch => touch.day <= from).map(touch => touch.topic))
  const points = new Map<string, number>()
  for (const { topic, day } of touches) if (topic !== '' && day > from && !old.has(topic)) points.set(topic, 0)
  for (const part of parts)
    if (part.kind === 'touch' && part.topic !== '') points.set(part.topic, (points.get(part.topic) ?? 0) + part.points)
  const total = [...points.values()].reduce((sum, one) => sum + one, 0)
  return [...points]
    .map(([topic, own]) => ({ topic, points: own, share: total === 0 ? 0 : own / total, isNew: !old.has(topic) }))
    .sort((a, b) => b.points - a.points || (a.topic < b.topic ? -1 : 1))
}
