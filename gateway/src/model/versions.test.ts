import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { rows } from '../db/query.ts'
import { loadModels } from './load.ts'
import { pinModels } from './versions.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const kept = () =>
  rows<Record<string, never>, { id: string; version: number }>(
    database.db.client,
    { name: 'test', sql: 'SELECT id, version FROM models ORDER BY id, version' },
    {},
  )

test('active versions are kept once, a changed one is refused, a higher one is added', async () => {
  const models = loadModels()
  await pinModels(database.db, models, 0)
  await pinModels(database.db, models, 1)
  expect(await kept()).toEqual([
    { id: 'intent', version: models.intent.version },
    { id: 'journey5', version: models.journeys[0]?.version },
  ])

  const changed = { ...models, intent: { ...models.intent, scale: 41 } }
  await expect(pinModels(database.db, changed, 2)).rejects.toThrow(/intent version \d+ changed/)

  await pinModels(database.db, { ...models, intent: { ...changed.intent, version: models.intent.version + 1 } }, 3)
  expect((await kept()).filter(({ id }) => id === 'intent')).toHaveLength(2)
})
