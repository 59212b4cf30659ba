import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { execute, insertRows, type Query, row, rows, sqlDay, sqlTime } from './query.ts'

let shared: TestDatabase
beforeAll(async () => {
  shared = await testDatabase({ tables: false })
  await shared.db.client.command({ query: "CREATE TABLE t (n UInt64, at DateTime64(3, 'UTC'), text String) ENGINE = MergeTree ORDER BY n" })
})
afterAll(() => shared.close())

const query = <P extends { [name: string]: never } | object, R>(sql: string) =>
  ({ name: 'test', sql }) as Query<P & { readonly [name: string]: string | number }, R>

test('execute tells how many rows a statement wrote', async () => {
  const sql = 'INSERT INTO t (n) SELECT number FROM numbers({count:UInt64})'
  expect(await execute(shared.db.client, query<{ count: number }, never>(sql), { count: 1234 })).toBe(1234)
  expect(await execute(shared.db.client, query<{ count: number }, never>(sql), { count: 0 })).toBe(0)
})

test('a time survives the way there and back, to the millisecond', async () => {
  const at = Date.UTC(2026, 2, 1, 9, 5, 0, 678)
  const sql = "SELECT toUnixTimestamp64Milli({at:DateTime64(3, 'UTC')}) AS at, toString(toDate({at:DateTime64(3, 'UTC')})) AS day"
  expect(await row(shared.db.reader, query<{ at: string }, { at: number; day: string }>(sql), { at: sqlTime(at) })).toEqual({
    at,
    day: sqlDay(at),
  })
})

test('a value is a value, whatever is written in it', async () => {
  const texts = ["'; DROP TABLE t; --", '\\', 'a\tb\nc', '{x:String}', '\u0000', '🪧', '%27']
  for (const text of texts)
    expect(await row(shared.db.reader, query<{ text: string }, { text: string }>('SELECT {text:String} AS text'), { text })).toEqual({
      text,
    })
  await insertRows(
    shared.db.client,
    't',
    texts.map((text, n) => ({ n: 10_000 + n, text })),
  )
  const stored = await rows(
    shared.db.reader,
    query<{ from: number }, { text: string }>('SELECT text FROM t WHERE n >= {from:UInt64} ORDER BY n'),
    { from: 10_000 },
  )
  expect(stored.map(({ text }) => text)).toEqual(texts)
})

test('row says which query gave none', async () => {
  await expect(row(shared.db.reader, query('SELECT 1 WHERE 0'), {})).rejects.toThrow('query test gave no row')
})

test('every query carries its name to the engine', async () => {
  const sql = "SELECT getSetting('log_comment') AS comment"
  expect(await row(shared.db.reader, query<object, { comment: string }>(sql), {})).toEqual({ comment: 'test' })
})
