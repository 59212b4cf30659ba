import type { ClickHouseClient } from '@clickhouse/client'
import type { JourneyModel } from '@waymark/schemas/model'
import { rows, sqlFile } from '../../db/query.ts'
import type { Status } from './position.ts'
import { type Interval, intervalsOf, type Transition } from './transitions.ts'

/** Where an account stands on a journey: a row of `stage_current`. Times are epoch milliseconds. */
export interface Place {
  readonly account_id: string
  readonly model: string
  readonly model_version: number
  readonly stage: string
  readonly since: number
  readonly status: Status
  readonly status_since: number
  /** 1 while a threshold move of the open day may still change. */
  readonly is_provisional: 0 | 1
  readonly bad_days: number
  readonly rule: string
  readonly evidence: readonly string[]
  /** `YYYY-MM-DD`. */
  readonly as_of: string
}

type MoveRow = Pick<Transition, 'to_stage' | 'status' | 'entered_at' | 'direction' | 'rule' | 'evidence'>

export const placesQuery = sqlFile<{ accounts: readonly string[] }, Place>('stage_places')
export const movesQuery = sqlFile<{ account: string; model: string; version: number }, MoveRow>('journey_moves')

/** Places of accounts on every journey; accounts without a touch have none. */
export function readPlaces(client: ClickHouseClient, accounts: readonly string[]): Promise<Place[]> {
  return rows(client, placesQuery, { accounts })
}

/** Intervals of an account in order, the last one open; a provisional move of the open day is the last. */
export async function readIntervals(client: ClickHouseClient, account: string, model: JourneyModel): Promise<readonly Interval[]> {
  const [moves, places] = await Promise.all([
    rows(client, movesQuery, { account, model: model.id, version: model.version }),
    readPlaces(client, [account]),
  ])
  const place = places.find(candidate => candidate.model === model.id && candidate.model_version === model.version)
  if (place === undefined || place.is_provisional === 0) return intervalsOf(moves)
  const rank = (stage: string) => model.states.findIndex(({ id }) => id === stage)
  const last = moves.findLast(({ direction }) => direction !== 'skipped')
  const direction = model.mode === 'milestones' ? 'reached' : rank(place.stage) < rank(last?.to_stage ?? '') ? 'back' : 'forward'
  return intervalsOf([
    ...moves,
    { to_stage: place.stage, status: place.status, entered_at: place.since, direction, rule: place.rule, evidence: place.evidence },
  ])
}
