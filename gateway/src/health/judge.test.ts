import { describe, expect, it } from 'vitest'
import { HEALTHY, NOW } from './facts.fixture.ts'
import type { HealthFacts, JobFacts } from './facts.ts'
import { type Check, judgeHealth, type Level, verdict } from './judge.ts'

const JOB: JobFacts = {
  job: 'scores',
  state: 'ok',
  lastGood: { startedAt: NOW - 60_000, durationMs: 40, rows: 3 },
  error: '',
  since: null,
  failures: 0,
}
const COUNTS = { received: 10, stored: 6, pending: 1, deduplicated: 1, rejected: 1, suppressed: 1 }
const jobs = (...value: JobFacts[]): Partial<HealthFacts> => ({ jobs: { isKnown: true, value } })
const spool = (more: Partial<HealthFacts['spool']>): Partial<HealthFacts> => ({ spool: { ...HEALTHY.spool, ...more } })
const engine = (more: Partial<HealthFacts['engine']>): Partial<HealthFacts> => ({ engine: { ...HEALTHY.engine, ...more } })
const loading = (unseenSince: number | null): Partial<HealthFacts> => ({
  loading: { isKnown: true, value: { lastLoadedAt: NOW - 1, unseenSince } },
})
const counts = (more: Partial<typeof COUNTS>): Partial<HealthFacts> => ({
  counts: { isKnown: true, value: { lastDay: COUNTS, ever: { ...COUNTS, ...more }, everAt: NOW } },
})
const requests = (more: Partial<HealthFacts['requests']>): Partial<HealthFacts> => ({ requests: { ...HEALTHY.requests, ...more } })
const parts = (mostParts: number): Partial<HealthFacts> => ({
  tables: { isKnown: true, value: [{ table: 'events', rows: 1, bytes: 1, parts: mostParts, mostParts }] },
})
const role = (of: 'ingest' | 'all', upMs: number): Pick<HealthFacts, 'gateway'> => ({
  gateway: { ...HEALTHY.gateway, role: of, startedAt: NOW - upMs },
})
const NEVER: JobFacts = { ...JOB, state: 'never', lastGood: null }
const FAILING: JobFacts = { ...JOB, state: 'failing', error: 'Memory limit exceeded', since: NOW - 120_000, failures: 4 }

/** What is changed in a healthy gateway, and what must be said of it. */
const CASES: readonly (readonly [name: string, change: Partial<HealthFacts>, check: Check, level: Level, words: RegExp])[] = [
  ['an engine that is being restarted', engine({ downReason: 'it ran out of memory' }), 'engine', 'bad', /down: it ran out of memory/],
  [
    'an engine that is silent',
    engine({ ping: { isKnown: false, error: 'no answer within 5 s' } }),
    'engine',
    'bad',
    /does not answer: no answer within 5 s/,
  ],
  [
    'an engine just within patience',
    engine({ ping: { isKnown: true, value: { version: '26.7', ms: 1000 } } }),
    'engine',
    'ok',
    /answers in/,
  ],
  ['a slow engine', engine({ ping: { isKnown: true, value: { version: '26.7', ms: 1001 } } }), 'engine', 'warn', /slow/],
  ['an engine that was restarted once', engine({ restarts: 1 }), 'engine', 'ok', /started again once/],
  ['an engine that falls again and again', engine({ restarts: 3 }), 'engine', 'warn', /3 times/],
  ['a spool below 80 %', spool({ bytes: 799 }), 'spool', 'ok', /wait to be loaded/],
  ['a spool at 80 %', spool({ bytes: 800 }), 'spool', 'warn', /80 % full/],
  ['a spool at 95 %', spool({ bytes: 950 }), 'spool', 'bad', /95 % full/],
  ['damage', spool({ damaged: 2 }), 'spool', 'warn', /2 damaged places/],
  ['a disk below a tenth', { disk: { isKnown: true, value: { freeBytes: 9, totalBytes: 100 } } }, 'disk', 'warn', /9 %/],
  ['a disk below a twentieth', { disk: { isKnown: true, value: { freeBytes: 4, totalBytes: 100 } } }, 'disk', 'bad', /4 %/],
  ['events that wait a minute', spool({ oldestAt: NOW - 60_000 }), 'loading', 'ok', /wait for/],
  ['events that wait longer', spool({ oldestAt: NOW - 60_001 }), 'loading', 'warn', /wait for 1 min/],
  ['events that wait very long', spool({ oldestAt: NOW - 600_001 }), 'loading', 'bad', /wait for 10 min/],
  ['one event in no count', counts({ stored: 5 }), 'conservation', 'bad', /^1 event received in all is in no count/],
  ['one event too many', counts({ suppressed: 2 }), 'conservation', 'bad', /^1 event more is stored or refused than received/],
  ['a few unknown keys', requests({ unknownKey: 9 }), 'requests', 'ok', /9 with an unknown key/],
  ['many unknown keys', requests({ unknownKey: 11 }), 'requests', 'warn', /11 with an unknown key/],
  ['many unknown keys among very many requests', requests({ answered: 5000, unknownKey: 11 }), 'requests', 'ok', /11 with an unknown key/],
  ['a failing job', jobs(JOB, FAILING), 'jobs', 'bad', /scores fails since 2 min \(4 times in a row\): Memory limit exceeded/],
  ['a job under way', jobs({ ...JOB, state: 'running', since: NOW - 60_000 }), 'jobs', 'ok', /work/],
  ['a job that hangs', jobs({ ...JOB, state: 'running', since: NOW - 1_800_001 }), 'jobs', 'warn', /running for 30 min/],
  ['a first start', { ...jobs(NEVER), ...role('all', 60_000) }, 'jobs', 'ok', /not run yet/],
  ['a job that never ran', { ...jobs(NEVER), ...role('all', 200_000) }, 'jobs', 'warn', /never ran/],
  [
    'a job that ran two days ago',
    jobs({ ...JOB, lastGood: { startedAt: NOW - 48 * 3_600_000, durationMs: 1, rows: 1 } }),
    'jobs',
    'bad',
    /did not run for 2 d/,
  ],
  ['scores that lag', loading(NOW - 180_001), 'jobs', 'warn', /in no score yet/],
  ['scores that lag far behind', loading(NOW - 1_800_001), 'jobs', 'bad', /in no score yet/],
  ['events of just now', loading(NOW - 60_000), 'jobs', 'ok', /work/],
  ['a table in 300 parts', parts(300), 'tables', 'warn', /events has 300 parts/],
  ['a table in 1000 parts', parts(1000), 'tables', 'bad', /events has 1,000 parts/],
]

