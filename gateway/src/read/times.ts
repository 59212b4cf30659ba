/** ISO text of stored epoch milliseconds; null stays null. Times before 1970-01-01T00:00:00.001Z mean "never". */
export function iso(ms: number | null): string | null {
  return ms === null || ms <= 0 ? null : new Date(ms).toISOString()
}

/** Start of the UTC day of `YYYY-MM-DD`, as ISO text. */
export function isoDay(day: string | null): string | null {
  return day === null ? null : `${day}T00:00:00.000Z`
}

export const DAY_MS = 86_400_000

/** Whole UTC days from `from` to `to`; the same day is 0. */
export function daysBetween(from: number, to: number): number {
  return Math.floor(to / DAY_MS) - Math.floor(from / DAY_MS)
}
