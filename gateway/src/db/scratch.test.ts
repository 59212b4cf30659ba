import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { type Params, type Query, rows } from './query.ts'
import { type Scratch, withScratch } from './scratch.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

const numbers: Query<Params, never> = { name: 'kept_numbers', sql: 'SELECT arrayJoin({numbers:Array(UInt8)}) AS n' }
const sum: Query<Params, { total: number }> = { name: 'test', sql: 'SELECT toUInt32(sum(n)) AS total FROM kept_numbers' }
const scratch = <T>(work: (scratch: Scratch) => Promise<T>) => withScratch(database.db.client, new AbortController().signal, work)
/** A session sees its own temporary tables alone. */
const listing: Query<Params, { name: string }> = { name: 'test', sql: 'SELECT name FROM system.tables WHERE is_temporary ORDER BY name' }

test('what is kept is there for the statements of the session alone, until the next keeping', async () => {
  await scratch(async mine => {
    expect(await mine.keep(numbers, { numbers: [1, 2, 3] })).toBe(3)
    await scratch(async other => {
      expect(await other.keep(numbers, { numbers: [] })).toBe(0)
      expect(await other.rows(sum, {})).toEqual([{ total: 0 }])
    })
    expect(await mine.rows(sum, {})).toEqual([{ total: 6 }])
    await mine.keep(numbers, { numbers: [4] })
    expect(await mine.rows(sum, {})).toEqual([{ total: 4 }])
    await expect(rows(database.db.client, sum, {})).rejects.toThrow(/kept_numbers/)
  })
})

test('nothing is left behind, and a failure keeps its reason', async () => {
  const sessions: Scratch[] = []
  const failing = scratch(async mine => {
    sessions.push(mine)
    for (const name of ['kept_numbers', 'kept_numbers_too']) await mine.keep({ ...numbers, name }, { numbers: [1] })
    expect(await mine.rows(listing, {})).toEqual([{ name: 'kept_numbers' }, { name: 'kept_numbers_too' }])
    throw new Error('disk on fire')
  })
  await expect(failing).rejects.toThrow('disk on fire')
  for (const session of sessions) expect(await session.rows(listing, {})).toEqual([])
})
