/**
 * Models are data with a version: how touches become intent points and how an account moves on a journey.
 * `schemas/wire/*.schema.json` for models are generated from this file.
 */

/** Days, points and counts are plain numbers; regular expressions are RE2 (no look-around, no back-references). */
export interface IntentModel {
  id: string
  version: number
  kind: 'intent'
  categories: { [name: string]: IntentCategory }
  /** Touch type → its weight. Types that are absent weigh nothing. */
  types: { [touchType: string]: IntentType }
  /** Weight of evidence by how well a person is known. */
  roles: { anonymous: number; known: number; decisionMaker: number }
  /** A `title` trait that matches makes a decision maker. Case-insensitive RE2. */
  decisionMakerTitles: string
  /** z_breadth = points · (1 − e^(−max(0, N−1)/committee)), e_p = 1 − e^(−y/person). */
  breadth: { points: number; person: number; committee: number }
  /** z_surge = points · max(0, 2Φ(ζ) − 1). */
  surge: { points: number; minPersonDays: number; minWeeks: number; recentWeeks: number; baseWeeks: number }
  /** Half-life of negative touches, days. */
  negativeHalfLifeDays: number
  /** I = 100 (1 − e^(−R/scale)). */
  scale: number
  /** Lowest intent of each band, from the highest; `hysteresis` points below it a band is kept. */
  bands: { hot: number; warm: number; engaged: number; hysteresis: number }
  lint: { handraise: string[] }
  derive: DeriveRules
}

export interface IntentCategory {
  /** M: limit of one person. */
  personCap: number
  /** K: limit of the account. */
  accountCap: number
  halfLifeDays: number
  /** Passive evidence never counts for breadth. */
  passive: boolean
}

export interface IntentType {
  /** null for negative and weightless types outside every category. */
  category: string | null
  /** Points of one touch; negative ones are taken off after everything else. */
  weight: number
  /** Most touches a day that count; null is no cap. */
  dailyCap: number | null
}

/** How page events become touches. The first page rule that matches replaces `Page Viewed`. */
export interface DeriveRules {
  /** A gap of more than this many minutes starts a session. */
  sessionGapMinutes: number
  pages: PageRule[]
  /** A track event whose numeric property reaches a threshold counts as another touch. */
  events: EventRule[]
  /** An arrival from a search engine counts as `Search Arrived` when it matches. */
  search: { engines: string; brandTerms: string; landing: string }
  topics: TopicRule[]
}

export interface PageRule {
  touch: string
  /** RE2 on the path. */
  path: string
  /** Only for these sources; a rule with sources goes before one without. */
  sources?: string[]
}

export interface EventRule {
  event: string
  property: string
  gte: number
  touch: string
}

export interface TopicRule {
  /** RE2 on the path; the topic is the first capture group, or `topic` where given. */
  path: string
  topic?: string
  sources?: string[]
}

/** An ordered list of stages with rules over features as of a day. */
export interface JourneyModel {
  id: string
  version: number
  kind: 'journey'
  entity: 'account'
  mode: 'ladder' | 'milestones'
  allowSkip: boolean
  /** The intent model that gives `z`. */
  intent: string
  states: JourneyState[]
  status: {
    /** What ends the relationship: an event, at its own time, or a threshold over the days before, at day start. */
    churn: Predicate
    returnedDays: number
    /** A customer without a contract churns after max(days, factor × own mean gap between orders) without an order. */
    orderGap: { days: number; factor: number }
    /** Touches that do not end dormancy: what we did, not what they did. May name `@category`. */
    ignore: string[]
  }
}

export interface JourneyState {
  id: string
  /** First rule that holds is the cause of an entry. */
  enter: EnterRule[]
  /** null: the stage is left only by an event rule of a later stage (sticky). */
  hold: Predicate | null
  graceDays: number
  /**
   * Events after which the stage is left once its grace is over, whatever holds but `unless`; null: none. `rule` is the cause shown; `to`: the stage it falls back to at least, whether that one holds or not.
   * The stage then opens again to an event rule at once, to a threshold rule only after `hold` has failed once.
   */
  exit: { event: string[]; unless: Predicate | null; rule: string; to: string | null } | null
  /** Lowest stage it may fall back to; null: any lower stage. */
  floor: string | null
  dormantDays: number
}

export interface EnterRule {
  /** Name shown as the cause of a transition. */
  rule: string
  when: Predicate
}

/**
 * The closed set of conditions. `types` are touch types; `@content` is every type of that category of the intent model, `*` every touch.
 * Windows are days back from the day in question, that day included.
 * A rule with an `event` in it is an event rule and acts at that event's time; every other is a threshold rule and acts at day start.
 */
export type Predicate =
  | { any: Predicate[] }
  | { all: Predicate[] }
  | { not: Predicate }
  /** Touches of these types in the window. */
  | { count: string[]; days: number; gte: number }
  /** Different people with such touches in the window. */
  | { people: string[]; days: number; gte: number }
  /** Sessions in the window; with `topic`, at least one touch in it has a topic. */
  | { sessions: number; days: number; activeDays: number; topic: boolean }
  /** Sum of z over categories, in points. */
  | { z: string[]; gte: number }
  /** An event of these types happened: acts at once, at the event's own time. `nth`: from the n-th on. */
  | { event: string[]; nth?: number }
  /** The same, but only once the account has reached this stage. */
  | { eventIn: string[]; stage: string }
  /** An opportunity is open: created, neither won nor lost since. */
  | { openOpportunity: true }
