import type { IntentModel } from '@waymark/schemas/model'

/** One row of `touch_daily` as an account sees it. */
export interface IntentTouch {
  readonly profileId: string
  /** Certainty that the touch belongs to the account, 0–1. */
  readonly q: number
  readonly identified: boolean
  /** Factor of the person's role. */
  readonly role: number
  readonly type: string
  readonly topic: string
  /** Days since 1970-01-01, UTC. */
  readonly day: number
  readonly n: number
  /** Epoch milliseconds. */
  readonly lastAt: number
}

/** Decayed evidence of one person, touch type and topic. `category` is null for negatives, whose `x` is positive as well. */
export interface EvidenceGroup {
  readonly profileId: string
  readonly type: string
  readonly topic: string
  readonly category: string | null
  readonly x: number
  readonly count: number
  readonly lastAt: number
}

/** Days that a touch counts: 10 × the longest half-life loses less than 0.1 % of any weight. */
export function windowDays(model: IntentModel): number {
  return Math.ceil(10 * Math.max(model.negativeHalfLifeDays, ...Object.values(model.categories).map(category => category.halfLifeDays)))
}

export function inWindow<T extends { readonly day: number }>(model: IntentModel, touches: readonly T[], asof: number): T[] {
  const days = windowDays(model)
  return touches.filter(touch => touch.day <= asof && touch.day > asof - days)
}

/**
 * Step 1 of intent.md: x = Σ q · w · min(n, cap) · 2^(−age/H). The daily cap is for a person's whole day of a type;
 * topics and certainties share what it leaves in proportion to their counts.
 */
export function evidence(model: IntentModel, touches: readonly IntentTouch[], asof: number): EvidenceGroup[] {
  const visible = inWindow(model, touches, asof)
  const perDay = new Map<string, number>()
  for (const touch of visible) add(perDay, dayKey(touch), touch.n)
  const groups = new Map<string, { -readonly [K in keyof EvidenceGroup]: EvidenceGroup[K] }>()
  for (const touch of visible) {
    const rule = model.types[touch.type]
    const halfLife = rule === undefined ? null : halfLifeOf(model, rule)
    if (rule === undefined || halfLife === null) continue
    const dayCount = perDay.get(dayKey(touch)) ?? touch.n
    const counted = (touch.n * Math.min(dayCount, rule.dailyCap ?? dayCount)) / dayCount
    const x = touch.q * Math.abs(rule.weight) * counted * 2 ** (-(asof - touch.day) / halfLife)
    const key = JSON.stringify([touch.profileId, touch.type, touch.topic])
    const group = groups.get(key)
    if (group === undefined) {
      const { profileId, type, topic, lastAt } = touch
      groups.set(key, { profileId, type, topic, category: rule.weight < 0 ? null : rule.category, x, count: touch.n, lastAt })
    } else {
      group.x += x
      group.count += touch.n
      group.lastAt = Math.max(group.lastAt, touch.lastAt)
    }
  }
  return [...groups.values()]
}

/** null for a type that weighs nothing. */
function halfLifeOf(model: IntentModel, rule: IntentModel['types'][string]): number | null {
  if (rule.weight < 0) return model.negativeHalfLifeDays
  if (rule.weight === 0 || rule.category === null) return null
  return model.categories[rule.category]?.halfLifeDays ?? null
}

function dayKey(touch: IntentTouch): string {
  return JSON.stringify([touch.profileId, touch.type, touch.day])
}

/** Adds to the number under a key. */
export function add<K>(map: Map<K, number>, key: K, value: number): void {
  map.set(key, (map.get(key) ?? 0) + value)
}
