import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'
import type { Loader } from '../ingest/load/loader.ts'
import { inDoubt, type StatsEdges } from '../ingest/stats.ts'

/** A loaded segment that does not have each of its events once. */
export interface WrongSegment {
  readonly segment: string
  readonly first_hour: number
  readonly missing: number
  /** Rows above one at a place, and rows at places that no frame had. */
  readonly doubled: number
}

/** Hours by the times at which they begin, epoch milliseconds. */
export interface LookPeriod {
  readonly from: number
  readonly to: number
}

type Period = { from: string; to: string; in_doubt: readonly string[] }

export const hoursQuery = sqlFile<Period, { hour: number; received: number; ended: number }>('conservation_hours')
export const segmentsQuery = sqlFile<Period & { hours: readonly number[]; segments: readonly string[] }, WrongSegment>(
  'conservation_segments',
)

/** Named in one query; of more, everything is looked at again. */
const MOST_NAMED = 1000
/** Ten million events in ninety thousand segments take some 110 MB; of very many more the rest goes to the disk. */
const SETTINGS = { max_bytes_before_external_group_by: String(256 * 2 ** 20) }

export interface WrongSegments {
  /** What was received in each hour, and what became of it: cheap, but what is lost and what is doubled within an hour cancel. */
  hours(period: LookPeriod): Promise<readonly { hour: number; received: number; ended: number }[]>
  /** Ids of segments that look wrong; some may only have been loaded while this looked. */
  suspects(period: LookPeriod): Promise<readonly string[]>
  /** Of these segments, and of all in these hours, those that are wrong: nothing is being loaded meanwhile, and only whole segments count. */
  confirm(period: LookPeriod, hours: readonly number[], suspects: readonly string[]): Promise<readonly WrongSegment[]>
}

export function createWrongSegments({
  db,
  spool,
  loader,
}: Pick<StatsEdges, 'spool'> & { readonly db: Database; readonly loader: Pick<Loader, 'snapshot'> }): WrongSegments {
  const ask = async ({ from, to }: LookPeriod, hours: readonly number[], segments: readonly string[]) =>
    rows(
      db.client,
      segmentsQuery,
      {
        from: sqlTime(from),
        to: sqlTime(to),
        in_doubt: await inDoubt({ db, spool }),
        hours: hours.map(hour => hour / 1000),
        segments,
      },
      { settings: SETTINGS },
    )

  return {
    hours: async ({ from, to }) =>
      rows(db.client, hoursQuery, { from: sqlTime(from), to: sqlTime(to), in_doubt: await inDoubt({ db, spool }) }),
    suspects: async period => (await ask(period, [], [])).map(({ segment }) => segment),
    confirm: (period, hours, suspects) =>
      loader.snapshot(async () => {
        const ofHours = hours.length === 0 ? [] : await ask(period, hours, [])
        const isNamed = suspects.length <= MOST_NAMED
        const known = new Set(suspects)
        const named =
          suspects.length === 0 ? [] : (await ask(period, [], isNamed ? suspects : [])).filter(({ segment }) => known.has(segment))
        const found = new Map([...ofHours, ...named].map(row => [row.segment, row]))
        return [...found.values()].sort((one, other) => one.first_hour - other.first_hour)
      }),
  }
}
