import type { EnterRule, IntentModel, JourneyModel, JourneyState } from '@waymark/schemas/model'
import type { AccountTouch, FeatureIndex } from './features.ts'
import { isEventRule, isMonotone } from './predicates.ts'

export type Status = 'active' | 'dormant' | 'churned' | 'returned'
/** `skipped`: a stage asked for but not entered, because the model allows no skipping; `reached`: a milestone. */
export type Direction = 'forward' | 'back' | 'status' | 'skipped' | 'reached'

/** One row of the journey: what changed, when and why. */
export interface Move {
  readonly direction: Direction
  /** '' before the first stage. */
  readonly from: string
  readonly to: string
  readonly status: Status
  /** Epoch milliseconds; of moves that bound intervals each is later than the one before. */
  readonly at: number
  readonly day: number
  readonly rule: string
  readonly evidence: readonly string[]
}

/** Where an account stands, with all that the next step needs to know of the past. */
export interface Position {
  /** Time of the first touch: nothing is earlier. */
  readonly firstAt: number
  /** Index of the stage, −1 before the first. */
  readonly stage: number
  readonly since: number
  readonly rule: string
  readonly evidence: readonly string[]
  readonly status: Status
  readonly statusSince: number
  /** Days in a row on which `hold` failed. */
  readonly badDays: number
  /** Day of an event that ends the stage once its grace is over. */
  readonly exitDay: number | null
  /** Stages left by such an event, closed to threshold rules until their `hold` has failed. */
  readonly disarmed: readonly number[]
  /** Stages recorded as skipped and not entered since. */
  readonly skipped: readonly number[]
  /** Milestones reached. */
  readonly reached: readonly number[]
  /** Day of the last touch that counts as theirs. */
  readonly lastTouchDay: number
  readonly orders: Orders
  /** Day on which an event last moved the stage: the day's thresholds do not question it. */
  readonly eventDay: number
  /** True when the last day step looked at everything and changed nothing, so that silence cannot move it forward. */
  readonly settled: boolean
  /** `at` of the last move. */
  readonly lastAt: number
}

export interface Orders {
  readonly count: number
  readonly firstDay: number
  readonly lastDay: number
  /** A subscription renews itself: silence between orders says nothing. */
  readonly contract: boolean
  /** Last order day for which silence was already told as churn. */
  readonly churnedFor: number | null
}

export interface Stage {
  readonly index: number
  readonly config: JourneyState
  readonly floor: number
  readonly events: readonly EnterRule[]
  readonly thresholds: readonly (EnterRule & { readonly monotone: boolean })[]
  /** No threshold rule can begin to hold by silence. */
  readonly isMonotone: boolean
}

/** A model made ready for one account. */
export interface Rules {
  readonly model: JourneyModel
  readonly stages: readonly Stage[]
  readonly intent: IntentModel
  readonly features: FeatureIndex
}

/** Touches at one millisecond; `n` of each is how many of its row's touches are told by this instant. */
export interface Instant {
  readonly at: number
  readonly day: number
  readonly touches: readonly { readonly touch: AccountTouch; readonly n: number }[]
}

export interface Step {
  readonly position: Position
  readonly moves: readonly Move[]
}

export const DAY_MS = 86_400_000

export function compileStages(model: JourneyModel): readonly Stage[] {
  return model.states.map((config, index) => ({
    index,
    isMonotone: config.enter.every(({ when }) => isMonotone(when)),
    config,
    floor: Math.max(
      0,
      model.states.findIndex(state => state.id === config.floor),
    ),
    events: config.enter.filter(rule => isEventRule(rule.when)),
    thresholds: config.enter.filter(rule => !isEventRule(rule.when)).map(rule => ({ ...rule, monotone: isMonotone(rule.when) })),
  }))
}

/** Before anything happened; the first move cannot be earlier than the first touch. */
export function beforeFirst(firstTouchAt: number): Position {
  return {
    firstAt: firstTouchAt,
    stage: -1,
    since: firstTouchAt,
    rule: '',
    evidence: [],
    status: 'active',
    statusSince: firstTouchAt,
    badDays: 0,
    exitDay: null,
    disarmed: [],
    skipped: [],
    reached: [],
    lastTouchDay: Math.floor(firstTouchAt / DAY_MS),
    orders: { count: 0, firstDay: 0, lastDay: 0, contract: false, churnedFor: null },
    eventDay: Number.NEGATIVE_INFINITY,
    settled: false,
    lastAt: firstTouchAt - 1,
  }
}
