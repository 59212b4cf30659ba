/**
 * The day through which scores and stages are computed after a run, days since 1970-01-01.
 * A run as of an earlier day than the last one is late data: what was computed stays. A run as of a day that has not come is a
 * look ahead, which the next run that looks less far takes back.
 */
export function horizonDay({ today, through, realDay }: { today: number; through: number | null; realDay: number }): number {
  return through === null || through > realDay ? today : Math.max(today, through)
}
