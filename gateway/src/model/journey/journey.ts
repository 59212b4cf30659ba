import { advance, type Entry, holdsStage, isAhead, retreat } from './moves.ts'
import { DAY_MS, type Instant, type Position, type Rules, type Step } from './position.ts'
import { evidenceOf, type Happening, holds } from './predicates.ts'
import { happeningOf, type StatusChange, statusAfter, statusAtOpening, theirTouches, withOrders } from './status.ts'

/** First of a day: what silence has done to the status. */
export function stepOpening(position: Position, day: number, rules: Rules): Step {
  if (position.stage === -1) return { position, moves: [] }
  const change = statusAtOpening(position, day, rules)
  if (change === null) return { position, moves: [] }
  const orders = change.rule === 'no order' ? { ...position.orders, churnedFor: position.orders.lastDay } : position.orders
  return changeStatus({ ...position, orders }, change, day * DAY_MS, rules)
}

/** Then each instant of the day in order of time: event rules act at once, at the event's own time. */
export function stepEvent(before: Position, instant: Instant, rules: Rules): Step {
  const happening = happeningOf(instant, before, rules)
  const features = rules.features.asOf(instant.day, instant.at)
  const change = statusAfter(before, instant, rules)
  const position: Position = {
    ...before,
    orders: withOrders(before.orders, instant),
    lastTouchDay: theirTouches(instant, rules).length > 0 ? instant.day : before.lastTouchDay,
    settled: false,
    ...(change === null ? {} : { status: change.status, statusSince: instant.at }),
  }
  const enters = rules.stages.flatMap(stage => {
    const rule = stage.events.find(({ when }) => holds(when, features, happening))
    return rule === undefined ? [] : [{ stage, rule: rule.rule, evidence: evidenceOf(rule.when, features, rules.intent, happening) }]
  })
  const exitDay = exitAfter(position, enters, instant, happening, rules)
  const step = advance({ ...position, exitDay }, enters, { at: instant.at, day: instant.day, eventDay: instant.day }, rules)
  if (change === null || step.moves.some(move => move.direction !== 'skipped')) return step
  if (before.stage === -1) return { ...step, position: { ...step.position, status: before.status } }
  const told = changeStatus(step.position, change, instant.at, rules)
  return { position: told.position, moves: [...told.moves, ...step.moves] }
}

/**
 * Last of a day: threshold rules over the features of the whole day, from the last stage back; forward at once, back after grace.
 * Provisional while the day is open. `quiet`: no touch that day.
 */
export function stepDay(position: Position, day: number, quiet: boolean, rules: Rules): Step {
  const isSilent = quiet && position.settled
  if (isSilent && isAtRest(position, rules)) return { position, moves: [] }
  const features = rules.features.asOf(day)
  const enters = rules.stages
    .filter(stage => isAhead(stage, position, rules) && !position.disarmed.includes(stage.index))
    .flatMap(stage => {
      const rule = stage.thresholds.find(({ when, monotone }) => !(isSilent && monotone) && holds(when, features))
      return rule === undefined ? [] : [{ stage, rule: rule.rule, evidence: evidenceOf(rule.when, features, rules.intent) }]
    })
  const forward = advance(position, enters, { at: day * DAY_MS, day, eventDay: position.eventDay }, rules)
  if (forward.moves.some(move => move.direction !== 'skipped')) return forward
  const step = rules.model.mode === 'ladder' ? retreat(forward.position, day, features, rules) : forward
  const armed = step.position.disarmed.filter(index => holdsStage(rules.stages[index], features))
  const settled = step.moves.length === 0 && armed.length === step.position.disarmed.length
  return { position: { ...step.position, disarmed: armed, settled }, moves: [...forward.moves, ...(step === forward ? [] : step.moves)] }
}

/** Nothing that silence could end or begin: most days of most accounts. */
function isAtRest({ stage, exitDay, disarmed }: Position, rules: Rules): boolean {
  const at = rules.stages[stage]
  const isBottom = at === undefined || at.config.hold === null || at.index === at.floor || rules.model.mode === 'milestones'
  return isBottom && exitDay === null && disarmed.length === 0 && rules.stages.every(({ isMonotone }) => isMonotone)
}

/** An event may end the stage; a new event rule of the stage itself takes that back. */
function exitAfter(position: Position, enters: readonly Entry[], instant: Instant, happening: Happening, rules: Rules): number | null {
  if (enters.some(({ stage }) => stage.index === position.stage)) return null
  const exit = rules.stages[position.stage]?.config.exit ?? null
  return exit !== null && happening.matching(exit.event).length > 0 ? instant.day : position.exitDay
}

function changeStatus(position: Position, change: StatusChange, natural: number, rules: Rules): Step {
  const stage = rules.stages[position.stage]?.config.id ?? ''
  const at = Math.max(natural, position.lastAt + 1)
  const day = Math.floor(natural / DAY_MS)
  return {
    position: { ...position, status: change.status, statusSince: at, lastAt: at },
    moves: [{ direction: 'status', from: stage, to: stage, status: change.status, at, day, rule: change.rule, evidence: change.evidence }],
  }
}
