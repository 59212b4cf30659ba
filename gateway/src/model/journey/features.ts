import type { IntentModel } from '@waymark/schemas/model'
import type { IntentTouch } from '../intent/intentEvidence.ts'

/** One row of `touch_daily` as an account sees it, and what tells its order and its evidence. */
export interface AccountTouch extends IntentTouch {
  /** Epoch milliseconds. */
  readonly firstAt: number
  readonly messageId: string
}

/** Points z of each category as of the end of a day. Only touches up to that day are given. */
export type CategoryPoints = (touches: readonly AccountTouch[], day: number) => { readonly [category: string]: number }

/** What is known of an account as of a day: the only thing rules may look at. Windows are days back, `day` included. */
export interface Features {
  readonly day: number
  count(types: readonly string[], days: number): number
  people(types: readonly string[], days: number): number
  sessions(days: number): { readonly sessions: number; readonly activeDays: number; readonly topic: boolean }
  z(categories: readonly string[]): number
  openOpportunity(): boolean
  /** Message ids of the latest touches of these types in the window, newest first. */
  evidence(types: readonly string[], days: number): readonly string[]
}

export interface FeatureIndex {
  /** Touches after `through` (epoch ms) are not seen; without it the whole day is. */
  asOf(day: number, through?: number): Features
  /** Whether a touch type is one of `types`, with `*` and `@category` resolved. */
  matches(types: readonly string[], type: string): boolean
}

const SESSION = ['Session Started']
const OPPORTUNITY = ['Opportunity Created', 'Opportunity Won', 'Opportunity Lost']
const MOST_EVIDENCE = 10

/** Touches may come in any order. Type lists are looked up by identity, so a model's own arrays are resolved once. */
export function indexFeatures(touches: readonly AccountTouch[], intent: IntentModel, categoryPoints: CategoryPoints): FeatureIndex {
  const ordered = [...touches].sort(byTime)
  const matchers = new Map<readonly string[], (type: string) => boolean>()
  const selected = new Map<readonly string[], AccountTouch[]>()
  const matches = (types: readonly string[], type: string) => cached(matchers, types, () => matcher(types, intent))(type)
  const select = (types: readonly string[]) => cached(selected, types, () => ordered.filter(touch => matches(types, touch.type)))

  function asOf(day: number, through = Number.POSITIVE_INFINITY): Features {
    const points = once(() => categoryPoints(upTo(ordered, day, through), day))
    const window = (from: readonly AccountTouch[], days: number) =>
      from.slice(firstOn(from, day - days + 1), firstOn(from, day + 1)).filter(touch => touch.firstAt <= through)
    return {
      day,
      count: (types, days) => window(select(types), days).reduce((sum, touch) => sum + seenBy(touch, through), 0),
      people: (types, days) => new Set(window(select(types), days).map(touch => touch.profileId)).size,
      sessions: days => {
        const started = window(select(SESSION), days)
        return {
          sessions: started.reduce((sum, touch) => sum + seenBy(touch, through), 0),
          activeDays: new Set(started.map(touch => touch.day)).size,
          topic: window(ordered, days).some(touch => touch.topic !== ''),
        }
      },
      z: categories => categories.reduce((sum, category) => sum + (points()[category] ?? 0), 0),
      openOpportunity: () => openAfter(window(select(OPPORTUNITY), Number.POSITIVE_INFINITY), through) > 0,
      evidence: (types, days) =>
        window(select(types), days)
          .reverse()
          .slice(0, MOST_EVIDENCE)
          .map(touch => touch.messageId),
    }
  }

  return { asOf, matches }
}

/** Total over everything a rule can see, so that equal sets of touches give equal sequences. */
export function byTime(a: AccountTouch, b: AccountTouch): number {
  return (
    a.firstAt - b.firstAt ||
    compare(a.type, b.type) ||
    compare(a.messageId, b.messageId) ||
    compare(a.profileId, b.profileId) ||
    compare(a.topic, b.topic)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function matcher(types: readonly string[], intent: IntentModel): (type: string) => boolean {
  if (types.includes('*')) return () => true
  const categories = new Set(types.filter(type => type.startsWith('@')).map(type => type.slice(1)))
  const names = new Set(types)
  return type => {
    const category = intent.types[type]?.category
    return names.has(type) || (typeof category === 'string' && categories.has(category))
  }
}

/** A row knows its first and last time only: in between, one touch has surely happened. */
function seenBy(touch: AccountTouch, through: number): number {
  if (touch.lastAt <= through) return touch.n
  return touch.firstAt <= through ? 1 : 0
}

function upTo(touches: readonly AccountTouch[], day: number, through: number): readonly AccountTouch[] {
  const past = touches.slice(0, firstOn(touches, day + 1))
  if (through === Number.POSITIVE_INFINITY) return past
  return past.filter(touch => touch.firstAt <= through).map(touch => ({ ...touch, n: seenBy(touch, through) }))
}

/** A loss without a known opening opens nothing, so the count never goes below zero. */
function openAfter(touches: readonly AccountTouch[], through: number): number {
  return touches.reduce((open, touch) => Math.max(0, open + (touch.type === 'Opportunity Created' ? 1 : -1) * seenBy(touch, through)), 0)
}

/** Index of the first touch on or after a day; touches in order of time. */
function firstOn(touches: readonly AccountTouch[], day: number): number {
  let [low, high] = [0, touches.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((touches[middle]?.day ?? 0) < day) low = middle + 1
    else high = middle
  }
  return low
}

function cached<K, V>(cache: Map<K, V>, key: K, make: () => V): V {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = make()
  cache.set(key, made)
  return made
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
