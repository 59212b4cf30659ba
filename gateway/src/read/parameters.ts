import { problem } from './problem.ts'

/** Text of one query parameter; undefined when it was not given. */
export type Ask = (name: string) => string | undefined

const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/
const MOST_TEXT = 200

/** One of a closed set; a word outside it is an error that lists the set. */
export function oneOf<T extends string>(ask: Ask, name: string, allowed: readonly T[]): T | undefined {
  const given = ask(name)
  if (given === undefined || given === '') return undefined
  const found = allowed.find(word => word === given)
  if (found === undefined) throw bad(name, `must be one of ${allowed.join(', ')}`)
  return found
}

/** Free text of at most 200 characters. */
export function text(ask: Ask, name: string): string {
  const given = (ask(name) ?? '').trim()
  if (given.length > MOST_TEXT) throw bad(name, `must have at most ${MOST_TEXT} characters`)
  return given
}

/** Rows of a page: 1 to 200. */
export function pageSize(ask: Ask, usual = 50, most = 200): number {
  return wholeNumber(ask, 'limit', { usual, most })
}

/** A whole number from 1 on. */
export function wholeNumber(ask: Ask, name: string, { usual, most }: { readonly usual: number; readonly most: number }): number {
  const given = ask(name)
  if (given === undefined || given === '') return usual
  const number = Number(given)
  if (!/^\d{1,6}$/.test(given) || number < 1 || number > most) throw bad(name, `must be a whole number from 1 to ${most}`)
  return number
}

/** Epoch milliseconds of a day (its start, UTC) or of an instant with a zone. */
export function instant(ask: Ask, name: string): number | undefined {
  const given = ask(name)
  if (given === undefined || given === '') return undefined
  const ms = parseInstant(given)
  if (ms === null) throw bad(name, 'must be a day (2026-03-01) or an instant with a zone (2026-03-01T09:05:00Z)')
  return ms
}

/** null for anything but a real day or an instant with a zone between 1970 and 2200, which the span of stored times lies within. */
export function parseInstant(given: string): number | null {
  if (!DAY.test(given) && !INSTANT.test(given)) return null
  const ms = Date.parse(given)
  const day = Date.parse(given.slice(0, 10))
  // Date.parse accepts 30 February and rolls it over; a day that changes on the way back never existed.
  if (!Number.isFinite(ms) || !Number.isFinite(day) || new Date(day).toISOString().slice(0, 10) !== given.slice(0, 10)) return null
  return ms >= 0 && ms < Date.UTC(2200, 0, 1) ? ms : null
}

export function bad(name: string, rule: string) {
  return problem(400, 'bad_parameter', `Parameter “${name}” ${rule}.`)
}
