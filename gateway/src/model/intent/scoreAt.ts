import type { ClickHouseClient } from '@clickhouse/client'
import { composeSql, type Part } from '../../db/composeSql.ts'
import { type Params, rows, sqlFile } from '../../db/query.ts'
import type { Models } from '../models.ts'
import { type IntentScore, type IntentTouch, scoreIntent } from './intent.ts'
import { type ReasonPart, topReasons } from './intentReasons.ts'
import { partsOf, scoreParams, scoreSpan } from './scoreSql.ts'
import type { SurgeBaseline } from './surge.ts'

/** The score of one account as of one day, computed from its touches now: any past day gives the same number again. */
export interface ScoreAt extends Omit<IntentScore, 'parts'> {
  /** Largest first; they add up to `points`. */
  readonly reasons: readonly ReasonPart[]
}

export interface SeenRow {
  readonly profile_id: string
  readonly q: number
  readonly type: string
  readonly topic: string
  readonly day: number
  readonly n: number
  readonly last_at: number
}

export interface KnownRow {
  readonly profile_id: string
  readonly identified: number
  readonly role: number
}

const ACCOUNT: Part[] = [['score_dirty', sqlFile('score_one').sql], ...partsOf('score_members', 'score_hints')]
export const seenQuery = composeSql<Params, SeenRow>('score_seen', [...ACCOUNT, ...partsOf('score_touches')])
export const knownQuery = composeSql<Params, KnownRow>('score_known', [...ACCOUNT, ...partsOf('score_people')])
export const seasonQuery = sqlFile<Params, SurgeBaseline>('score_season')

/** Touches of one account that count on any day of `days`, with who did them. */
export async function touchesOf(
  client: ClickHouseClient,
  { intent }: Models,
  accountId: string,
  days: { readonly from: number; readonly to: number },
): Promise<IntentTouch[]> {
  const scope = { ...scoreParams(intent), ...scoreSpan(intent, days.from, days.to), account_id: accountId }
  const [seen, known] = await Promise.all([rows(client, seenQuery, scope), rows(client, knownQuery, scope)])
  const people = new Map(known.map(person => [person.profile_id, person]))
  return seen.flatMap(({ profile_id, last_at, ...touch }) => {
    const person = people.get(profile_id)
    return person === undefined
      ? []
      : [{ ...touch, profileId: profile_id, lastAt: last_at, identified: person.identified === 1, role: person.role }]
  })
}

/** The season that a day is scored with. */
export async function seasonOf(client: ClickHouseClient, { intent }: Models, asof: number): Promise<SurgeBaseline | undefined> {
  const [season] = await rows(client, seasonQuery, scoreSpan(intent, asof, asof))
  return season
}

/**
 * `asof` is a day since 1970-01-01. Zero, without reasons, when nothing touched the account in the window. Of one account it is quicker to
 * fetch the touches and to add up here than to have the engine analyse the sum.
 */
export async function scoreAt(client: ClickHouseClient, models: Models, accountId: string, asof: number): Promise<ScoreAt> {
  const [touches, season] = await Promise.all([
    touchesOf(client, models, accountId, { from: asof, to: asof }),
    seasonOf(client, models, asof),
  ])
  const { parts, ...score } = scoreIntent(models.intent, touches, asof, season)
  return { ...score, reasons: topReasons(parts) }
}
