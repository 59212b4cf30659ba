/** Every answer of the HTTP surface that is JSON, as one list of types: `schemas/wire/answer.schema.json` is generated from it (`npm run schemas`). */
import type { IngestReply } from '../../../schemas/src/event.ts'
import type { TrackingPlan } from '../../../schemas/src/plan.ts'
import type { IngestStats } from '../ingest/stats.ts'
import type { JobRun } from '../jobs/pipeline.ts'
import type { BrokenRule } from '../micro/brokenRule.ts'
import type { BadEvent, Totals } from '../micro/memory.ts'
import type { PlanProblem } from '../plan/lint/problem.ts'
import type { AccountSummary, Changes, Account as FullAccount, Journey, Profile, Score, TimelineEvent } from '../read/shapes.ts'
import type { Readiness } from '../readiness.ts'

/** Why a request was not answered as asked. */
export interface ErrorAnswer {
  readonly error: {
    /** A word for programs; it does not change. */
    readonly code: string
    /** What was wrong, where, and what to do, for people. */
    readonly message: string
  }
}

export type IngestAnswer = IngestReply

export interface HealthAnswer {
  readonly status: 'ok'
}

export type ReadyAnswer = Readiness

/** What is missing, with everything that is known. */
export type NotReadyAnswer = Readiness & ErrorAnswer

/** Accounts, best first unless sorted otherwise. */
export interface AccountList {
  readonly data: readonly AccountSummary[]
  readonly nextCursor: string | null
}

export type AccountAnswer = FullAccount
export type ScoreAnswer = Score
export type ChangesAnswer = Changes
export type JourneyAnswer = Journey | null
export type ProfileAnswer = Profile

/** Events, newest first. */
export interface TimelineList {
  readonly data: readonly TimelineEvent[]
  readonly nextCursor: string | null
}

/** What joined, was refused or split among the identifiers of a person, newest first. */
export interface MergeList {
  readonly data: readonly Merge[]
  readonly nextCursor: null
}

export interface Merge {
  readonly mergeId: string
  readonly kind: string
  readonly rule: string
  readonly at: string
  readonly left: { readonly type: string; readonly value: string }
  readonly right: { readonly type: string; readonly value: string }
  readonly evidence: unknown
}

export interface MergeUndone {
  readonly mergeId: string
  readonly undone: true
  readonly message: string
}

/** `received` equals the sum of the others, in all and by source. */
export type StatsAnswer = IngestStats

/** Rejected events, newest first. */
export interface RejectedList {
  readonly data: readonly RejectedEvent[]
  readonly nextCursor: string | null
}

export interface RejectedEvent {
  /** What a replay of this very event names. */
  readonly id: string
  readonly source: string
  readonly receivedAt: string
  /** Place in its batch. */
  readonly index: number
  readonly messageId: string | null
  readonly code: string
  /** JSON pointer into the event. */
  readonly path: string
  readonly message: string
  /** Name of a track event, type of any other. */
  readonly event: string
  /** The event as it came, JSON text, cut at 64 KiB. */
  readonly raw: string
  readonly isReplayed: boolean
}

/** What became of the rejected events that a replay looked at. */
export interface Replayed {
  readonly replayed: number
  readonly alreadyReplayed: number
  readonly stillRejected: readonly {
    readonly code: string
    readonly path: string
    readonly message: string
    readonly events: number
  }[]
  readonly notReplayable: readonly { readonly reason: string; readonly events: number; readonly message: string }[]
  readonly suppressed: number
  /** null where everything that was asked for has been looked at. */
  readonly nextCursor: string | null
}

export interface JobRuns {
  readonly runs: readonly JobRun[]
}

export interface PlanList {
  readonly data: readonly {
    readonly id: string
    readonly version: number
    readonly pushedAt: string
    readonly description: string
    readonly sources: TrackingPlan['sources']
    /** How many. */
    readonly events: number
  }[]
  readonly nextCursor: null
}

export interface PlanAnswer {
  readonly plan: TrackingPlan
  readonly pushedAt: string
  readonly versions: readonly { readonly version: number; readonly pushedAt: string }[]
}

export interface PlanPushed {
  readonly outcome: 'pushed' | 'unchanged'
  readonly version: number
  readonly warnings: readonly PlanProblem[]
}

export interface PlanRefused {
  readonly error: { readonly code: string; readonly message: string; readonly problems?: readonly PlanProblem[] }
}

/** How often events were not as planned, by what was wrong with them. */
export interface ViolationList {
  readonly data: readonly {
    readonly source: string
    readonly event: string
    readonly code: string
    readonly path: string
    readonly observed: number
    readonly refused: number
    readonly message: string
    readonly lastAt: string
  }[]
  readonly nextCursor: null
  readonly from: string
  readonly to: string
}

/** What a peer's SDK asks or reports about itself. */
export interface SideAnswer {
  readonly success: true
}

/** The settings that Segment's browser SDK asks for, in Segment's words. */
export interface SegmentSettings {
  readonly integrations: { readonly [name: string]: unknown }
  readonly [name: string]: unknown
}

/** The configuration that RudderStack's browser SDK asks for, in RudderStack's words. */
export interface RudderConfig {
  readonly source: { readonly [name: string]: unknown }
  readonly [name: string]: unknown
}

export type MicroTotals = Totals

/** Rows as they would be stored, oldest first. `total`: how many match. */
export interface MicroGood {
  readonly total: number
  readonly data: readonly { readonly [column: string]: unknown }[]
}

export interface MicroBad {
  readonly total: number
  readonly data: readonly BadEvent[]
}

export interface MicroViolations {
  readonly total: number
  readonly data: readonly BrokenRule[]
}
