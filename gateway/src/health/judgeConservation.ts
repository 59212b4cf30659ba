import type { CheckFacts } from './facts.ts'
import type { Finding } from './judge.ts'
import { many } from './words.ts'

/** Of the recorded check of closed hours. Nothing is said while it adds up: the counts themselves are judged beside it. */
export function judgeConservation(check: CheckFacts | null): Finding[] {
  if (check === null || check.segments === 0) return []
  const { missing, doubled, segments, firstWrongHour, checkedAt, told } = check
  const gone = `${many(missing, 'event')} of loaded segments ${missing === 1 ? 'is' : 'are'} gone from the tables`
  const twice = `${many(doubled, 'event')} ${doubled === 1 ? 'is' : 'are'} there once too often`
  const what = missing === 0 ? twice : doubled === 0 ? gone : `${gone}, and ${twice}`
  return [
    {
      check: 'conservation',
      level: 'bad',
      words: `${what}: ${many(segments, 'segment')}, the first in the hour of ${hour(firstWrongHour)} (checked at ${hour(checkedAt)}). ${told.slice(0, 3).join('; ')}${segments > 3 ? '; …' : ''}`,
      todo: 'The log names the segments (segment_id in events). Rows deleted by hand, a restored backup that is older than the spool, or a lost part of the engine do this; compare with the backup before anything is deleted.',
    },
  ]
}

function hour(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
