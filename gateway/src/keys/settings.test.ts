import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { listSettings, openSettingsRing, putSettings, settingsList } from './settings.ts'

const NOW = Date.UTC(2026, 2, 1, 9)
const SHOP = {
  source_id: 'shop',
  origins: ['https://www.acme.com'],
  events_per_second: 50,
  first_party_id: 1,
  never_stored: ['ssn'],
} as const

let shared: TestDatabase
beforeAll(async () => {
  shared = await testDatabase()
})
afterAll(() => shared.close())

it('what was set for a source is known at the next reading, and the last word counts whatever the clock says', async () => {
  const kept: unknown[] = []
  const ring = await openSettingsRing({
    load: () => listSettings(shared.db),
    copy: { read: async () => [], write: async list => void kept.push(list) },
    reloadMs: 0,
  })
  expect(ring.of('shop')).toBeNull()
  await putSettings(shared.db, SHOP, NOW)
  await ring.reload()
  expect(ring.of('shop')).toMatchObject({ ...SHOP, changed_at: NOW })
  await putSettings(shared.db, { ...SHOP, origins: [], first_party_id: 0 }, NOW - 60_000)
  await ring.reload()
  expect(ring.of('shop')).toMatchObject({ origins: [], events_per_second: 50, first_party_id: 0 })
  expect(kept).toHaveLength(2)
})

it('source_settings_list gives the columns that its type says', async () => {
  expect(await describeQuery(shared.db.client, settingsList, {})).toEqual({
    source_id: 'LowCardinality(String)',
    origins: 'Array(String)',
    events_per_second: 'UInt32',
    first_party_id: 'UInt8',
    never_stored: 'Array(String)',
    changed_at: 'Int64',
    version: 'UInt64',
  })
})
