import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { rows } from '../db/query.ts'
import type { Job, JobContext } from './job.ts'
import { createRunLedger } from './ledger.ts'
import { createPipeline, JobFailed, UnknownJob } from './pipeline.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const NO_MODELS = { intent: { id: 'intent' }, journeys: [] } as never

function pipelineOf(jobs: readonly Job[], holder = 'one') {
  const ledger = createRunLedger({ db: database.db, holder, clock: Date.now })
  const settled: string[] = []
  const pipeline = createPipeline({
    jobs,
    db: database.db,
    models: NO_MODELS,
    ledger,
    settle: async () => void settled.push('settled'),
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
    { name: 'test', sql: 'SELECT job, state, rows, error FROM job_runs FINAL ORDER BY run, job' },
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

test('a leader that was replaced cannot run any more, and what it left open is closed as abandoned', async () => {
  const { ledger: old, pipeline: replaced } = pipelineOf([counting('alpha', [])], 'old')
  await replaced.run()
  await old.open('alpha', 0)
  const { pipeline: next } = pipelineOf([counting('alpha', [])], 'new')
  await next.run()
  await expect(replaced.run()).rejects.toThrow(/another process leads/)
  expect((await logged()).filter(({ state }) => state === 'abandoned' || state === 'running')).toEqual([
    { job: 'alpha', state: 'abandoned', rows: 0, error: expect.stringContaining('old') },
  ])
})
