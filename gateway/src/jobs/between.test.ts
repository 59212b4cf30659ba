import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, rows, sqlTime } from '../db/query.ts'
import { loadModels } from '../model/load.ts'
import type { Job } from './job.ts'
import { createRunLedger } from './ledger.ts'
import { JOBS } from './list.ts'
import { createPipeline } from './pipeline.ts'
import { loadedSegments, parseMark } from './segments.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const RECEIVED = Date.now() - 60_000

/** One segment: somebody identifies with a work address and asks for a demo. */
async function load(company: string): Promise<void> {
  const segment_id = randomUUID()
  const event = { source_id: 'web', trust: 'browser', user_id: `u-${company}`, timestamp: RECEIVED, received_at: RECEIVED, segment_id }
  await insertRows(database.db.client, 'events_in', [
    { ...event, segment_index: 0, message_id: `i-${company}`, type: 'identify', traits: JSON.stringify({ email: `ana@${company}.com` }) },
    { ...event, segment_index: 1, message_id: `t-${company}`, type: 'track', event: 'Demo Requested' },
  ])
  const at = {
    hour: sqlTime(RECEIVED - (RECEIVED % 3_600_000)).slice(0, 19),
    first_received_at: sqlTime(RECEIVED),
    last_received_at: sqlTime(RECEIVED),
  }
  await insertRows(database.db.client, 'ingest_counts', [
    { segment_id, source_id: 'web', received: 2, ...at, loaded_at: sqlTime(Date.now()) },
  ])
}

function pipelineOf(jobs: readonly Job[]) {
  const { db } = database
  const ledger = createRunLedger({ db, holder: 'test', isAlive: () => true, clock: Date.now })
  return createPipeline({
    jobs,
    db,
    models: loadModels(),
    ledger,
    settle: async () => undefined,
    loaded: last => loadedSegments(db, parseMark(last.get('touches')?.watermark ?? '').at),
    clock: Date.now,
    signal: new AbortController().signal,
  })
}

const accounts = async () => {
  const found = await rows<Record<string, never>, { domain: string; people: number; score: number }>(
    database.db.client,
    {
      name: 'test',
      sql: `SELECT domain, toUInt32(uniqExact(m.profile_id)) AS people, max(s.score) > 50 AS score
        FROM accounts AS a FINAL
        LEFT JOIN memberships AS m FINAL ON m.account_id = a.account_id LEFT JOIN account_scores AS s FINAL ON s.account_id = a.account_id
        GROUP BY domain ORDER BY domain`,
    },
    {},
  )
  return found.map(({ domain, people, score }) => `${domain} ${people} ${score}`)
}

test.each(JOBS.map(({ name }) => name))('a segment that is loaded just before %s is missed by no job', async name => {
  const company = `before-${name}`
  const during: Job[] = JOBS.map(job => ({
    ...job,
    async run(context) {
      if (job.name === name) await load(company)
      return job.run(context)
    },
  }))
  await pipelineOf(during).run()
  await pipelineOf(JOBS).run()
  expect(await accounts()).toContain(`${company}.com 1 1`)
})

test('memberships run alone do not overtake stitch', async () => {
  await load('alone')
  const pipeline = pipelineOf(JOBS)
  await pipeline.run({ jobs: ['memberships'] })
  await pipeline.run()
  expect(await accounts()).toContain('alone.com 1 1')
})
