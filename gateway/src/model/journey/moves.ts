import type { EnterRule } from '@waymark/schemas/model'
import type { Features } from './features.ts'
import { DAY_MS, type Move, type Position, type Rules, type Stage, type Step } from './position.ts'
import { holds } from './predicates.ts'

/** A stage whose enter rule holds. */
export interface Entry {
  readonly stage: Stage
  readonly rule: string
  readonly evidence: readonly string[]
}

export interface When {
  readonly at: number
  readonly day: number
  readonly eventDay: number
}

export function isAhead(stage: Stage, position: Position, rules: Rules): boolean {
  return rules.model.mode === 'ladder' ? stage.index > position.stage : !position.reached.includes(stage.index)
}

/** Enters the last stage whose rule holds; without skipping the next one only, and what was asked for is recorded. */
export function advance(position: Position, enters: readonly Entry[], when: When, rules: Rules): Step {
  const ahead = enters.filter(({ stage }) => isAhead(stage, position, rules))
  if (rules.model.mode === 'milestones') {
    return ahead.reduce<Step>((step, entry) => append(step, enter(step.position, entry, when, rules)), { position, moves: [] })
  }
  const target = ahead.at(-1)
  if (target === undefined) return { position, moves: [] }
  if (rules.model.allowSkip || target.stage.index === position.stage + 1) return enter(position, target, when, rules)
  const next = ahead.find(({ stage }) => stage.index === position.stage + 1)
  const step = next === undefined ? { position, moves: [] } : enter(position, next, when, rules)
  return append(step, skip(step.position, target, when, rules))
}

function enter(position: Position, { stage, rule, evidence }: Entry, when: When, rules: Rules): Step {
  const isMilestone = rules.model.mode === 'milestones'
  const at = Math.max(when.at, isMilestone ? position.firstAt : position.lastAt + 1)
  const move: Move = {
    direction: isMilestone ? 'reached' : 'forward',
    from: isMilestone ? '' : (rules.stages[position.stage]?.config.id ?? ''),
    to: stage.config.id,
    status: position.status,
    at,
    day: when.day,
    rule,
    evidence,
  }
  const entered = {
    ...position,
    lastAt: Math.max(at, position.lastAt),
    eventDay: when.eventDay,
    settled: false,
    statusSince: position.stage === -1 ? at : position.statusSince,
    reached: isMilestone ? [...position.reached, stage.index] : position.reached,
  }
  if (stage.index < position.stage) return { position: entered, moves: [move] }
  return {
    position: {
      ...entered,
      stage: stage.index,
      since: at,
      rule,
      evidence,
      badDays: 0,
      exitDay: null,
      disarmed: position.disarmed.filter(index => index !== stage.index),
      skipped: position.skipped.filter(index => index > stage.index),
    },
    moves: [move],
  }
}

function skip(position: Position, { stage, rule, evidence }: Entry, when: When, rules: Rules): Step {
  if (position.skipped.includes(stage.index)) return { position, moves: [] }
  const from = rules.stages[position.stage]?.config.id ?? ''
  const move: Move = {
    direction: 'skipped',
    from,
    to: stage.config.id,
    status: position.status,
    at: when.at,
    day: when.day,
    rule,
    evidence,
  }
  return { position: { ...position, skipped: [...position.skipped, stage.index] }, moves: [move] }
}

/** Hold and grace: a stage is left after enough bad days, for the highest lower stage that still holds. */
export function retreat(position: Position, day: number, features: Features, rules: Rules): Step {
  const stage = rules.stages[position.stage]
  if (stage === undefined || position.eventDay === day) return { position: { ...position, badDays: 0 }, moves: [] }
  const { exit, graceDays } = stage.config
  const isExit = exit !== null && position.exitDay !== null && day - position.exitDay >= graceDays
  if (isExit && exit.unless !== null && holds(exit.unless, features)) return retreat({ ...position, exitDay: null }, day, features, rules)
  const badDays = holdsStage(stage, features) || stage.index === stage.floor ? 0 : position.badDays + 1
  if (!isExit && (badDays === 0 || badDays < graceDays)) return { position: { ...position, badDays }, moves: [] }
  // An exit that is pending is the cause also when the grace of the hold, which it ended, runs out first.
  const pending = position.exitDay === null ? null : exit
  const lower = rules.stages.slice(stage.floor, stage.index)
  const held = lower.findLast(candidate => holdsStage(candidate, features) || entersBy(candidate.thresholds, features)) ?? lower[0]
  const least = pending === null ? undefined : lower.find(candidate => candidate.config.id === pending.to)
  const target = held !== undefined && least !== undefined && least.index > held.index ? least : held
  if (target === undefined) return { position: { ...position, badDays: 0, exitDay: null }, moves: [] }
  const at = Math.max(day * DAY_MS, position.lastAt + 1)
  const rule = pending?.rule ?? 'hold failed'
  const left = { ...position, stage: target.index, since: at, lastAt: at, rule, evidence: [], badDays: 0, exitDay: null, settled: false }
  return {
    position: { ...left, disarmed: pending === null ? position.disarmed : [...position.disarmed, stage.index] },
    moves: [{ direction: 'back', from: stage.config.id, to: target.config.id, status: position.status, at, day, rule, evidence: [] }],
  }
}

export function holdsStage(stage: Stage | undefined, features: Features): boolean {
  const hold = stage?.config.hold ?? null
  return hold === null || holds(hold, features)
}

function entersBy(thresholds: readonly EnterRule[], features: Features): boolean {
  return thresholds.some(({ when }) => holds(when, features))
}

function append(step: Step, next: Step): Step {
  return { position: next.position, moves: [...step.moves, ...next.moves] }
}
