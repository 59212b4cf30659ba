import type { CheckFacts } from './facts.ts'
import type { Finding } from './judge.ts'
import { many } from './words.ts'

/** Of the recorded check of closed hours. Nothing is said while it adds up: the counts themselves are judged beside it. */
export function judgeConservation(check: CheckFacts | null): Finding[] {
  if (check === null || check.segments === 0) return []
  const { difference, segments, firstWrongHour, checkedAt } = check
  const what =
    difference > 0
      ? `${many(difference, 'event')} of loaded segments ${difference === 1 ? 'is' : 'are'} gone from the tables`
      : difference < 0
        ? `${many(-difference, 'event')} more ${difference === -1 ? 'is' : 'are'} in the tables than were received`
        : 'Segments have too few events and others too many'
  return [
    {
      check: 'conservation',
      level: 'bad',
      words: `${what}: ${many(segments, 'segment')}, the first in the hour of ${hour(firstWrongHour)} (checked at ${hour(checkedAt)}).`,
      todo: 'The log names the segments. Rows deleted by hand, a restored backup that is older than the spool, or a lost part of the engine do this; compare with the backup before anything is deleted.',
    },
  ]
}

function hour(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
