import type { IntentModel, JourneyModel, JourneyState, Predicate } from '@waymark/schemas/model'
import { isEventRule, leaves } from './predicates.ts'

/** Everything wrong with a journey model, in words that say where and what to do; empty when it may run. */
export function lintJourney(model: JourneyModel, intent: IntentModel): string[] {
  const ids = model.states.map(({ id }) => id)
  const problems = [
    ...(model.states.length === 0 ? ['/states: a journey needs at least one stage'] : []),
    ...(model.intent === intent.id ? [] : [`/intent: the model asks for "${model.intent}" but the active intent model is "${intent.id}"`]),
    ...(isCount(model.version) ? [] : ['/version: must be a whole number from 1']),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map(id => `/states: "${id}" is there twice; names must differ`),
    ...model.states.flatMap((state, index) => lintState(state, index, ids)),
    ...predicatesOf(model).flatMap(({ at, predicate }) => lintPredicate(at, predicate, ids, intent)),
    ...typesNamed(model).flatMap(({ at, types }) => lintTypes(at, types, intent)),
    ...(model.status.returnedDays >= 1 ? [] : ['/status/returnedDays: must be at least 1']),
    ...(model.status.orderGap.days >= 1 && model.status.orderGap.factor >= 0
      ? []
      : ['/status/orderGap: days must be at least 1 and factor at least 0']),
  ]
  return [...new Set(problems)]
}

function lintState(state: JourneyState, index: number, ids: readonly string[]): string[] {
  const at = `/states/${state.id}`
  const floor = state.floor === null ? 0 : ids.indexOf(state.floor)
  const named = state.enter.map(({ rule }) => rule)
  return [
    ...(state.id === '' ? [`/states/${index}/id: must not be empty`] : []),
    ...(state.enter.length === 0 ? [`${at}/enter: no rule, so the stage can never be entered`] : []),
    ...named
      .filter((rule, place) => rule === '' || named.indexOf(rule) !== place)
      .map(rule => `${at}/enter: rule name "${rule}" must be there once, and not empty`),
    ...(floor === -1 ? [`${at}/floor: there is no stage "${state.floor}"`] : []),
    ...(floor > index ? [`${at}/floor: "${state.floor}" lies above the stage itself`] : []),
    ...(state.exit !== null && state.exit.to !== null && ![...ids.slice(0, index)].includes(state.exit.to)
      ? [`${at}/exit/to: "${state.exit.to}" is no stage below it`]
      : []),
    ...(Number.isInteger(state.graceDays) && state.graceDays >= 0 ? [] : [`${at}/graceDays: must be a whole number from 0`]),
    ...(isCount(state.dormantDays) ? [] : [`${at}/dormantDays: must be a whole number from 1`]),
    ...[state.hold, state.exit?.unless ?? null]
      .filter(predicate => predicate !== null && isEventRule(predicate))
      .map(() => `${at}: hold and exit.unless are asked every day, when nothing happens; use count with days instead of event`),
    ...lintHysteresis(at, state),
  ]
}

/** Without a gap between entering and holding, a score near the threshold would move the account to and fro. */
function lintHysteresis(at: string, { enter, hold }: JourneyState): string[] {
  const points = (predicate: Predicate) => leaves(predicate).filter(leaf => 'z' in leaf)
  const held = hold === null ? [] : points(hold)
  return enter
    .flatMap(({ when }) => points(when))
    .flatMap(entering =>
      held.filter(holding => sameSet(entering.z, holding.z) && holding.gte >= entering.gte).map(holding => ({ entering, holding })),
    )
    .map(
      ({ entering, holding }) =>
        `${at}/hold: z[${holding.z.join(', ')}] ≥ ${holding.gte} must be lower than the ${entering.gte} that enters, or the stage flickers`,
    )
}

function lintPredicate(at: string, predicate: Predicate, ids: readonly string[], intent: IntentModel): string[] {
  if ('any' in predicate)
    return predicate.any.length === 0
      ? [`${at}: any of nothing never holds`]
      : predicate.any.flatMap(part => lintPredicate(at, part, ids, intent))
  if ('all' in predicate)
    return predicate.all.length === 0
      ? [`${at}: all of nothing always holds`]
      : predicate.all.flatMap(part => lintPredicate(at, part, ids, intent))
  if ('not' in predicate) {
    const inner = lintPredicate(at, predicate.not, ids, intent)
    return isEventRule(predicate.not) ? [...inner, `${at}: an event cannot be negated; use not with count and days`] : inner
  }
  if ('days' in predicate && !isCount(predicate.days)) return [`${at}: days must be a whole number from 1`]
  if ('gte' in predicate && !(predicate.gte > 0)) return [`${at}: gte must be above 0, or the rule always holds`]
  if ('event' in predicate && predicate.nth !== undefined && !isCount(predicate.nth)) return [`${at}: nth must be a whole number from 1`]
  if ('eventIn' in predicate && !ids.includes(predicate.stage)) return [`${at}: there is no stage "${predicate.stage}"`]
  if ('z' in predicate)
    return predicate.z
      .filter(category => intent.categories[category] === undefined)
      .map(category => `${at}: the intent model has no category "${category}"`)
  return []
}

function lintTypes(at: string, types: readonly string[], intent: IntentModel): string[] {
  if (types.length === 0) return [`${at}: no touch type is named`]
  return types
    .filter(type => type.startsWith('@') && intent.categories[type.slice(1)] === undefined)
    .map(type => `${at}: the intent model has no category "${type.slice(1)}"`)
}

function predicatesOf(model: JourneyModel): { at: string; predicate: Predicate }[] {
  return [
    ...model.states.flatMap(({ id, enter, hold, exit }) => [
      ...enter.map(({ rule, when }) => ({ at: `/states/${id}/enter "${rule}"`, predicate: when })),
      ...(hold === null ? [] : [{ at: `/states/${id}/hold`, predicate: hold }]),
      ...(exit === null || exit.unless === null ? [] : [{ at: `/states/${id}/exit/unless`, predicate: exit.unless }]),
    ]),
    { at: '/status/churn', predicate: model.status.churn },
  ]
}

function typesNamed(model: JourneyModel): { at: string; types: readonly string[] }[] {
  const inRules = predicatesOf(model).flatMap(({ at, predicate }) =>
    everyLeaf(predicate).flatMap(leaf => {
      if ('count' in leaf) return [{ at, types: leaf.count }]
      if ('people' in leaf) return [{ at, types: leaf.people }]
      if ('event' in leaf) return [{ at, types: leaf.event }]
      return 'eventIn' in leaf ? [{ at, types: leaf.eventIn }] : []
    }),
  )
  return [...inRules, ...model.states.flatMap(({ id, exit }) => (exit === null ? [] : [{ at: `/states/${id}/exit`, types: exit.event }]))]
}

function everyLeaf(predicate: Predicate): ReturnType<typeof leaves> {
  if ('not' in predicate) return everyLeaf(predicate.not)
  if ('any' in predicate) return predicate.any.flatMap(everyLeaf)
  if ('all' in predicate) return predicate.all.flatMap(everyLeaf)
  return leaves(predicate)
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join('\0') === [...b].sort().join('\0')
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1
}
