import type { Identifier } from './ids.ts'

/** Most identifiers of one type in a profile. */
const MOST_OF_TYPE: { readonly [type: string]: number } = { user_id: 1, email: 5 }

/** Most anonymous ids first seen within `WINDOW_MS` of each other in one profile. */
const MOST_ANONYMOUS_IDS = 5
export const WINDOW_MS = 7 * 86_400_000

/** From this many people within a week on, a browser is a shared device and links nobody. */
export const SHARED_DEVICE_PEOPLE = 3

/** A profile never grows beyond this; no human has so many identifiers. */
const MOST_IN_PROFILE = 500

const PRIORITY = ['user_id', 'email', 'anonymous_id']

/** 0 is the strongest type. */
export function rankOf(type: string): number {
  const rank = PRIORITY.indexOf(type)
  return rank === -1 ? PRIORITY.length : rank
}

/** What of a group of identifiers its limits depend on. */
export interface Tally {
  readonly size: number
  readonly counts: { readonly [type: string]: number }
  /** When its anonymous ids were first seen, ascending, epoch ms. */
  readonly anonymousSince: readonly number[]
}

export function tallyOf(identifier: Identifier, firstSeen: number): Tally {
  return { size: 1, counts: { [identifier.type]: 1 }, anonymousSince: identifier.type === 'anonymous_id' ? [firstSeen] : [] }
}

export function addTallies(a: Tally, b: Tally): Tally {
  const counts: { [type: string]: number } = { ...a.counts }
  for (const [type, count] of Object.entries(b.counts)) counts[type] = (counts[type] ?? 0) + count
  return { size: a.size + b.size, counts, anonymousSince: [...a.anonymousSince, ...b.anonymousSince].sort((x, y) => x - y) }
}

/** Name of the limit that the two groups together would break; null when they keep them all. */
export function brokenLimit(a: Tally, b: Tally): string | null {
  for (const [type, most] of Object.entries(MOST_OF_TYPE)) {
    if ((a.counts[type] ?? 0) + (b.counts[type] ?? 0) > most) return `${type}_limit`
  }
  if (isCrowded(a.anonymousSince, b.anonymousSince)) return 'anonymous_id_limit'
  return a.size + b.size > MOST_IN_PROFILE ? 'profile_size_limit' : null
}

/** Neither list is crowded by itself, so only what is near the shorter one is looked at: a big group may be asked very often. */
function isCrowded(a: readonly number[], b: readonly number[]): boolean {
  const [few, many] = a.length < b.length ? [a, b] : [b, a]
  const [first, last] = [few[0], few.at(-1)]
  if (first === undefined || last === undefined) return false
  const near = many.slice(placeOf(many, first - WINDOW_MS), placeOf(many, last + WINDOW_MS))
  const since = [...near, ...few].sort((x, y) => x - y)
  return since.some((at, index) => at - (since[index - MOST_ANONYMOUS_IDS] ?? Number.NEGATIVE_INFINITY) < WINDOW_MS)
}

/** How many of an ascending list are smaller. */
function placeOf(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? Number.POSITIVE_INFINITY) < value) low = middle + 1
    else high = middle
  }
  return low
}
