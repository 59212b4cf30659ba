import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import type { Params } from '../db/query.ts'
import { accountTraitsQuery } from './accountDetail.ts'
import { decidersQuery, reasonListQuery } from './accountExport.ts'
import { accountCountQuery, accountListQuery } from './accounts.ts'
import { historyQuery } from './history.ts'
import { peopleQuery } from './members.ts'
import { namesQuery } from './people.ts'
import { profileLedgerQuery } from './profiles.ts'
import { scoreQuery } from './score.ts'
import { timelineQuery } from './timeline.ts'
import { trendsQuery } from './trends.ts'

const MODEL = { model: 'intent', model_version: 1 }
const AT = '2026-01-05 00:00:00.000'

/** What TypeScript sees of a column; `Nullable` only where the row type has null. */
const KIND: readonly [type: RegExp, kind: string][] = [
  [/^Nullable\((?:Float64)\)$/, 'number or null'],
  [/^(?:LowCardinality\(String\)|String)$/, 'text'],
  [/^(?:U?Int(?:8|16|32|64)|Float64)$/, 'number'],
]
const TEXT = (names: string) => Object.fromEntries(names.split(' ').map(name => [name, 'text']))
const NUMBERS = (names: string) => Object.fromEntries(names.split(' ').map(name => [name, 'number']))

const LIST = {
  stage: '',
  status: '',
  band: '',
  q: '',
  by: 'score',
  is_descending: 1,
  after_number: 0,
  after_text: '',
  after_id: '',
  is_backwards: 0,
  only: '',
  limit: 1,
}

const QUERIES: readonly [query: { name: string; sql: string }, params: Params, columns: { [column: string]: string }][] = [
  [
    accountListQuery,
    {
      ...MODEL,
      journey: '',
      now: AT,
      ...LIST,
    },
    {
      ...TEXT('account_id name domain label scored_on band stage status text_key'),
      ...NUMBERS('score points people last_touch_at since status_since number_key'),
      surge_index: 'number or null',
    },
  ],
  [accountCountQuery, { ...MODEL, journey: '', now: AT, ...LIST }, NUMBERS('accounts')],
  [
    trendsQuery,
    { ...MODEL, account_ids: ['a'], days: ['2026-01-05'] },
    { account_id: 'text', days: 'Array(String)', scores: 'Array(Float64)' },
  ],
  [historyQuery, { ...MODEL, account_id: '', days: 90 }, { through: 'text', days: 'Array(Tuple(String, Float64, String))' }],
  [
    reasonListQuery,
    { ...MODEL, account_ids: ['a'], day: '2026-01-05' },
    { account_id: 'text', reasons: 'Array(Tuple(String, String, String, String, String, Float64, UInt32, Int64))' },
  ],
  [
    decidersQuery,
    { account_ids: ['a'], now: AT, titles: 'chief', most: 5 },
    { account_id: 'text', deciders: 'number', profile_ids: 'Array(String)' },
  ],
  [
    timelineQuery,
    {
      account_id: '',
      received_from: AT,
      received_to: AT,
      from: AT,
      before_at: AT,
      before_seq: 0,
      before_received: AT,
      before_index: 0,
      before_segment: '00000000-0000-0000-0000-000000000000',
      limit: 1,
    },
    {
      ...TEXT('message_id source_id type event title url path referrer channel bot_reason properties node_type node segment_id'),
      ...NUMBERS('client_seq at received_at is_bot segment_index'),
    },
  ],
  [accountTraitsQuery, { account_id: '' }, { traits: 'text', first_seen_at: 'number', keys: 'Array(Tuple(String, String))' }],
  [
    scoreQuery,
    { ...MODEL, account_id: '', day: '' },
    {
      ...TEXT('day band'),
      ...NUMBERS('score points'),
      reasons: 'Array(Tuple(String, String, String, String, String, Float64, UInt32, Int64))',
    },
  ],
  [
    peopleQuery,
    { account_id: '', now: AT, titles: 'chief', most_identifiers: 5, limit: 1 },
    {
      ...TEXT('profile_id rule role'),
      ...NUMBERS('certainty since first_seen_at last_seen_at'),
      identifiers: 'Array(Tuple(String, String))',
    },
  ],
  [namesQuery, { profile_ids: ['p'] }, TEXT('profile_id name first_name last_name title email user_id')],
  [
    profileLedgerQuery,
    { types: ['user_id'], values: ['u'] },
    { ...TEXT('entry_id kind rule left_type left right_type right evidence'), at: 'number' },
  ],
]

describe('queries of the read API', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
  })
  afterAll(() => test.close())

  it.each(QUERIES.map(([query, params, columns]) => [query.name, query, params, columns] as const))(
    '%s gives the rows that its type says',
    async (_name, query, params, columns) => {
      const types = await describeQuery(test.db.reader, query, params)
      const kinds = Object.entries(types).map(([column, type]) => [column, KIND.find(([pattern]) => pattern.test(type))?.[1] ?? type])
      expect(Object.fromEntries(kinds)).toEqual(columns)
    },
  )
})
