import type { IntentModel } from '@waymark/schemas/model'
import { composeSql, type Part } from '../../db/composeSql.ts'
import { type Params, type ParamValue, sqlDay, sqlFile } from '../../db/query.ts'
import type { Scratch } from '../../db/scratch.ts'
import { windowDays } from './intentEvidence.ts'
import { MOST_REASONS } from './intentReasons.ts'

const DAY_MS = 86_400_000
/** More than any day can have; stands for "no cap". */
const NO_CAP = 1e15

/** Numbers of categories in SQL: 1 is weightless, 2 negative, the model's follow. */
const FIRST_CATEGORY = 3

/** The model as parameters of the score statements: parallel arrays by number of type (1 is an unknown one) and of category. */
export function scoreParams(model: IntentModel): Params {
  const categories = Object.entries(model.categories)
  const types = Object.entries(model.types)
  const { recentWeeks, baseWeeks, minWeeks, minPersonDays, points: surgePoints } = model.surge
  const number = ({ category, weight }: IntentModel['types'][string]) => {
    if (weight < 0) return 2
    const index = categories.findIndex(([name]) => name === category)
    return weight === 0 || index < 0 ? 1 : index + FIRST_CATEGORY
  }
  const padded = (values: readonly (string | number)[], filler: string | number) => [filler, filler, ...values]
  return {
    types: types.map(([type]) => type),
    type_nos: types.map((_, index) => index + 2),
    categories: [1, ...types.map(([, type]) => number(type))],
    weights: [0, ...types.map(([, { weight }]) => Math.abs(weight))],
    caps: [NO_CAP, ...types.map(([, { dailyCap }]) => dailyCap ?? NO_CAP)],
    activities: [0, ...types.map(([, { weight }]) => (weight > 0 ? 1 : 0))],
    category_names: padded(
      categories.map(([name]) => name),
      '',
    ),
    half_lives: [1, model.negativeHalfLifeDays, ...categories.map(([, { halfLifeDays }]) => halfLifeDays)],
    person_caps: padded(
      categories.map(([, { personCap }]) => personCap),
      1,
    ),
    account_caps: padded(
      categories.map(([, { accountCap }]) => accountCap),
      1,
    ),
    actives: padded(
      categories.map(([, { passive }]) => (passive ? 0 : 1)),
      0,
    ),
    role_anonymous: model.roles.anonymous,
    role_known: model.roles.known,
    role_decision_maker: model.roles.decisionMaker,
    titles: `(?i)${model.decisionMakerTitles}`,
    breadth_points: model.breadth.points,
    breadth_person: model.breadth.person,
    breadth_committee: model.breadth.committee,
    surge_points: surgePoints,
    min_person_days: minPersonDays,
    min_known_days: 7 * minWeeks,
    recent_days: 7 * recentWeeks,
    base_days: 7 * baseWeeks,
    scale: model.scale,
    window_days: windowDays(model),
    model: model.id,
    model_version: model.version,
    engaged: model.bands.engaged,
    warm: model.bands.warm,
    hot: model.bands.hot,
    hysteresis: model.bands.hysteresis,
    most_reasons: MOST_REASONS,
  } satisfies { [name: string]: ParamValue }
}

const KEYS = 'account_id, model, model_version, day'
/** A first run may write more months than the engine takes for a mistake. */
const ANY_DAYS = 'SETTINGS max_partitions_per_insert_block = 0'

/** Statements of the job in their order; those of `keep` are kept in one session, where the others find them. */
export const SCORE_STATEMENTS = {
  keep: {
    marked: sqlFile<Params, never>('score_marked'),
    /** For each batch of accounts from here on. */
    dirty: sqlFile<Params, never>('score_dirty'),
    members: sqlFile<Params, never>('score_members'),
    hints: sqlFile<Params, never>('score_hints'),
    days: composeSql<Params, never>('score_days', partsOf('score_touches', 'score_people')),
    parts: composeSql<Params, never>('score_parts', partsOf('score_groups', 'score_shares', 'score_accounts', 'score_results')),
    gone: sqlFile<Params, never>('score_gone'),
  },
  targets: sqlFile<Params, { account_id: string; from_day: number }>('score_targets'),
  forgetReasons: composeSql<Params, never>('score_forget', [], `INSERT INTO account_reasons (${KEYS}, is_deleted) ${ANY_DAYS}`),
  forgetScores: composeSql<Params, never>('score_forget', [], `INSERT INTO account_scores (${KEYS}, is_deleted) ${ANY_DAYS}`),
  scores: composeSql<Params, never>(
    'score_write',
    [],
    `INSERT INTO account_scores (${KEYS}, score, points, band, categories, breadth, surge, surge_index, negative, people, last_touch_at) ${ANY_DAYS}`,
  ),
  reasons: composeSql<Params, never>(
    'reason_write',
    [],
    `INSERT INTO account_reasons (${KEYS}, reasons.kind, reasons.profile_id, reasons.type, reasons.topic, reasons.category, reasons.points, reasons.count, reasons.last_at) ${ANY_DAYS}`,
  ),
}

/** Scores the accounts from `first_account` to `last_account` of those marked, from day `from` on; resolves with the rows written. */
export async function scoreBatch(scratch: Scratch, scope: Params): Promise<number> {
  const { keep, ...statements } = SCORE_STATEMENTS
  await scratch.keep(keep.dirty, scope)
  await scratch.keep(keep.members, scope)
  await scratch.keep(keep.hints, scope)
  await scratch.keep(keep.days, scope)
  await scratch.keep(keep.parts, scope)
  const gone = await scratch.keep(keep.gone, scope)
  // Scores name the days to forget, so they go last: a crash in between leaves them to be found again.
  if (gone > 0) for (const forget of [statements.forgetReasons, statements.forgetScores]) await scratch.execute(forget, scope)
  const scores = await scratch.execute(statements.scores, scope)
  return gone + scores + (await scratch.execute(statements.reasons, scope))
}

/** Parts of a statement that are files. */
export function partsOf(...names: readonly string[]): Part[] {
  return names.map(name => [name, null])
}

/** Touches that count for days from `fromDay` to `toDay` (days since 1970-01-01). */
export function scoreSpan(model: IntentModel, fromDay: number, toDay: number): Params {
  return { to_day: toDay, since: sqlDay((fromDay - windowDays(model) + 1) * DAY_MS), through: sqlDay(toDay * DAY_MS) }
}
