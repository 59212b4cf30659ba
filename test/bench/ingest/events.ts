import type { Event } from '@waymark/schemas/event'
import { simulate } from '../../../gateway/src/simulate/history.ts'

const HOUR_MS = 3_600_000
/** The history is told as of one day, so that the same seed gives the same bodies whenever it is sent. */
const TOLD_AT = Date.UTC(2026, 0, 5)

/** What visitors' pages send, as the sample history tells it, all of it within the hour before `end`; about 760 bytes an event. */
export function visitorEvents(seed: number, count: number, end: number): readonly Event[] {
  const companies = 10 + Math.ceil(count / 30)
  const told = simulate({ seed, companies, days: 90, end: TOLD_AT }).filter(({ from }) => from === 'browser')
  if (told.length < count) throw new Error(`${companies} companies did only ${told.length} of ${count} things`)
  return told.slice(-count).map(({ event }, place) => ({
    ...event,
    timestamp: new Date(end - HOUR_MS + Math.floor((HOUR_MS * place) / count)).toISOString(),
  }))
}
