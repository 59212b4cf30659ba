import type { HealthFacts, Told } from './facts.ts'
import { judgeConservation } from './judgeConservation.ts'
import { judgeCounts } from './judgeCounts.ts'
import { judgeJobs } from './judgeJobs.ts'
import { judgeDisk, judgeEngine, judgeLoading, judgeRequests, judgeSpool, judgeTables } from './judgeStorage.ts'
import { spanWords } from './words.ts'

export type Level = 'ok' | 'warn' | 'bad'
export type Check = 'gateway' | 'engine' | 'spool' | 'disk' | 'loading' | 'conservation' | 'requests' | 'jobs' | 'tables'

/** One judgement: what is so, and what a person can do about it (null: nothing). */
export interface Finding {
  readonly check: Check
  readonly level: Level
  readonly words: string
  readonly todo: string | null
}

const WORST_FIRST: readonly Level[] = ['bad', 'warn', 'ok']

/** Every check has at least one finding; those of one check stand together. */
export function judgeHealth(facts: HealthFacts): Finding[] {
  const { engine, now } = facts
  const known = <T>(check: Check, told: Told<T>, judge: (value: T) => Finding[]) =>
    told.isKnown ? judge(told.value) : [unknown(check, told.error, engine.ping.isKnown)]
  return [
    gateway(facts),
    ...judgeEngine(engine),
    ...judgeSpool(facts.spool),
    ...known('disk', facts.disk, judgeDisk),
    ...known('loading', facts.loading, loading => judgeLoading(facts.spool, loading, now)),
    ...known('conservation', facts.counts, judgeCounts),
    ...(facts.checked.isKnown ? judgeConservation(facts.checked.value) : []),
    ...judgeRequests(facts.requests),
    ...known('jobs', facts.jobs, jobs => judgeJobs(jobs, facts)),
    ...known('tables', facts.tables, judgeTables),
  ]
}

/** The one line on top: the worst finding, and how many others there are. */
export function verdict(findings: readonly Finding[]): Finding & { readonly others: number } {
  const troubles = [...findings]
    .filter(({ level }) => level !== 'ok')
    .sort((left, right) => WORST_FIRST.indexOf(left.level) - WORST_FIRST.indexOf(right.level))
  const [worst] = troubles
  if (worst === undefined) return { check: 'gateway', level: 'ok', words: 'Everything works.', todo: null, others: 0 }
  return { ...worst, others: troubles.length - 1 }
}

function gateway({ gateway: { version, role, startedAt }, now }: HealthFacts): Finding {
  const does = { all: 'takes events and runs jobs', ingest: 'takes events, runs no jobs', jobs: 'takes events and runs jobs' }[role]
  return {
    check: 'gateway',
    level: 'ok',
    words: `Version ${version}, up for ${spanWords(now - startedAt)}; ${does} (ROLE=${role}).`,
    todo: null,
  }
}

/** Without the engine most looks fail: that is one trouble, not six. */
function unknown(check: Check, error: string, isEngineThere: boolean): Finding {
  return isEngineThere
    ? {
        check,
        level: 'bad',
        words: `This could not be looked up: ${error}.`,
        todo: 'Reload the page. If it stays, the log of the gateway says more.',
      }
    : { check, level: 'warn', words: 'Not known while the engine is away.', todo: null }
}
