import { rows, sqlDay, sqlFile } from '../db/query.ts'
import { type ReasonPart, reasonText } from '../model/intentReasons.ts'
import type { AccountEdges } from './accounts.ts'
import { label } from './label.ts'
import { personCards } from './people.ts'
import type { Reason, Score } from './shapes.ts'
import { DAY_MS, iso, isoDay } from './times.ts'

type StoredReason = readonly [
  kind: string,
  profileId: string,
  type: string,
  topic: string,
  category: string,
  points: number,
  count: number,
  lastAt: number,
]

interface ScoreRow {
  readonly day: string
  readonly score: number
  readonly points: number
  readonly band: string
  readonly reasons: readonly StoredReason[]
}

type ScoreParams = { readonly account_id: string; readonly model: string; readonly model_version: number; readonly day: string }

/** Characters of a name within a sentence; the name itself is told in full beside it. */
const MOST_NAME = 60

export const scoreQuery = sqlFile<ScoreParams, ScoreRow>('account_score')

/** The stored score of the day of `at`, with its reasons in words; a day without a touch in the window scores 0 for no reason. */
export async function readScore({ db, models, now }: AccountEdges, accountId: string, at: number = now()): Promise<Score> {
  const { id, version } = models.intent
  const [found] = await rows(db.reader, scoreQuery, { account_id: accountId, model: id, model_version: version, day: sqlDay(at) })
  const { day, score, points, band, reasons } = found ?? { day: sqlDay(at), score: 0, points: 0, band: 'cold', reasons: [] }
  const parts = reasons.map(partOf)
  const cards = await personCards(
    db,
    parts.map(part => part.profileId),
  )
  const asof = Math.floor(Date.parse(day) / DAY_MS)
  return {
    accountId,
    at: isoDay(day) ?? '',
    score,
    points,
    band,
    modelVersion: version,
    reasons: parts.map(part => toReason(part, cards.get(part.profileId)?.label ?? null, asof)),
  }
}

function partOf([kind, profileId, type, topic, category, points, count, lastAt]: StoredReason): ReasonPart {
  // The scorer alone writes this column, from the same union.
  return { kind: kind as ReasonPart['kind'], profileId, type, topic, category, points, count, lastAt }
}

function toReason(part: ReasonPart, name: string | null, asof: number): Reason {
  const { kind, profileId, type, topic, category, points, count, lastAt } = part
  return {
    text: reasonText(part, { name: name === null ? 'Somebody' : label(name, MOST_NAME), asof }),
    kind,
    person: name,
    profileId: profileId === '' ? null : profileId,
    type,
    topic,
    category,
    points,
    count,
    lastAt: iso(lastAt),
  }
}
