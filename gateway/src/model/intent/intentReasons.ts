import { verbOf } from '@waymark/schemas/taxonomy'

/**
 * One additive part of the points. `touch`: a person's touches of a type and topic. `breadth`: a person's share of the committee.
 * `surge`: the account's. `negative`: taken off, with its minus sign. `floor`: what negatives would take below zero, given back.
 * `other`: everything that is not listed on its own.
 */
export interface ReasonPart {
  readonly kind: 'touch' | 'breadth' | 'surge' | 'negative' | 'floor' | 'other'
  readonly profileId: string
  readonly type: string
  readonly topic: string
  readonly category: string
  readonly points: number
  readonly count: number
  /** Epoch milliseconds, 0 where there is no touch behind the part. */
  readonly lastAt: number
}

/** Parts that are told on their own; the rest is `other`. */
export const MOST_REASONS = 5

/** Largest first by size, then what keeps zero the floor, then the rest as one. The sum stays the same. */
export function topReasons(parts: readonly ReasonPart[]): ReasonPart[] {
  const floor = parts.filter(part => part.kind === 'floor')
  const ranked = parts.filter(part => part.kind !== 'floor').sort(byRank)
  const rest = ranked.slice(MOST_REASONS)
  const other: ReasonPart[] =
    rest.length === 0
      ? []
      : [
          {
            kind: 'other',
            profileId: '',
            type: '',
            topic: '',
            category: '',
            points: rest.reduce((sum, part) => sum + part.points, 0),
            count: rest.reduce((sum, part) => sum + part.count, 0),
            lastAt: 0,
          },
        ]
  return [...ranked.slice(0, MOST_REASONS), ...floor, ...other]
}

/** A billionth of a point is no difference: equal parts rank by name, in SQL as here. */
function byRank(a: ReasonPart, b: ReasonPart): number {
  const size = (part: ReasonPart) => Math.round(Math.abs(part.points) * 1e9)
  return (
    size(b) - size(a) ||
    compare(a.kind, b.kind) ||
    compare(a.profileId, b.profileId) ||
    compare(a.type, b.type) ||
    compare(a.topic, b.topic)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** In plain words: "Ana requested a demo 1x, last 3 d ago: +36.6 points". `asof` is a day since 1970-01-01. */
export function reasonText(
  part: Pick<ReasonPart, 'kind' | 'type' | 'topic' | 'points' | 'count' | 'lastAt'>,
  { name, asof }: { readonly name: string; readonly asof: number },
): string {
  const points = `${part.points < 0 ? '−' : '+'}${Math.abs(part.points).toFixed(1)} points`
  switch (part.kind) {
    case 'touch':
    case 'negative':
      return `${name} ${verbOf(part.type)}${part.topic === '' ? '' : ` about ${part.topic}`} ${part.count}x, last ${asof - Math.floor(part.lastAt / 86_400_000)} d ago: ${points}`
    case 'breadth':
      return `${name} is active beside others: ${points}`
    case 'surge':
      return `more activity than this account usually has: ${points}`
    case 'floor':
      return `a score does not go below zero: ${points}`
    case 'other':
      return `other: ${points}`
  }
}