describe('health', () => {
  it('is well where everything is, with one finding for each check', () => {
    const findings = judgeHealth(HEALTHY)
    expect(findings.map(({ level, todo }) => [level, todo])).toEqual(Array.from({ length: 9 }, () => ['ok', null]))
    expect(verdict(findings)).toMatchObject({ level: 'ok', words: 'Everything works.', others: 0 })
  })

  it.each(CASES)('judges %s', (_name, change, check, level, words) => {
    const findings = judgeHealth({ ...HEALTHY, ...change })
    const own = findings.filter(finding => finding.check === check && words.test(finding.words))
    expect(own.map(finding => finding.level)).toEqual([level])
    // What is wrong comes with what to do, and nothing else is blamed for it.
    if (level !== 'ok') expect(own[0]?.todo ?? '').not.toBe('')
    expect(findings.filter(finding => finding.level !== 'ok')).toEqual(level === 'ok' ? [] : own)
    expect(verdict(findings).level).toBe(level)
  })

  it('tells a process without jobs to look for one with', () => {
    const [finding] = judgeHealth({ ...HEALTHY, ...jobs(NEVER), ...role('ingest', 200_000) }).filter(({ check }) => check === 'jobs')
    expect(finding?.todo).toContain('ROLE=ingest')
  })

  it('tells of an engine that is away once, not once for each look that it would have answered', () => {
    const gone = { isKnown: false, error: 'connect ECONNREFUSED' } as const
    const facts = { ...HEALTHY, ...engine({ ping: gone }), loading: gone, counts: gone, jobs: gone, tables: gone, models: gone }
    const findings = judgeHealth(facts)
    expect(findings.filter(({ level }) => level === 'bad').map(({ check }) => check)).toEqual(['engine'])
    expect(verdict(findings)).toMatchObject({ check: 'engine', others: 4 })
  })

  it('calls a look bad that fails while the engine answers', () => {
    const [finding] = judgeHealth({ ...HEALTHY, tables: { isKnown: false, error: 'not allowed' } }).filter(
      ({ check }) => check === 'tables',
    )
    expect(finding).toMatchObject({ level: 'bad', words: 'This could not be looked up: not allowed.' })
  })

  it('names every place where the pages of a source are allowed', () => {
    const [finding] = judgeHealth({ ...HEALTHY, ...requests({ refused: 1000 }) }).filter(({ check }) => check === 'requests')
    for (const place of ['page of a source', 'waymark sources set', 'ALLOWED_ORIGINS']) expect(finding?.todo).toContain(place)
  })

  it('puts the worst on top', () => {
    const findings = judgeHealth({ ...HEALTHY, ...spool({ damaged: 1 }), ...jobs(FAILING) })
    expect(verdict(findings)).toMatchObject({ check: 'jobs', level: 'bad', others: 1 })
  })

  it('says a difference of both periods once', () => {
    const off = { ...COUNTS, stored: 3 }
    const findings = judgeHealth({ ...HEALTHY, counts: { isKnown: true, value: { lastDay: off, ever: off, everAt: NOW } } })
    expect(findings.filter(({ check }) => check === 'conservation').map(({ words }) => words)).toEqual([
      '3 events received in the last 24 hours are in no count.',
    ])
  })
})
