import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import type { Database } from '../db/open.ts'
import { createKey, keyList, listKeys, revokeKey } from './table.ts'
import { hashKey, isSecretKeyForm } from './token.ts'

const shared: { database?: TestDatabase } = {}
const db = (): Database => {
  if (shared.database === undefined) throw new Error('no database')
  return shared.database.db
}
beforeAll(async () => {
  shared.database = await testDatabase()
})
afterAll(() => shared.database?.close())

const NOW = Date.UTC(2026, 2, 1, 9)

describe('created keys', () => {
  it('are stored as hashes, listed oldest first and revoked for good', async () => {
    const write = await createKey(db(), { kind: 'write', name: 'shop', server: true }, NOW)
    const secret = await createKey(db(), { kind: 'secret', name: 'crm', scopes: ['import'] }, NOW + 1)
    expect(isSecretKeyForm(secret.key)).toBe(true)
    expect(await listKeys(db())).toEqual([
      {
        key_id: write.keyId,
        kind: 'write',
        name: 'shop',
        hash: hashKey(write.key),
        last4: write.key.slice(-4),
        is_server: 1,
        scopes: [],
        created_at: NOW,
        revoked_at: null,
      },
      {
        key_id: secret.keyId,
        kind: 'secret',
        name: 'crm',
        hash: hashKey(secret.key),
        last4: secret.key.slice(-4),
        is_server: 0,
        scopes: ['import'],
        created_at: NOW + 1,
        revoked_at: null,
      },
    ])
    expect(await revokeKey(db(), secret.keyId, NOW + 5)).toBe(true)
    expect(await revokeKey(db(), secret.keyId, NOW + 9)).toBe(true)
    expect(await revokeKey(db(), 's_unknown', NOW + 9)).toBe(false)
    expect((await listKeys(db())).map(({ revoked_at }) => revoked_at)).toEqual([null, NOW + 5])
  })

  it('never leave the key itself in the table', async () => {
    const { key } = await createKey(db(), { kind: 'secret', name: 'marker' }, NOW)
    const result = await db().client.query({ query: 'SELECT * FROM keys', format: 'JSONEachRow' })
    expect(await result.text()).not.toContain(key.slice(3, -4))
  })

  it('have the columns that the row type says', async () => {
    expect(await describeQuery(db().client, keyList, {})).toEqual({
      key_id: 'String',
      kind: 'LowCardinality(String)',
      name: 'String',
      hash: 'String',
      last4: 'String',
      is_server: 'UInt8',
      scopes: 'Array(LowCardinality(String))',
      created_at: 'Int64',
      revoked_at: 'Nullable(Int64)',
    })
  })
})
