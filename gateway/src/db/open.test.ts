import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type TestDatabase, testDatabase, testEngine } from '../../../test/engine.ts'
import { type Database, openDatabase } from './open.ts'
import { rows } from './query.ts'
import { PINNED_SETTINGS, READER_SETTINGS } from './settings.ts'

let shared: TestDatabase
beforeAll(async () => {
  shared = await testDatabase({ tables: false })
})
afterAll(() => shared.close())

/** The same engine, as if it were a server of somebody else's. */
function remoteUrl(user = testEngine().writer): string {
  const url = new URL(testEngine().url)
  return `http://${user.username}:${user.password}@${url.host}/${shared.db.name}`
}

async function setting(client: Database['client'], name: string): Promise<unknown> {
  const [found] = await rows<{ name: string }, { value: string }>(
    client,
    { name: 'test', sql: 'SELECT value FROM system.settings WHERE name = {name:String}' },
    { name },
  )
  return found?.value
}

describe('openDatabase', () => {
  test('creates the database, connects to it and sends the pinned settings with every call', async () => {
    for (const client of [shared.db.client, shared.db.reader]) {
      expect(await rows(client, { name: 'test', sql: 'SELECT currentDatabase() AS name' }, {})).toEqual([{ name: shared.db.name }])
      for (const [name, value] of Object.entries(PINNED_SETTINGS)) expect(await setting(client, name), name).toBe(String(value))
    }
  })

  test('refuses an unknown field in an insert and keeps 64-bit integers numbers', async () => {
    const { client } = shared.db
    await client.command({ query: "CREATE TABLE big (n UInt64, at DateTime64(3, 'UTC')) ENGINE = Memory" })
    const typo = client.insert({ table: 'big', values: [{ m: 1 }], format: 'JSONEachRow' })
    await expect(typo).rejects.toThrow('Unknown field')
    await client.insert({ table: 'big', values: [{ n: 2 ** 40, at: '2026-03-01T09:05:00.123Z' }], format: 'JSONEachRow' })
    expect(await rows(client, { name: 'test', sql: 'SELECT * FROM big' }, {})).toEqual([{ n: 2 ** 40, at: '2026-03-01 09:05:00.123' }])
  })

  test('on a server of its own, the reader is the same user held to reading and to limits', async () => {
    const db = await openDatabase({ url: remoteUrl() })
    try {
      expect(db).toMatchObject({ name: shared.db.name, form: { kind: 'server' } })
      for (const [name, value] of Object.entries(READER_SETTINGS)) expect(await setting(db.reader, name), name).toBe(String(value))
      await expect(db.reader.command({ query: 'CREATE TABLE no (a UInt8) ENGINE = Memory' })).rejects.toMatchObject({ code: '164' })
      await db.client.command({ query: 'CREATE TABLE yes (a UInt8) ENGINE = Memory' })
    } finally {
      await db.close()
    }
  })

  test('says which server, which user and what to check when it is refused', async () => {
    const wrong = { username: 'waymark', password: 'wrong' }
    await expect(openDatabase({ url: remoteUrl(wrong) })).rejects.toThrow(/127\.0\.0\.1:\d+ cannot be used as waymark: .*CLICKHOUSE_URL/s)
    // Nobody who runs the embedded engine has set an address.
    await expect(openDatabase({ engine: { ...testEngine(), writer: wrong } })).rejects.toThrow(/^(?!.*CLICKHOUSE_URL).*embedded engine/s)
    await expect(openDatabase({ url: remoteUrl(wrong) })).rejects.not.toThrow(/wrong/)
    await expect(openDatabase({ url: 'http://127.0.0.1:1/waymark' })).rejects.toThrow(/CLICKHOUSE_URL/)
  })

  test('names the settings that a server does not take', async () => {
    // A proxy that answers as a server would whose profile overrules us.
    const proxy = createServer(async (request, response) => {
      const target = `${testEngine().url}${request.url?.replace('join_use_nulls=0', 'join_use_nulls=1') ?? ''}`
      const body = await text(request)
      const answer = await fetch(target, { method: 'POST', body, headers: { authorization: request.headers.authorization ?? '' } })
      response.writeHead(answer.status).end(await answer.text())
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo
    const { writer } = testEngine()
    const opening = openDatabase({ url: `http://${writer.username}:${writer.password}@127.0.0.1:${port}/${shared.db.name}` })
    await expect(opening).rejects.toThrow('join_use_nulls is 1, not 0')
    await new Promise(resolve => proxy.close(resolve))
  })

  test('a reader who hangs up stops the query', async () => {
    const hangUp = new AbortController()
    const sql = 'SELECT sleepEachRow(0.05) FROM system.numbers SETTINGS max_block_size = 1'
    const running = async () =>
      rows<{ sql: string }, { n: number }>(
        shared.db.client,
        { name: 'test', sql: 'SELECT count() AS n FROM system.processes WHERE query LIKE {sql:String}' },
        { sql: 'SELECT sleepEachRow(0.05)%' },
      )
    const query = rows(shared.db.reader, { name: 'test', sql }, {}, { signal: hangUp.signal })
    await vi.waitFor(async () => expect(await running()).toEqual([{ n: 1 }]), { timeout: 5000, interval: 20 })
    hangUp.abort()
    await expect(query).rejects.toThrow(/abort/i)
    await vi.waitFor(async () => expect(await running()).toEqual([{ n: 0 }]), { timeout: 5000, interval: 20 })
  })
})
