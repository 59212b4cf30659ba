import { TIME_SPAN } from '@waymark/schemas/limits'

const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2}(?:[.,]\d{1,9})?)?\s*([Zz]|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$/

/**
 * Epoch milliseconds of an ISO 8601 date or date and time; null for anything else, 30 February included, and for what lies
 * outside the span that can be stored: a clock that was never set says 1970-01-01.
 * Without a zone it is UTC: `Date.parse` alone would take the zone of this machine, and guess at texts such as "Order 7".
 */
export function parseTime(text: string): number | null {
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
