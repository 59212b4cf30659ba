import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { sqlFile } from '../db/query.ts'
import { identifiersQuery } from '../jobs/identityWindow.ts'
import { daysQuery } from '../jobs/stitch.ts'
import { keyList } from './accountScope.ts'
import { edgeList } from './neighbourhood.ts'
import { mapList, profileIdentifiers } from './profileMap.ts'
import { ledgerList } from './resolve.ts'
import { lastUndo } from './unmerge.ts'

const KEYS = { everything: 0, side: 'left', types: ['user_id'], values: ['u'] }
const AT = '2026-01-05 00:00:00.000'
const WINDOW = { received_from: AT, received_to: AT, loaded_from: AT, loaded_to: AT }

/** In a run, stitch_olds is a table of the session. */
const withOlds = ({ name, sql }: { name: string; sql: string }) => ({
  name,
  sql: sql.replace('WITH ', `WITH stitch_olds AS (${sqlFile('stitch_olds').sql}),\n`),
})

/** What each query gives: JavaScript's `number` for numbers, text for text. */
const GIVES: readonly [query: { name: string; sql: string }, params: object, columns: { [column: string]: string }][] = [
  [
    edgeList,
    KEYS,
    {
      left_type: 'text',
      left: 'text',
      right_type: 'text',
      right: 'text',
      is_cut: 'number',
      joins: 'number',
      joined_trust: 'text',
      joined_at: 'number',
      joined_days: 'numbers',
      first_seen_at: 'number',
      last_seen_at: 'number',
    },
  ],
  [mapList, KEYS, { identifier_type: 'text', identifier: 'text', profile_id: 'text' }],
  [
    ledgerList,
    KEYS,
    {
      entry_id: 'text',
      kind: 'text',
      rule: 'text',
      left_type: 'text',
      left: 'text',
      right_type: 'text',
      right: 'text',
      profile_id: 'text',
      evidence: 'text',
      at: 'number',
    },
  ],
  [keyList, KEYS, { kind: 'text', value: 'text', account_id: 'text', first_seen_at: 'number' }],
  [withOlds(daysQuery), WINDOW, { day: 'text', events: 'number' }],
  [withOlds(identifiersQuery), WINDOW, { type: 'text', value: 'text' }],
  [lastUndo, {}, { undone_at: 'number' }],
  [
    sqlFile('stitch_undone'),
    { after: 0, through: 0 },
    { left_type: 'text', left: 'text', right_type: 'text', right: 'text', cut_at: 'number' },
  ],
  [profileIdentifiers, KEYS, { identifier_type: 'text', identifier: 'text', profile_id: 'text' }],
  [sqlFile('edge_hosts'), KEYS, { host: 'text', first_seen_at: 'number' }],
  [
    sqlFile('identity_accounts'),
    KEYS,
    { account_id: 'text', name: 'text', domain: 'text', traits: 'text', trait_sources: 'text', first_seen_at: 'number' },
  ],
  [
    sqlFile('membership_list'),
    KEYS,
    {
      profile_id: 'text',
      account_id: 'text',
      rule: 'text',
      certainty: 'number',
      valid_from: 'number',
      valid_to: 'number',
      primary_spans: 'pairs of text',
    },
  ],
  [
    sqlFile('trait_list'),
    KEYS,
    {
      identifier_type: 'text',
      identifier: 'text',
      name: 'text',
      value: 'text',
      source_id: 'text',
      trust: 'text',
      set_at: 'number',
      rank: 'text',
    },
  ],
]

describe('queries of identity', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await testDatabase()
  })
  afterAll(() => database.close())

  it.each(GIVES.map(([query, params, columns]) => ({ name: query.name, query, params, columns })))(
    '$name gives the columns of its row type',
    async ({ query, params, columns }) => {
      const found = await describeQuery(database.db.client, query, { ...params })
      expect(Object.entries(found).map(([column, type]) => [column, shapeOf(type)])).toEqual(Object.entries(columns))
    },
  )
})

function shapeOf(type: string): string {
  if (/^Array\(Tuple\(/.test(type)) return 'pairs of text'
  if (/^Array\(U?Int/.test(type)) return 'numbers'
  return /^(U?Int|Float)/.test(type) ? 'number' : 'text'
}
