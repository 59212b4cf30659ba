/** Violations counted by segment, hour, source, event, code and place. Pure. */
import type { TrackingPlan } from '@waymark/schemas/plan'
import type { Violation } from './violation.ts'

/** Kinds of violations that a run tells apart: names of events and properties are strangers' words, and need not be few. */
const MOST_KINDS = 5_000

interface Counted {
  readonly segment_id: string
  readonly hour: number
  readonly source_id: string
  readonly event: string
  readonly code: string
  readonly path: string
  readonly plan: string
  readonly plan_version: number
  n: number
  message: string
  last_at: number
}

export interface TallySubject {
  readonly segment_id: string
  readonly source_id: string
  /** Epoch milliseconds. */
  readonly hour: number
  readonly received_at: number
  readonly type: string
  readonly event: string
}

export function createViolationTally() {
  const kinds = new Map<string, Counted>()

  return {
    add(subject: TallySubject, { code, path: place, message }: Violation, plan: TrackingPlan): void {
      const { segment_id, source_id, hour, received_at, type } = subject
      const keyFor = (event: string, path: string) => [segment_id, hour, source_id, event, code, path].join('\0')
      const kind = [subject.event === '' ? type : subject.event, anywhere(place)] as const
      // Beyond the limit only the code is told: nothing is left uncounted.
      const [event, path] = kinds.size < MOST_KINDS || kinds.has(keyFor(...kind)) ? kind : ['', '']
      const named = { segment_id, hour, source_id, event, code, path, plan: plan.id, plan_version: plan.version }
      const counted = kinds.get(keyFor(event, path)) ?? { ...named, n: 0, message, last_at: 0 }
      counted.n++
      if (received_at >= counted.last_at) Object.assign(counted, { message, last_at: received_at })
      kinds.set(keyFor(event, path), counted)
    },
    /** As `plan_violations` takes them. */
    rows(): object[] {
      return [...kinds.values()].map(({ hour, last_at, ...rest }) => ({
        ...rest,
        hour: Math.floor(hour / 1000),
        last_at: new Date(last_at).toISOString().replace('Z', ''),
      }))
    },
  }
}

/** Places in a list as `*`. */
function anywhere(path: string): string {
  return path.replace(/\/\d+(?=\/|$)/g, '/*')
}
