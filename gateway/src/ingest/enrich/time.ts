import { TIME_SPAN } from '@waymark/schemas/limits'

const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2}(?:[.,]\d{1,9})?)?\s*([Zz]|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$/

/**
 * Epoch milliseconds of an ISO 8601 date or date and time; null for anything else, 30 February included, and for what lies
 * outside the span that can be stored: a clock that was never set says 1970-01-01.
 * Without a zone it is UTC: `Date.parse` alone would take the zone of this machine, and guess at texts such as "Order 7".
 */
export function parseTime(text: string): number | null {
  return parseUsual(text) ?? parseAny(text)
}

/** `parseTime` of one text after another, where most are the one before, as with the time at which all events of a request were sent. */
export function createTimeReader(): (text: string) => number | null {
  let [last, time]: [string, number | null] = ['', null]
  return text => {
    if (text !== last) [last, time] = [text, parseTime(text)]
    return time
  }
}

/** `2026-03-01T09:05:00.000Z`, as JavaScript writes times; null for everything else. */
function parseUsual(text: string): number | null {
  if (text.length !== 24 || text[10] !== 'T' || text[19] !== '.' || text[23] !== 'Z') return null
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':') return null
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 7)
  const day = digits(text, 8, 10)
  const hour = digits(text, 11, 13)
  const minute = digits(text, 14, 16)
  const second = digits(text, 17, 19)
  const ms = digits(text, 20, 23)
  const isWritten = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
  if (!isWritten || !(hour <= 23 && minute <= 59 && second <= 59 && ms >= 0)) return null
  const time = Date.UTC(year, month - 1, day, hour, minute, second, ms)
  return isStorable(time) ? time : null
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** NaN unless all are digits. */
function digits(text: string, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

function parseAny(text: string): number | null {
  const [, day, minutes = '00:00', seconds = ':00', zone = 'Z'] = INSTANT.exec(text.trim()) ?? []
  if (day === undefined) return null
  const ms = Date.parse(`${day}T${minutes}${seconds.replace(',', '.')}${zoneText(zone)}`)
  return isStorable(ms) && isDay(day) ? ms : null
}

// Date.parse takes 30 February for 1 March; only days after the 28th can be such.
function isDay(day: string): boolean {
  return Number(day.slice(8)) <= 28 || new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}

/** Whether the warehouse can hold this time; false for NaN. */
export function isStorable(ms: number): boolean {
  return ms >= TIME_SPAN.from && ms <= TIME_SPAN.to
}

function zoneText(zone: string): string {
  if (zone.toUpperCase() === 'Z') return 'Z'
  return zone.length === 3 ? `${zone}:00` : `${zone.slice(0, 3)}:${zone.slice(-2)}`
}
