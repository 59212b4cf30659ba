import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { rows } from '../db/query.ts'
import type { Job, JobContext } from './job.ts'
import { createRunLedger, JobsBusy } from './ledger.ts'
import { createPipeline, JobFailed, UnknownJob } from './pipeline.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const NO_MODELS = { intent: { id: 'intent' }, journeys: [] } as never

function pipelineOf(jobs: readonly Job[], holder = 'one', isAlive: (holder: string) => boolean | null = () => true) {
  const ledger = createRunLedger({ db: database.db, holder, isAlive, clock: Date.now })
  const settled: string[] = []
  const pipeline = createPipeline({
    jobs,
    db: database.db,
    models: NO_MODELS,
    ledger,
    settle: async () => void settled.push('settled'),
    loaded: async () => ({ at: 7, seen: [] }),
    clock: Date.now,
    signal: new AbortController().signal,
  })
  return { ledger, pipeline, settled }
}

/** A job that tells what it was given and leaves a watermark that counts its runs. */
function counting(name: string, calls: { name: string; context: JobContext }[]): Job {
  return {
    name,
    async run(context) {
      calls.push({ name, context })
      return { rows: 3, watermark: String(Number(context.watermark || 0) + 1) }
    },
  }
}

const failing = (name: string): Job => ({ name, run: () => Promise.reject(new Error('disk on fire')) })
const logged = () =>
  rows<Record<string, never>, { job: string; state: string; rows: number; error: string }>(
    database.db.client,
    { name: 'test', sql: "SELECT job, state, rows, error FROM job_runs FINAL WHERE job != '(turn)' ORDER BY run, job" },
    {},
  )

test('jobs run in order, each with its own watermark and a rising run number, after what was accepted is visible', async () => {
  const calls: { name: string; context: JobContext }[] = []
  const { pipeline, settled } = pipelineOf([counting('alpha', calls), counting('beta', calls)])
  const now = Date.UTC(2026, 2, 1)
  const runs = await pipeline.run({ now })
  await pipeline.run({ now, jobs: ['beta'] })
  expect(runs).toMatchObject([
    { job: 'alpha', rows: 3, watermark: '1' },
    { job: 'beta', rows: 3, watermark: '1' },
  ])
  expect(calls.map(({ name, context }) => [name, context.watermark, context.now])).toEqual([
    ['alpha', '', now],
    ['beta', '', now],
    ['beta', '1', now],
  ])
  const numbers = calls.map(({ context }) => context.run)
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  expect(new Set(numbers).size).toBe(3)
  expect(settled).toHaveLength(2)
})

test('a failing job stops the run, is recorded with its reason and keeps its watermark', async () => {
  const calls: { name: string; context: JobContext }[] = []
  const { pipeline } = pipelineOf([failing('alpha'), counting('beta', calls)])
  await expect(pipeline.run()).rejects.toThrow(JobFailed)
  expect(calls).toEqual([])
  expect(await logged()).toContainEqual({ job: 'alpha', state: 'failed', rows: 0, error: expect.stringContaining('disk on fire') })
  const { pipeline: next } = pipelineOf([counting('alpha', calls)])
  await next.run()
  expect(calls[0]?.context.watermark).toBe('1')
})

test('an unknown job is refused before anything runs', async () => {
  const calls: { name: string; context: JobContext }[] = []
  const { pipeline } = pipelineOf([counting('alpha', calls)])
  await expect(pipeline.run({ jobs: ['alpha', 'gamma'] })).rejects.toThrow(UnknownJob)
  expect(calls).toEqual([])
})

test('two runs asked for at once happen one after the other', async () => {
  let active = 0
  let most = 0
  const slow: Job = {
    name: 'alpha',
    async run() {
      active += 1
      most = Math.max(most, active)
      await new Promise(done => setImmediate(done))
      active -= 1
      return { rows: 0, watermark: '' }
    },
  }
  const { pipeline } = pipelineOf([slow])
  await Promise.all([pipeline.run(), pipeline.run(), pipeline.run()])
  expect(most).toBe(1)
})

test('a job is told how far the one it follows has come, also when it runs alone', async () => {
  const calls: { name: string; context: JobContext }[] = []
  const follower = { ...counting('omega', calls), after: 'psi' }
  const { pipeline } = pipelineOf([counting('psi', calls), follower])
  await pipeline.run()
  await pipeline.run({ jobs: ['omega'] })
  expect(calls.filter(({ name }) => name === 'omega').map(({ context }) => context.upstream)).toEqual(['1', '1'])
  expect(calls.every(({ context }) => context.loaded.at === 7)).toBe(true)
})

test('processes take turns: each can run again after the other', async () => {
  const [one, other] = [pipelineOf([counting('alpha', [])], 'one'), pipelineOf([counting('alpha', [])], 'other')]
  await one.pipeline.run()
  await other.pipeline.run()
  await one.pipeline.run()
  expect((await one.pipeline.run())[0]?.rows).toBe(3)
})

