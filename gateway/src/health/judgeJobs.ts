import type { HealthFacts, JobFacts } from './facts.ts'
import type { Finding, Level } from './judge.ts'
import { spanWords } from './words.ts'

/** A first start sends the sample history before the jobs. */
const FIRST_RUN_MS = 3 * 60_000
const LONG_RUN_MS = 30 * 60_000
/** Scores and statuses age by the day, so every job runs at least once in a UTC day. */
const STALE_MS = 25 * 3_600_000
const BEHIND_MS: Readonly<Record<'warn' | 'bad', number>> = { warn: 3 * 60_000, bad: 30 * 60_000 }

export function judgeJobs(
  jobs: readonly JobFacts[],
  { now, gateway, loading }: Pick<HealthFacts, 'now' | 'gateway' | 'loading'>,
): Finding[] {
  const elsewhere = gateway.role === 'ingest'
  const troubles = [...jobs.flatMap(job => ofJob(job)), ...behind()]
  if (troubles.length > 0) return troubles
  const last = jobs.reduce((latest, job) => Math.max(latest, job.lastGood?.startedAt ?? 0), 0)
  return [finding('ok', last === 0 ? 'They have not run yet.' : `All ${jobs.length} work; the last run was ${spanWords(now - last)} ago.`)]

  function ofJob({ job, state, lastGood, error, since, failures }: JobFacts): Finding[] {
    if (state === 'failing')
      return [
        finding(
          'bad',
          `Job ${job} fails${since === null ? '' : ` since ${spanWords(now - since)}`} (${failures === 1 ? 'once' : `${failures} times`} in a row): ${error === '' ? 'no reason was recorded' : error}.`,
          'It is tried again by itself; what the jobs before it wrote stays, and the jobs after it wait. The log of the gateway holds the whole reason.',
        ),
      ]
    if (state === 'running' && since !== null && now - since > LONG_RUN_MS)
      return [
        finding(
          'warn',
          `Job ${job} is running for ${spanWords(now - since)}.`,
          'A first run over a long history takes long. Otherwise look at the load of the engine.',
        ),
      ]
    if (state === 'running') return []
    if (lastGood === null)
      return now - gateway.startedAt < FIRST_RUN_MS
        ? []
        : [finding('warn', `Job ${job} never ran.`, elsewhere ? NO_JOBS_HERE : 'Press “Run now” below.')]
    if (now - lastGood.startedAt > STALE_MS)
      return [
        finding(
          'bad',
          `Job ${job} did not run for ${spanWords(now - lastGood.startedAt)}.`,
          elsewhere ? NO_JOBS_HERE : 'Press “Run now” below, and look in the log.',
        ),
      ]
    return []
  }

  function behind(): Finding[] {
    const unseen = loading.isKnown ? loading.value.unseenSince : null
    if (unseen === null || jobs.some(({ state }) => state === 'failing')) return []
    const level = levelOf(now - unseen)
    if (level === 'ok') return []
    return [
      finding(
        level,
        `Events that were loaded ${spanWords(now - unseen)} ago are in no score yet.`,
        elsewhere ? NO_JOBS_HERE : jobs.some(({ state }) => state === 'running') ? 'A run is under way.' : 'Press “Run now” below.',
      ),
    ]
  }
}

const NO_JOBS_HERE = 'This process runs no jobs (ROLE=ingest): check that one with ROLE=jobs or ROLE=all runs on the same database.'

function levelOf(ms: number): Level {
  return ms > BEHIND_MS.bad ? 'bad' : ms > BEHIND_MS.warn ? 'warn' : 'ok'
}

function finding(level: Level, words: string, todo: string | null = null): Finding {
  return { check: 'jobs', level, words, todo }
}
