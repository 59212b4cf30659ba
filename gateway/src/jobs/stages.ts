import type { JourneyModel } from '@waymark/schemas/model'
import { composeSql } from '../db/composeSql.ts'
import type { Database } from '../db/open.ts'
import { insertRows, type Query, rows, sqlDay, sqlFile, sqlTime } from '../db/query.ts'
import { categoryPoints } from '../model/intent/intent.ts'
import type { AccountTouch } from '../model/journey/features.ts'
import { type Place, placesQuery } from '../model/journey/journeyQueries.ts'
import { DAY_MS } from '../model/journey/position.ts'
import { type Replay, replay } from '../model/journey/replay.ts'
import { reconcile, type Transition, transitionsOf } from '../model/journey/transitions.ts'
import type { Models } from '../model/models.ts'
import { horizonDay } from './horizon.ts'
import type { Job } from './job.ts'

/** Where the job stopped. */
interface Mark {
  /** Last run whose dirty accounts were placed. */
  readonly run: number
  /** Days since 1970-01-01. */
  readonly through: number
  /** Models as `id@version`: another one places everybody anew. */
  readonly models: string
}

interface TouchRow {
  readonly account_id: string
  readonly profile_id: string
  readonly q: number
  readonly identified: number
  readonly role: number
  readonly type: string
  readonly topic: string
  readonly day: number
  readonly n: number
  readonly first_at: number
  readonly last_at: number
  readonly message_id: string
}

export const dirtyQuery = sqlFile<{ after_run: number }, { account_id: string; last_run: number }>('stage_dirty')
export const accountsQuery = sqlFile<Record<string, never>, { account_id: string }>('stage_accounts')
type TouchParams = {
  accounts: readonly string[]
  since: string
  through: string
  titles: string
  role_decision_maker: number
  role_known: number
  role_anonymous: number
}
export const touchesQuery: Query<TouchParams, TouchRow> = composeSql('stage_touches', [
  ['score_dirty', sqlFile('stage_chosen').sql],
  ['score_members', null],
  ['score_hints', null],
  ['score_people', null],
  ['score_touches', null],
])
export const storedQuery = sqlFile<{ accounts: readonly string[] }, Transition>('stage_stored')

/** Bounds the memory of one step. */
const MOST_ACCOUNTS = 300

/**
 * Places dirty accounts, and on a new day or with a new model all of them. Replays an account from its first touch and writes only
 * what differs from what is stored, so that any order and batching of the same events ends in the same rows.
 */
export const stagesJob: Job = {
  name: 'stages',
  async run({ db, now, realTime, watermark, models, signal }) {
    const mark = parseMark(watermark)
    const days = { today: Math.floor(now / DAY_MS), realDay: Math.floor(realTime / DAY_MS) }
    const next = { through: horizonDay({ ...days, through: watermark === '' ? null : mark.through }), models: nameModels(models) }
    const dirty = await rows(db.client, dirtyQuery, { after_run: mark.run }, { signal })
    const isSweep = next.through !== mark.through || next.models !== mark.models
    const accounts = new Set(dirty.map(({ account_id }) => account_id))
    if (isSweep) for (const { account_id } of await rows(db.client, accountsQuery, {}, { signal })) accounts.add(account_id)
    accounts.delete('')
    let written = 0
    for (const batch of batches([...accounts].sort(), MOST_ACCOUNTS)) {
      signal.throwIfAborted()
      written += await place(db, batch, models, next.through, signal)
    }
    return {
      rows: written,
      watermark: JSON.stringify({ ...next, run: dirty.reduce((last, { last_run }) => Math.max(last, last_run), mark.run) } satisfies Mark),
    }
  },
}

async function place(db: Database, accounts: readonly string[], models: Models, through: number, signal: AbortSignal): Promise<number> {
  const { decisionMakerTitles, roles } = models.intent
  const people = {
    titles: `(?i)${decisionMakerTitles}`,
    role_decision_maker: roles.decisionMaker,
    role_known: roles.known,
    role_anonymous: roles.anonymous,
  }
  const [touchRows, stored, places] = await Promise.all([
    rows(db.client, touchesQuery, { accounts, since: '1970-01-01', through: sqlDay(through * DAY_MS), ...people }, { signal }),
    rows(db.client, storedQuery, { accounts }, { signal }),
    rows(db.client, placesQuery, { accounts }, { signal }),
  ])
  const touches = Map.groupBy(touchRows, ({ account_id }) => account_id)
  const transitions: Transition[] = []
  const placed: Place[] = []
  const gone: Place[] = []
  for (const account of accounts) {
    const theirs = (touches.get(account) ?? []).map(touchOf)
    const known = stored.filter(({ account_id }) => account_id === account)
    for (const model of models.journeys) {
      const journey = replay({
        touches: theirs,
        model,
        intent: models.intent,
        categoryPoints: (seen, day) => categoryPoints(models.intent, seen, day),
        throughDay: through,
      })
      const ofModel = known.filter(row => row.model === model.id && row.model_version === model.version)
      transitions.push(...reconcile(ofModel, transitionsOf(account, model, journey.moves)))
      const before = places.find(row => row.account_id === account && row.model === model.id)
      const after = placeOf(account, model, journey, through)
      if (after === null && before !== undefined) gone.push(before)
      if (after !== null && !isSamePlace(before, after)) placed.push(after)
    }
  }
  await insertRows(
    db.client,
    'stage_transitions',
    transitions.map(row => ({ ...row, entered_at: sqlTime(row.entered_at) })),
  )
  await insertRows(db.client, 'stage_current', [...placed.map(row => placeRow(row, 0)), ...gone.map(row => placeRow(row, 1))])
  return transitions.length + placed.length + gone.length
}

function touchOf(row: TouchRow): AccountTouch {
  const { profile_id, identified, first_at, last_at, message_id, account_id: _account, ...same } = row
  return { ...same, profileId: profile_id, identified: identified === 1, firstAt: first_at, lastAt: last_at, messageId: message_id }
}

function placeOf(account: string, model: JourneyModel, { position, provisional }: Replay, through: number): Place | null {
  const state = position === null ? undefined : model.states[position.stage]
  if (position === null || state === undefined) return null
  return {
    account_id: account,
    model: model.id,
    model_version: model.version,
    stage: state.id,
    since: position.since,
    status: position.status,
    status_since: position.statusSince,
    is_provisional: provisional.some(({ direction }) => direction !== 'skipped') ? 1 : 0,
    bad_days: position.badDays,
    rule: position.rule,
    evidence: position.evidence,
    as_of: sqlDay(through * DAY_MS),
  }
}

function placeRow(place: Place, is_deleted: 0 | 1): object {
  return { ...place, since: sqlTime(place.since), status_since: sqlTime(place.status_since), version: 0, is_deleted }
}

function isSamePlace(before: Place | undefined, after: Place): boolean {
  return (
    before !== undefined && (Object.keys(after) as (keyof Place)[]).every(key => JSON.stringify(before[key]) === JSON.stringify(after[key]))
  )
}

function nameModels({ intent, journeys }: Models): string {
  return [intent, ...journeys].map(({ id, version }) => `${id}@${version}`).join(' ')
}

function parseMark(watermark: string): Mark {
  return watermark === '' ? { run: 0, through: 0, models: '' } : (JSON.parse(watermark) as Mark)
}

function batches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
