import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HEALTHY } from '../../health/facts.fixture.ts'
import type { HealthFacts } from '../../health/facts.ts'
import type { JobRunRow } from '../../health/queries.ts'
import type { Ran } from '../../health/runNow.ts'
import { type SignedIn, signedInConsole } from '../pages.fixture.ts'
import { createHealthPages } from './healthRoutes.ts'

const HOSTILE = '<img src=x onerror=alert(1)>\u202e'
const RUN: JobRunRow = {
  run: 1001,
  job: 'scores',
  state: 'done',
  now: HEALTHY.now,
  started_at: HEALTHY.now,
  duration_ms: 1500,
  rows: 12,
  error: '',
}

describe('the health page', () => {
  const shown: { facts: HealthFacts; runs: readonly JobRunRow[] | Error; ran: Ran; asked: (boolean | 'run')[] } = {
    facts: HEALTHY,
    runs: [RUN],
    ran: 'done',
    asked: [],
  }
  let console: SignedIn
  beforeAll(async () => {
    const health = {
      facts: async () => shown.facts,
      runs: async (onlyFailed: boolean) => {
        shown.asked.push(onlyFailed)
        if (shown.runs instanceof Error) throw shown.runs
        return shown.runs
      },
    }
    const runNow = async () => {
      shown.asked.push('run')
      return shown.ran
    }
    console = await signedInConsole(
      () => [createHealthPages({ health, runNow })],
      () => HEALTHY.now,
    )
  })
  afterAll(() => console.close())

  const look = async (facts: Partial<HealthFacts> = {}, runs: readonly JobRunRow[] | Error = [RUN], path = '/console/health') => {
    shown.facts = { ...HEALTHY, ...facts }
    shown.runs = runs
    const answer = await console.get(path)
    return { status: answer.status, body: await answer.text() }
  }

  it('says that everything works where it does', async () => {
    const { status, body } = await look()
    expect(status).toBe(200)
    expect(body).toContain('Everything works')
    expect(body).toContain('<td class="took">')
    expect(body).toContain('1.5 s')
  })

  it('says on top what is wrong and what to do', async () => {
    const job = {
      job: 'scores',
      state: 'failing',
      lastGood: null,
      error: 'Memory limit exceeded',
      since: HEALTHY.now - 60_000,
      failures: 2,
    } as const
    const after = { job: 'stages', state: 'ok', lastGood: null, error: '', since: null, failures: 0 } as const
    const { body } = await look({ jobs: { isKnown: true, value: [job, after] } })
    expect(body).not.toContain('Everything works')
    expect(body).toMatch(/<p class="says">Jobs: Job scores fails since 1 min/)
    expect(body).toContain('when scores works again')
  })

  it('is shown whole when no look but those at this process succeeds', async () => {
    const gone = { isKnown: false, error: HOSTILE } as const
    const engine = { ...HEALTHY.engine, ping: gone }
    const { status, body } = await look(
      { engine, disk: gone, loading: gone, counts: gone, jobs: gone, models: gone, tables: gone },
      new Error(HOSTILE),
    )
    expect(status).toBe(200)
    expect(body).toContain('does not answer')
    expect(body).toContain('Run now')
    expect(body).not.toMatch(/<img|\u202e/)
  })

  it('keeps hostile names and errors text', async () => {
    const hostile = { ...RUN, job: HOSTILE, state: HOSTILE, error: HOSTILE }
    const job = { job: HOSTILE, state: 'failing', lastGood: null, error: HOSTILE, since: 1, failures: 1 } as const
    const { body } = await look(
      {
        jobs: { isKnown: true, value: [job] },
        models: { isKnown: true, value: [{ id: HOSTILE, kind: HOSTILE, version: 1, activeSince: 0 }] },
        tables: { isKnown: true, value: [{ table: HOSTILE, rows: 1, bytes: 1, parts: 400, mostParts: 400 }] },
      },
      [hostile],
    )
    expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(body).not.toMatch(/<img|\u202e/)
  })

  it('lists failed runs alone when asked', async () => {
    shown.asked = []
    const { body } = await look({}, [], '/console/health?runs=failed')
    expect(shown.asked).toEqual([true])
    expect(body).toContain('No run failed')
  })

  it.each<[Ran, string]>([
    ['done', 'The jobs ran.'],
    ['busy', 'Another process has the turn'],
    ['running', 'The jobs are running'],
    ['failed', 'The run failed'],
  ])('runs the jobs at the press of a button and says when it is %s', async (ran, words) => {
    shown.ran = ran
    const answer = await console.post('/console/health/run')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/console/health?ran=${ran}`])
    expect((await look({}, [RUN], `/console/health?ran=${ran}`)).body).toContain(words)
  })

  it('runs nothing for another site, and repeats no words of an address', async () => {
    shown.asked = []
    expect((await console.post('/console/health/run', [], { origin: 'https://evil.example' })).status).toBe(403)
    expect(shown.asked).toEqual([])
    expect((await look({}, [RUN], '/console/health?ran=You+are+hacked')).body).not.toContain('hacked')
  })
})
