import { type Params, rows, sqlFile } from '../db/query.ts'
import { withScratch } from '../db/scratch.ts'
import { windowDays } from '../model/intent/intentEvidence.ts'
import { SCORE_STATEMENTS, scoreBatch, scoreParams, scoreSpan } from '../model/intent/scoreSql.ts'
import { refreshSeasons } from '../model/intent/surgeSeason.ts'
import { horizonDay } from './horizon.ts'
import type { Job } from './job.ts'

const DAY_MS = 86_400_000
/** Bounds the memory of one statement: accounts, and days to score of all of them. */
const MOST_ACCOUNTS = 10_000
const MOST_ACCOUNT_DAYS = 100_000

/** Where the job stopped. */
interface Mark {
  /** Last run whose dirty accounts were scored. */
  readonly run: number
  /** Last day that was scored, days since 1970-01-01. */
  readonly through: number
  /** Intent model as `id@version`: another one scores everybody anew. */
  readonly model: string
}

interface Marks {
  readonly marks: number
  readonly touched_from: number
  readonly touched: number
  readonly season_from: number
  readonly seasons: number
}

interface Target {
  readonly account_id: string
  readonly from_day: number
}

const marksQuery = sqlFile<Params, Marks>('score_marks')

/**
 * Writes surge_baseline, account_scores and account_reasons: dirty accounts from their first dirty day on, everyone for days that
 * were never scored. A row is a function of the account's touches, the model and its day alone (its band also of the day before).
 */
export const scoresJob: Job = {
  name: 'scores',
  async run(context) {
    const { db, now, realTime, run, watermark, models, signal } = context
    const model = `${models.intent.id}@${models.intent.version}`
    const last = parseMark(watermark, model)
    const through = horizonDay({
      today: Math.floor(now / DAY_MS),
      through: last?.through ?? null,
      realDay: Math.floor(realTime / DAY_MS),
    })
    const oldest = through - windowDays(models.intent) + 1
    const window = { after_run: last?.run ?? 0, through_run: run }
    const [marks] = await rows(db.client, marksQuery, window, { signal })
    if (marks === undefined || (marks.marks === 0 && last?.through === through)) return { rows: 0, watermark }

    const scoredThrough = Math.min(last?.through ?? oldest - 1, through)
    const changed = await refreshSeasons(db.client, models.intent, {
      from: Math.max(oldest - 1, Math.min(scoredThrough, marks.touched > 0 ? marks.touched_from : scoredThrough)),
      to: through - 1,
      scoredThrough,
      run,
    })
    const sweep = Math.min(scoredThrough + 1, marks.seasons > 0 ? marks.season_from : Number.POSITIVE_INFINITY, changed.from)
    const scope = { ...scoreParams(models.intent), ...window, oldest_day: oldest, sweep_from: Math.max(oldest, sweep), to_day: through }
    const written = await withScratch(db.client, signal, async scratch => {
      await scratch.keep(SCORE_STATEMENTS.keep.marked, scope)
      const targets = await scratch.rows(SCORE_STATEMENTS.targets, {})
      let scored = 0
      for (const batch of targetBatches(targets, through))
        scored += await scoreBatch(scratch, { ...scope, ...batch, ...scoreSpan(models.intent, batch.from, through) })
      return scored
    })
    return { rows: changed.rows + written, watermark: JSON.stringify({ run, through, model } satisfies Mark) }
  },
}

export interface TargetBatch extends Params {
  readonly first_account: string
  readonly last_account: string
  readonly from: number
}

/** Cuts accounts, in order of their ids, where one statement would become too large. */
export function targetBatches(targets: readonly Target[], through: number): TargetBatch[] {
  const batches: { targets: Target[]; days: number }[] = []
  for (const target of targets) {
    const days = through - target.from_day + 1
    const open = batches.at(-1)
    if (open === undefined || open.targets.length >= MOST_ACCOUNTS || open.days + days > MOST_ACCOUNT_DAYS)
      batches.push({ targets: [target], days })
    else {
      open.targets.push(target)
      open.days += days
    }
  }
  return batches.map(batch => ({
    first_account: batch.targets[0]?.account_id ?? '',
    last_account: batch.targets.at(-1)?.account_id ?? '',
    from: batch.targets.reduce((first, target) => Math.min(first, target.from_day), through),
  }))
}

/** null before the first run, and when another model scored. */
function parseMark(watermark: string, model: string): Mark | null {
  if (watermark === '') return null
  const mark = JSON.parse(watermark) as Mark
  return mark.model === model ? mark : null
}
