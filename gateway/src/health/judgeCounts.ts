import type { IngestCounts } from '../ingest/stats.ts'
import type { CountFacts } from './facts.ts'
import type { Finding } from './judge.ts'
import { many } from './words.ts'

/** Received events that are in none of the five ends; below zero, ends that were never received. 0 when the account is right. */
export function unaccounted({ received, stored, pending, deduplicated, rejected, suppressed }: IngestCounts): number {
  return received - stored - pending - deduplicated - rejected - suppressed
}

export function judgeCounts({ lastDay, ever }: CountFacts): Finding[] {
  const wrong = [
    { period: 'in the last 24 hours', difference: unaccounted(lastDay) },
    { period: 'in all', difference: unaccounted(ever) },
  ].filter(({ difference }, index, [day]) => difference !== 0 && (index === 0 || difference !== day?.difference))
  if (wrong.length === 0) {
    const words =
      ever.received === 0
        ? 'No event was received yet.'
        : ever.received === 1
          ? 'The one event received is accounted for.'
          : `Each of the ${many(ever.received, 'event')} received is accounted for.`
    return [{ check: 'conservation', level: 'ok', words, todo: null }]
  }
  return wrong.map(({ period, difference }) => ({
    check: 'conservation',
    level: 'bad',
    words:
      difference > 0
        ? `${many(difference, 'event')} received ${period} ${difference === 1 ? 'is' : 'are'} in no count.`
        : `${many(-difference, 'event')} more ${difference === -1 ? 'is' : 'are'} stored or refused than received ${period}.`,
    todo: 'Leave DATA_DIR as it is; look in the log for damaged or unreadable segments, and in the spool for .bad files. Rows deleted from the tables by hand show here as well.',
  }))
}
