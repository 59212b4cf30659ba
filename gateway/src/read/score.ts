import { rows, sqlDay, sqlFile } from '../db/query.ts'
import { type ReasonPart, reasonText } from '../model/intent/intentReasons.ts'
import { scoreAt } from '../model/intent/scoreAt.ts'
import type { AccountEdges } from './accounts.ts'
import { label } from './label.ts'
import { personCards } from './people.ts'
import type { Reason, Score } from './shapes.ts'
import { DAY_MS, iso } from './times.ts'

/** A reason as SQL gives it. */
export type StoredReason = readonly [
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

/**
 * The score of the day of `at` with its reasons in words; of the last scored day without `at`, which is what lists show.
 * A stored day is told as it was stored; any other one is computed from the touches as they are known now.
 */
export async function readScore({ db, models, now }: AccountEdges, accountId: string, at?: number): Promise<Score> {
  const { id, version } = models.intent
  const day = at === undefined ? '' : sqlDay(at)
  const [stored] = await rows(db.reader, scoreQuery, { account_id: accountId, model: id, model_version: version, day })
  const asof = stored === undefined ? Math.floor((at ?? now()) / DAY_MS) : Date.parse(stored.day) / DAY_MS
  const { score, points, band, parts } =
    stored === undefined || isTorn(stored) ? await computed(stored?.band ?? null) : { ...stored, parts: stored.reasons.map(partOf) }
  const cards = await personCards(
    db,
    parts.map(part => part.profileId),
  )
  return {
    accountId,
    at: new Date(asof * DAY_MS).toISOString(),
    score,
    points,
    band,
    modelVersion: version,
    reasons: parts.map(part => toReason(part, cards.get(part.profileId)?.label ?? null, asof)),
  }

  async function computed(band: string | null) {
    const { reasons, ...result } = await scoreAt(db.reader, models, accountId, asof)
    // Whatever the day before was, nothing is cold.
    return { score: result.score, points: result.points, band: band ?? (result.score === 0 ? 'cold' : null), parts: reasons }
  }
}

/** Points and reasons are two tables: while the job writes them, one may be a moment ahead of the other. */
function isTorn({ points, reasons }: ScoreRow): boolean {
  return Math.abs(reasons.reduce((sum, [, , , , , part]) => sum + part, 0) - points) > 1e-9
}

export function partOf([kind, profileId, type, topic, category, points, count, lastAt]: StoredReason): ReasonPart {
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
