import type { Event } from '@waymark/schemas/event'
import { simulate } from '../../../gateway/src/simulate/history.ts'

const HOUR_MS = 3_600_000

/** What visitors' pages send, as the sample history tells it, all of it within the last hour; about 760 bytes an event. */
export function visitorEvents(seed: number, count: number, end: number): readonly Event[] {
  const told = simulate({ seed, companies: Math.ceil(count / 40), days: 90, end }).filter(({ from }) => from === 'browser')
  const kept = told.slice(-count)
  return kept.map(({ event }, place) => ({
    ...event,
    timestamp: new Date(end - HOUR_MS + Math.floor((HOUR_MS * place) / kept.length)).toISOString(),
  }))
}
