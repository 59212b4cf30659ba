/** A tracking plan: which events senders may send, and what their properties must look like. A file in the team's repository. */
import type { RejectionCode } from './event.ts'

/**
 * What becomes of an event that breaks the plan. `observe`: it is stored, and the violation is counted. `quarantine`: it is kept as a rejected event,
 * and can be replayed once the plan or the sender is mended. `block`: it is refused, and nothing of its content is kept.
 */
export type PlanMode = 'observe' | 'quarantine' | 'block'
export const PLAN_MODES = ['observe', 'quarantine', 'block'] as const satisfies readonly PlanMode[]

/** What the plan says of what it does not name. */
export type Unplanned = 'allow' | 'violation'

/** Draft of JSON Schema that the plan's schemas are written in, unless one says another by `$schema`. */
export type PlanDialect = 'draft-07' | '2020-12'

/** JSON Schema of the properties (or traits) of an event. */
export type PropertySchema = { readonly [keyword: string]: unknown }

export interface PlannedEvent {
  /** What it means and when it is sent, for people; becomes the comment of the generated type. */
  readonly description?: string
  /** Of the properties; without it any are right. */
  readonly properties?: PropertySchema
  /** Overrides the plan's own rule for this event. */
  readonly unplannedProperties?: Unplanned
}

/** Of the calls that have no names of their own. */
export interface PlannedCalls {
  readonly page?: PlannedEvent
  readonly screen?: PlannedEvent
  /** `properties` describes the traits. */
  readonly identify?: PlannedEvent
  /** `properties` describes the traits. */
  readonly group?: PlannedEvent
}

export interface TrackingPlan {
  readonly $schema?: string
  /** Name of the plan; several plans, for sources of their own, can be active at once. */
  readonly id: string
  /** 1, 2, 3, …: what was pushed under a version never changes. */
  readonly version: number
  readonly description?: string
  readonly dialect?: PlanDialect
  /** By source, `*` for those that no plan names. */
  readonly sources: { readonly [source: string]: PlanMode }
  /** Default: both allowed. */
  readonly unplanned?: { readonly events?: Unplanned; readonly properties?: Unplanned }
  /** Track events by name. */
  readonly events: { readonly [name: string]: PlannedEvent }
  readonly calls?: PlannedCalls
  /** Schemas that several events share: `{ "$ref": "#/$defs/Product" }`. */
  readonly $defs?: { readonly [name: string]: PropertySchema }
}

/** Why an event breaks the plan of its source. */
export const PLAN_CODES = [
  'unplanned_event',
  'unplanned_property',
  'plan_required',
  'plan_wrong_type',
  'plan_wrong_value',
] as const satisfies readonly RejectionCode[]
export type PlanCode = (typeof PLAN_CODES)[number]

/** Limits of a plan: a file that people read, checked in bounded time against events of strangers. */
export const PLAN_LIMITS = {
  /** JSON text. */
  bytes: 512 * 1024,
  events: 1000,
  /** Of one schema, with its references put in their places. */
  nodes: 2000,
  /** Levels of one schema; an event has 32. */
  depth: 32,
  patternChars: 500,
  /** A longer text breaks its pattern unread. */
  patternTextChars: 4096,
  /** Violations told of one event. */
  told: 10,
} as const
