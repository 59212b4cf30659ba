import type { IntentModel } from '@waymark/schemas/model'
import type { Database } from '../../db/open.ts'
import { insertRows, rows, sqlDay, sqlTime } from '../../db/query.ts'
import { withScratch } from '../../db/scratch.ts'
import { loadModels } from '../load.ts'
import type { IntentTouch } from './intentEvidence.ts'
import type { GoldenCase } from './intentGolden.fixture.ts'
import { SCORE_STATEMENTS, scoreBatch, scoreParams, scoreSpan } from './scoreSql.ts'
import type { SurgeBaseline } from './surge.ts'

export const DAY_MS = 86_400_000
export const MODEL = loadModels().intent

/** The built-in model with a type per category and weight, without daily caps, as the worked table has it. */
export const GOLDEN_MODEL: IntentModel = {
  ...MODEL,
  id: 'golden',
  types: {
    ...Object.fromEntries(
      Object.keys(MODEL.categories).flatMap(category =>
        [1, 2, 6, 8, 15, 20, 25, 50].map(weight => [`${category} ${weight}`, { category, weight, dailyCap: null }]),
      ),
    ),
    Careers: { category: null, weight: -5, dailyCap: 3 },
  },
}

/** Longer ago than the four weeks that a surge needs; its type weighs nothing. */
const FIRST_SEEN_DAYS = 40

/** The touches of a case as of a day. */
export function goldenTouches({ people, negative, zeta }: GoldenCase, asof: number): IntentTouch[] {
  const persons = people.flatMap(person => Array.from({ length: person.times }, () => person))
  const touches = persons.flatMap(({ role, touches: theirs }, index) =>
    theirs.map(([category, weight, age, n]) =>
      touchOf({ profileId: `p${index}`, identified: role >= 1, role, type: `${category} ${weight}`, day: asof - age, n }),
    ),
  )
  const [first] = touches
  if (first === undefined) return touches
  if (negative > 0) touches.push({ ...first, type: 'Careers', n: negative / 5, day: asof, lastAt: asof * DAY_MS })
  if (zeta > 0) touches.push({ ...first, type: 'Told', n: 1, day: asof - FIRST_SEEN_DAYS, lastAt: (asof - FIRST_SEEN_DAYS) * DAY_MS })
  return touches
}

/** The dispersion that makes 5 recent person-days, none before, a ζ of this size. */
export function seasonFor(zeta: number): SurgeBaseline {
  const expected = (3 * 1) / 14
  return { s: 1, phi: zeta === 0 ? 1 : ((2 * (Math.sqrt(5 + 3 / 8) - Math.sqrt(expected + 3 / 8))) / zeta) ** 2 }
}

export function touchOf(
  fields: Pick<IntentTouch, 'profileId' | 'identified' | 'role' | 'type' | 'day' | 'n'> & Partial<IntentTouch>,
): IntentTouch {
  return { q: 1, topic: '', lastAt: fields.day * DAY_MS + 43_200_000, ...fields }
}

/** Puts touches of accounts into the tables: every person is a node of its own, a member of the account for good. */
export async function storeAccounts({ client }: Database, accounts: ReadonlyMap<string, readonly IntentTouch[]>): Promise<void> {
  const tables = {
    touch_daily: [] as object[],
    identity_map: [] as object[],
    memberships: [] as object[],
    identifier_traits: [] as object[],
  }
  for (const [account, touches] of accounts) {
    for (const touch of new Map(touches.map(one => [one.profileId, one])).values()) {
      const node = { identifier_type: touch.identified ? 'user_id' : 'anonymous_id', identifier: `${account} ${touch.profileId}` }
      tables.identity_map.push({ ...node, profile_id: node.identifier, version: 1 })
      tables.memberships.push({
        profile_id: node.identifier,
        account_id: account,
        rule: 'group',
        certainty: touch.q,
        primary_spans: [['1970-01-02', '2299-12-31']],
        version: 1,
      })
      if (touch.role > 1) tables.identifier_traits.push({ ...node, name: 'title', value: '"VP Sales"', version: 1 })
    }
    for (const touch of touches)
      tables.touch_daily.push(
        touchRow(touch, { node_type: touch.identified ? 'user_id' : 'anonymous_id', node: `${account} ${touch.profileId}` }),
      )
  }
  for (const [table, stored] of Object.entries(tables)) await insertRows(client, table, stored)
}

export function touchRow(
  { type, topic, day, n, lastAt }: IntentTouch,
  where: { readonly node_type: string; readonly node: string; readonly account_hint?: string },
): object {
  return { ...where, type, topic, day: sqlDay(day * DAY_MS), n, first_at: sqlTime(lastAt), last_at: sqlTime(lastAt), version: 1 }
}

export interface StoredScore {
  readonly account_id: string
  readonly score: number
  readonly points: number
  readonly categories: { readonly [category: string]: number }
  readonly breadth: number
  readonly surge: number
  readonly surge_index: number | null
  readonly negative: number
  readonly people: number
  readonly last_touch_at: number
  readonly reasons: readonly (readonly [
    kind: string,
    profile: string,
    type: string,
    topic: string,
    category: string,
    points: number,
    count: number,
    lastAt: number,
  ])[]
}

/** Scores every account of the tables as of one day with the statements of the job. */
export async function scoreAll({ client }: Database, model: IntentModel, asof: number): Promise<StoredScore[]> {
  const scope = {
    ...scoreParams(model),
    ...scoreSpan(model, asof, asof),
    after_run: 0,
    through_run: 0,
    oldest_day: asof,
    sweep_from: asof,
    first_account: '',
    last_account: '~',
    from: asof,
  }
  await withScratch(client, new AbortController().signal, async scratch => {
    await scratch.keep(SCORE_STATEMENTS.keep.marked, scope)
    await scoreBatch(scratch, scope)
  })
  return rows(
    client,
    {
      name: 'test',
      sql: `SELECT account_id, score, points, categories, breadth, surge, surge_index, negative, people, toUnixTimestamp64Milli(assumeNotNull(last_touch_at)) AS last_touch_at,
          arrayZip(reasons.kind, reasons.profile_id, reasons.type, reasons.topic, reasons.category, reasons.points, reasons.count,
            arrayMap(at -> toUnixTimestamp64Milli(at), reasons.last_at)) AS reasons
        FROM account_scores AS scores FINAL INNER JOIN account_reasons AS why FINAL USING (account_id, model, model_version, day)
        WHERE model = {model:String} AND day = {day:Date32} ORDER BY account_id`,
    },
    { model: model.id, day: sqlDay(asof * DAY_MS) },
  )
}
