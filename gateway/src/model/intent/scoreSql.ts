import type { ClickHouseClient } from '@clickhouse/client'
import type { IntentModel } from '@waymark/schemas/model'
import { composeSql, type Part } from '../../db/composeSql.ts'
import { type Params, type ParamValue, type Query, rows, sqlDay, sqlFile } from '../../db/query.ts'
import type { Models } from '../models.ts'
import { windowDays } from './intentEvidence.ts'
import { MOST_REASONS, type ReasonPart } from './intentReasons.ts'

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

const TOUCHES: Part[] = [
  ['score_members', null],
  ['score_hints', null],
  ['score_touches', null],
]
const RESULTS: Part[] = [
  ...TOUCHES,
  ...['score_people', 'score_days', 'score_groups', 'score_shares', 'score_accounts', 'score_results'].map((name): Part => [name, null]),
]
const DIRTY: Part = ['score_dirty', null]
const KEYS = 'account_id, model, model_version, day'

/** Statements of the job; `score_dirty` says for whom and from when. */
export const SCORE_STATEMENTS = {
  targets: composeSql<Params, { account_id: string; from_day: number }>('score_targets', [DIRTY]),
  forgetReasons: composeSql<Params, never>('score_forget', [DIRTY, ...TOUCHES], `INSERT INTO account_reasons (${KEYS}, is_deleted)`),
  forgetScores: composeSql<Params, never>('score_forget', [DIRTY, ...TOUCHES], `INSERT INTO account_scores (${KEYS}, is_deleted)`),
  scores: composeSql<Params, never>(
    'score_write',
    [DIRTY, ...RESULTS],
    `INSERT INTO account_scores (${KEYS}, score, points, band, categories, breadth, surge, surge_index, negative, people, last_touch_at)`,
  ),
  reasons: composeSql<Params, never>(
    'reason_write',
    [DIRTY, ...RESULTS, ['score_parts', null]],
    `INSERT INTO account_reasons (${KEYS}, reasons.kind, reasons.profile_id, reasons.type, reasons.topic, reasons.category, reasons.points, reasons.count, reasons.last_at)`,
  ),
}

/** Touches that count for days from `fromDay` to `toDay` (days since 1970-01-01). */
export function scoreSpan(model: IntentModel, fromDay: number, toDay: number): Params {
  return { to_day: toDay, since: sqlDay((fromDay - windowDays(model) + 1) * DAY_MS), through: sqlDay(toDay * DAY_MS) }
}

/** The score of one account as of one day, computed from its touches now: any past day gives the same number again. */
export interface ScoreAt {
  /** 0–100. */
  readonly score: number
  readonly points: number
  readonly categories: { readonly [category: string]: number }
  readonly breadth: number
  readonly surge: number
  readonly surgeIndex: number | null
  readonly negative: number
  readonly people: number
  readonly lastTouchAt: number | null
  /** Largest first; they add up to `points`. */
  readonly reasons: readonly ReasonPart[]
}

interface ScoreRow {
  readonly score: number
  readonly points: number
  readonly categories: { readonly [category: string]: number }
  readonly breadth: number
  readonly surge: number
  readonly surge_index: number | null
  readonly negative: number
  readonly people: number
  readonly last_touch_at: number
  readonly reasons: readonly {
    kind: ReasonPart['kind']
    profile_id: string
    type: string
    topic: string
    category: string
    points: number
    count: number
    last_at: number
  }[]
}

export const scoreAtQuery: Query<Params, ScoreRow> = composeSql('score_at', [
  ['score_dirty', sqlFile('score_one').sql],
  ...RESULTS,
  ['score_parts', null],
])

const NO_SCORE: ScoreAt = {
  score: 0,
  points: 0,
  categories: {},
  breadth: 0,
  surge: 0,
  surgeIndex: null,
  negative: 0,
  people: 0,
  lastTouchAt: null,
  reasons: [],
}

/** `asof` is a day since 1970-01-01. Zero, without reasons, when nothing touched the account in the window. */
export async function scoreAt(client: ClickHouseClient, { intent }: Models, accountId: string, asof: number): Promise<ScoreAt> {
  const [found] = await rows(client, scoreAtQuery, { ...scoreParams(intent), ...scoreSpan(intent, asof, asof), account_id: accountId })
  if (found === undefined) return NO_SCORE
  const { surge_index, last_touch_at, reasons, ...rest } = found
  return {
    ...rest,
    surgeIndex: surge_index,
    lastTouchAt: last_touch_at,
    reasons: reasons.map(({ profile_id, last_at, ...reason }) => ({ ...reason, profileId: profile_id, lastAt: last_at })),
  }
}
