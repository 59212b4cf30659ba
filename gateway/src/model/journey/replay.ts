import type { IntentModel, JourneyModel } from '@waymark/schemas/model'
import { type AccountTouch, byTime, type CategoryPoints, indexFeatures } from './features.ts'
import { stepDay, stepEvent, stepOpening } from './journey.ts'
import { beforeFirst, compileStages, DAY_MS, type Instant, type Move, type Position, type Rules, type Step } from './position.ts'

export interface ReplayInput {
  /** In any order; those after the last day are not seen. */
  readonly touches: readonly AccountTouch[]
  readonly model: JourneyModel
  readonly intent: IntentModel
  readonly categoryPoints: CategoryPoints
  /** Days since 1970-01-01. The last day is open: its threshold moves are provisional. */
  readonly throughDay: number
}

export interface Replay {
  /** Every move that stands, in order. */
  readonly moves: readonly Move[]
  /** Threshold moves of the last day, which may yet change. */
  readonly provisional: readonly Move[]
  /** Where the account stands, provisional moves included; null without a touch. */
  readonly position: Position | null
}

/** The whole journey of an account: the one truth, whatever arrived when. */
export function replay({ touches, model, intent, categoryPoints, throughDay }: ReplayInput): Replay {
  const seen = touches.filter(touch => touch.day <= throughDay).sort(byTime)
  const [first] = seen
  if (first === undefined) return { moves: [], provisional: [], position: null }
  const rules: Rules = { model, stages: compileStages(model), intent, features: indexFeatures(seen, intent, categoryPoints) }
  const byDay = Map.groupBy(instantsOf(seen), instant => instant.day)
  const moves: Move[] = []
  let position = beforeFirst(first.firstAt)
  const take = (step: Step) => {
    position = step.position
    moves.push(...step.moves)
  }
  for (let day = first.day; day <= throughDay; day++) {
    const instants = byDay.get(day) ?? []
    // Touches at the very start of a day come before the silence of the days before is judged.
    for (const instant of instants) if (instant.at === day * DAY_MS) take(stepEvent(position, instant, rules))
    take(stepOpening(position, day, rules))
    for (const instant of instants) if (instant.at !== day * DAY_MS) take(stepEvent(position, instant, rules))
    const last = stepDay(position, day, instants.length === 0, rules)
    if (day === throughDay) return { moves, provisional: last.moves, position: last.position }
    take(last)
  }
  return { moves, provisional: [], position }
}

/**
 * Rows of touches as points in time. A row tells its first and last time only: of n touches one is at the first,
 * the rest are known by the last.
 */
function instantsOf(touches: readonly AccountTouch[]): readonly Instant[] {
  const points = touches.flatMap(touch => {
    if (touch.n === 1 || touch.firstAt === touch.lastAt) return [{ at: touch.firstAt, touch, n: touch.n }]
    return [
      { at: touch.firstAt, touch, n: 1 },
      { at: touch.lastAt, touch, n: touch.n - 1 },
    ]
  })
  return [...Map.groupBy(points, point => point.at)]
    .sort(([a], [b]) => a - b)
    .map(([at, group]) => ({ at, day: Math.floor(at / DAY_MS), touches: group.map(({ touch, n }) => ({ touch, n })) }))
}