test('while one process runs the jobs, another stands back and records nothing', async () => {
  const { ledger } = pipelineOf([], 'busy')
  const turn = await ledger.begin()
  const { pipeline } = pipelineOf([counting('alpha', [])], 'other')
  const before = await logged()
  await expect(pipeline.run()).rejects.toThrow(JobsBusy)
  expect(await logged()).toEqual(before)
  await turn.end()
  await pipeline.run()
})

test('of two that take the turn at the same instant one has it', async () => {
  const ledgers = ['left', 'right', 'middle'].map(holder => pipelineOf([], holder).ledger)
  const outcomes = await Promise.allSettled(ledgers.map(ledger => ledger.begin()))
  const turns = outcomes.filter(outcome => outcome.status === 'fulfilled').map(({ value }) => value)
  const opened = await Promise.allSettled(turns.map(turn => turn.open('alpha', 0)))
  expect(opened.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1)
  await Promise.all(turns.map(turn => turn.end()))
})

test('the turn of a dead process is taken over: its open run is closed as abandoned, and it can commit nothing any more', async () => {
  const { ledger: dead } = pipelineOf([], 'dead')
  const turn = await dead.begin()
  // A job of its own: of others a test before may have left a run open.
  const open = await turn.open('orphan', 0)
  const { pipeline: next } = pipelineOf([counting('orphan', [])], 'next', () => false)
  await next.run()
  await expect(open.close({ rows: 1, watermark: 'from the dead' })).rejects.toThrow(JobsBusy)
  const left = (await logged()).filter(({ job, state }) => job === 'orphan' && (state === 'abandoned' || state === 'running'))
  expect(left).toEqual([{ job: 'orphan', state: 'abandoned', rows: 0, error: expect.stringContaining('dead') }])
})

test('of a process on another machine nothing is known: it has a quarter of an hour', async () => {
  // Rows of long ago expire, so the clock of this test starts at the real time.
  let now = Date.now()
  const ledgerAt = (holder: string) => createRunLedger({ db: database.db, holder, isAlive: () => null, clock: () => now })
  const turn = await ledgerAt('far:1').begin()
  await expect(ledgerAt('near:2').begin()).rejects.toThrow(JobsBusy)
  now += 16 * 60_000
  const taken = await ledgerAt('near:2').begin()
  await expect(turn.open('alpha', 0)).rejects.toThrow(JobsBusy)
  await taken.end()
})

test('a process that falls asleep between its last look and its last row commits nothing when another took over meanwhile', async () => {
  const { client } = database.db
  const heir = createRunLedger({ db: database.db, holder: 'heir', isAlive: () => false, clock: Date.now })
  // What the sleep looks like from outside: the turn passes just before the row is sent.
  const sleepy = new Proxy(client, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function') return value
      if (name !== 'exec') return value.bind(target)
      return async (...given: unknown[]) => {
        await (await heir.begin()).end()
        return value.apply(target, given) as unknown
      }
    },
  })
  const ledger = createRunLedger({ db: { ...database.db, client: sleepy }, holder: 'sleepy', isAlive: () => true, clock: Date.now })
  const run = await (await ledger.begin()).open('asleep', 0)
  await expect(run.close({ rows: 1, watermark: 'mine' })).rejects.toThrow(JobsBusy)
  expect((await ledger.lastRuns()).get('asleep')).toBeUndefined()
})

test('a run that is done while an heir takes it for abandoned stays done', async () => {
  const { client } = database.db
  const dying = createRunLedger({ db: database.db, holder: 'dying', isAlive: () => true, clock: Date.now })
  const run = await (await dying.begin()).open('last words', 0)
  const late = new Proxy(client, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function') return value
      return async (...given: unknown[]) => {
        // The row that the dead process had sent arrives between the heir's look and its verdict.
        if (name === 'insert' && JSON.stringify(given).includes('abandoned')) await run.close({ rows: 1, watermark: 'w1' })
        return value.apply(target, given) as unknown
      }
    },
  })
  const heir = createRunLedger({ db: { ...database.db, client: late }, holder: 'second heir', isAlive: () => false, clock: Date.now })
  await (await heir.begin()).end()
  expect((await logged()).filter(({ job }) => job === 'last words')).toEqual([{ job: 'last words', state: 'done', rows: 1, error: '' }])
  expect((await heir.lastRuns()).get('last words')?.watermark).toBe('w1')
})

test('a watermark may be as long as a night of segments makes it', async () => {
  const ledger = createRunLedger({ db: database.db, holder: 'long', isAlive: () => false, clock: Date.now })
  const turn = await ledger.begin()
  const watermark = 'x'.repeat(300_000)
  await (await turn.open('long', 0)).close({ rows: 0, watermark })
  expect((await ledger.lastRuns()).get('long')?.watermark).toBe(watermark)
  await turn.end()
})
