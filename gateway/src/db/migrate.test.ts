import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/engine.ts'

test('a fresh database gets every table', async () => {
  const t0 = performance.now()
  const { db, close } = await testDatabase()
  console.log(performance.now() - t0)
  const t1 = performance.now()
  const second = await testDatabase()
  console.log(performance.now() - t1)
  expect(db.name).toContain('waymark')
  await close()
  await second.close()
})
