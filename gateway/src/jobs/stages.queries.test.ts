import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { movesQuery, placesQuery } from '../model/journey/journeyQueries.ts'
import { accountsQuery, dirtyQuery, storedQuery, touchesQuery } from './stages.ts'

let engine: TestDatabase
beforeAll(async () => {
  engine = await testDatabase()
})
afterAll(() => engine.close())

const move = {
  to_stage: 'LowCardinality(String)',
  status: 'LowCardinality(String)',
  entered_at: 'Int64',
  direction: 'LowCardinality(String)',
  rule: 'String',
  evidence: 'Array(String)',
}

test('the queries of journeys give what their types say', async () => {
  const describe = (query: { name: string; sql: string }, params: object = { accounts: [] }) =>
    describeQuery(engine.db.reader, query, { ...params })
  expect(await describe(movesQuery, { account: '', model: '', version: 1 })).toEqual(move)
  expect(await describe(placesQuery)).toEqual({
    account_id: 'String',
    model: 'LowCardinality(String)',
    model_version: 'UInt32',
    stage: 'LowCardinality(String)',
    since: 'Int64',
    status: 'LowCardinality(String)',
    status_since: 'Int64',
    is_provisional: 'UInt8',
    bad_days: 'UInt16',
    rule: 'String',
    evidence: 'Array(String)',
    as_of: 'String',
  })
  expect(await describe(dirtyQuery, { after_run: 0 })).toEqual({ account_id: 'String', last_run: 'UInt64' })
  expect(await describe(accountsQuery, {})).toEqual({ account_id: 'String' })
  expect(await describe(storedQuery)).toEqual({
    transition_id: 'String',
    account_id: 'String',
    model: 'LowCardinality(String)',
    model_version: 'UInt32',
    from_stage: 'LowCardinality(String)',
    withdraws: 'String',
    ...move,
  })
  const people = { titles: 'chief', role_decision_maker: 1.3, role_known: 1, role_anonymous: 0.4 }
  expect(await describe(touchesQuery, { accounts: [], since: '2026-01-01', through: '2026-03-01', ...people })).toEqual({
    account_id: 'String',
    profile_id: 'String',
    q: 'Float64',
    identified: 'UInt8',
    role: 'Float64',
    type: 'LowCardinality(String)',
    topic: 'LowCardinality(String)',
    day: 'Int32',
    n: 'UInt32',
    first_at: 'Int64',
    last_at: 'Int64',
    message_id: 'String',
  })
})
