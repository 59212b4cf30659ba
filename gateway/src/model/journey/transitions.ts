import { createHash } from 'node:crypto'
import type { JourneyModel } from '@waymark/schemas/model'
import type { Direction, Move, Status } from './position.ts'

/** A row of `stage_transitions`; times are epoch milliseconds. */
export interface Transition {
  readonly transition_id: string
  readonly account_id: string
  readonly model: string
  readonly model_version: number
  readonly from_stage: string
  readonly to_stage: string
  readonly status: Status
  readonly entered_at: number
  readonly direction: Direction | 'withdrawn'
  readonly rule: string
  readonly evidence: readonly string[]
  /** Id of the row that this one takes back, '' for a move. */
  readonly withdraws: string
}

/** A stage and status held from one time to another, as the API tells it. */
export interface Interval {
  readonly stage: string
  readonly status: string
  /** Epoch milliseconds. */
  readonly enteredAt: number
  /** null while it lasts. */
  readonly exitedAt: number | null
  readonly direction: string
  readonly rule: string
  readonly evidence: readonly string[]
}

/** Rows for the moves of one account; the n-th equal move of a day has its own id. */
export function transitionsOf(accountId: string, model: JourneyModel, moves: readonly Move[]): readonly Transition[] {
  const counts = new Map<string, number>()
  return moves.map(move => {
    const key = JSON.stringify([accountId, model.id, model.version, move.day, move.from, move.to])
    const nth = (counts.get(key) ?? 0) + 1
    counts.set(key, nth)
    return {
      transition_id: hashId(`${key}#${nth}`),
      account_id: accountId,
      model: model.id,
      model_version: model.version,
      from_stage: move.from,
      to_stage: move.to,
      status: move.status,
      entered_at: move.at,
      direction: move.direction,
      rule: move.rule,
      evidence: move.evidence,
      withdraws: '',
    }
  })
}

/**
 * Rows to add so that the rows in force become `wanted`: a row that no longer fits is withdrawn, never edited.
 * What is told again after a withdrawal gets the id with `.1`, `.2` … behind it; triggers fire once per `triggerId`.
 */
export function reconcile(stored: readonly Transition[], wanted: readonly Transition[]): readonly Transition[] {
  const inForce = new Map(current(stored).map(transition => [triggerId(transition.transition_id), transition]))
  const written = Map.groupBy(
    stored.filter(({ withdraws }) => withdraws === ''),
    transition => triggerId(transition.transition_id),
  )
  const fresh = wanted.filter(transition => !isSame(inForce.get(transition.transition_id), transition))
  const kept = new Set(
    wanted.filter(transition => isSame(inForce.get(transition.transition_id), transition)).map(({ transition_id }) => transition_id),
  )
  const falsified = [...inForce].filter(([id]) => !kept.has(id)).map(([, transition]) => transition)
  return [
    ...falsified.map(withdrawal),
    ...fresh.map(transition => {
      const times = new Set(written.get(transition.transition_id)?.map(({ transition_id }) => transition_id)).size
      return times === 0 ? transition : { ...transition, transition_id: `${transition.transition_id}.${times}` }
    }),
  ]
}

/** Rows in force: moves that no row withdraws, in order of time. */
export function current(stored: readonly Transition[]): readonly Transition[] {
  const withdrawn = new Set(stored.map(({ withdraws }) => withdraws))
  const standing = stored.filter(({ withdraws, transition_id }) => withdraws === '' && !withdrawn.has(transition_id))
  // A replica that lost the lead in mid-run may have written the same row again.
  return [...new Map(standing.map(transition => [transition.transition_id, transition])).values()].sort(
    (a, b) => a.entered_at - b.entered_at,
  )
}

/** The id by which a trigger fires once, however often late data took the move back and told it again. */
export function triggerId(transitionId: string): string {
  return transitionId.split('.', 1)[0] ?? transitionId
}

/** Intervals of a ladder touch and never overlap; milestones stay reached. Skipped stages are no intervals. */
export function intervalsOf(
  moves: readonly Pick<Transition, 'to_stage' | 'status' | 'entered_at' | 'direction' | 'rule' | 'evidence'>[],
): readonly Interval[] {
  const bounds = moves.filter(({ direction }) => direction !== 'skipped')
  return bounds.map((move, index) => ({
    stage: move.to_stage,
    status: move.status,
    enteredAt: move.entered_at,
    exitedAt: move.direction === 'reached' ? null : (bounds[index + 1]?.entered_at ?? null),
    direction: move.direction,
    rule: move.rule,
    evidence: move.evidence,
  }))
}

function withdrawal(transition: Transition): Transition {
  const withdraws = transition.transition_id
  return { ...transition, transition_id: hashId(`withdraw ${withdraws}`), direction: 'withdrawn', withdraws }
}

/** What the id does not already say. */
function isSame(a: Transition | undefined, b: Transition): boolean {
  if (a === undefined) return false
  const [one, other] = [a, b].map(({ entered_at, status, direction, rule, evidence }) =>
    JSON.stringify([entered_at, status, direction, rule, evidence]),
  )
  return one === other
}

function hashId(text: string): string {
  return `t_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
}
