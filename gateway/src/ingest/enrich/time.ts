const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2}(?:[.,]\d{1,9})?)?\s*([Zz]|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$/

/** Span of a `DateTime64(3)`: what lies outside would be stored as another time. */
const EARLIEST = Date.UTC(1900, 0, 1)
const LATEST = Date.UTC(2299, 11, 31, 23, 59, 59, 999)

/**
 * Epoch milliseconds of an ISO 8601 date or date and time; null for anything else, 30 February and 1 June 10000 included.
 * Without a zone it is UTC: `Date.parse` alone would take the zone of this machine, and guess at texts such as "Order 7".
 */
export function parseTime(text: string): number | null {
  const [, day, minutes = '00:00', seconds = ':00', zone = 'Z'] = INSTANT.exec(text.trim()) ?? []
  if (day === undefined) return null
  const ms = Date.parse(`${day}T${minutes}${seconds.replace(',', '.')}${zoneText(zone)}`)
  return Number.isNaN(ms) || !isDay(day) ? null : ms
}

// Date.parse takes 30 February for 1 March; only days after the 28th can be such.
function isDay(day: string): boolean {
  return Number(day.slice(8)) <= 28 || new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}

/** The nearest time that the warehouse can hold. */
export function storable(ms: number): number {
  return Math.round(Math.min(LATEST, Math.max(EARLIEST, ms)))
}

function zoneText(zone: string): string {
  if (zone.toUpperCase() === 'Z') return 'Z'
  return zone.length === 3 ? `${zone}:00` : `${zone.slice(0, 3)}:${zone.slice(-2)}`
}
