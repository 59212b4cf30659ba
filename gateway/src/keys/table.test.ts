import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { describeQuery, sharedDatabase } from '../../../test/engine.ts'
import { createKey, isLive, keyList, listKeys, revokeKey, rotateKey } from './table.ts'
import { hashKey, isSecretKeyForm } from './token.ts'

const shared = sharedDatabase()

const NOW = Date.UTC(2026, 2, 1, 9)

describe('created keys', () => {
  it('are stored as hashes, listed oldest first and revoked for good', async () => {
    const write = await createKey(shared.db, { kind: 'write', name: 'shop', server: true }, NOW)
    const secret = await createKey(shared.db, { kind: 'secret', name: 'crm', scopes: ['import'] }, NOW + 1)
    expect(isSecretKeyForm(secret.key)).toBe(true)
    expect(await listKeys(shared.db)).toEqual([
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
        public_key: '',
        version: NOW,
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
        public_key: '',
        version: NOW + 1,
      },
    ])
    expect(await revokeKey(shared.db, secret.keyId, NOW + 5)).toBe(true)
    expect(await revokeKey(shared.db, secret.keyId, NOW + 9)).toBe(true)
    expect(await revokeKey(shared.db, 's_unknown', NOW + 9)).toBe(false)
    expect((await listKeys(shared.db)).map(({ revoked_at }) => revoked_at)).toEqual([null, NOW + 5])
  })

  it('never leave the key itself in the table', async () => {
    const { key } = await createKey(shared.db, { kind: 'secret', name: 'marker' }, NOW)
    const result = await shared.db.client.query({ query: 'SELECT * FROM keys', format: 'JSONEachRow' })
    expect(await result.text()).not.toContain(key.slice(3, -4))
  })

  it('keep a public key that stands in pages, and no other', async () => {
    const { key, keyId } = await createKey(shared.db, { kind: 'write', name: 'pages', server: false }, NOW)
    const kept = (await listKeys(shared.db)).filter(({ public_key }) => public_key !== '')
    expect(kept.map(({ key_id, public_key }) => [key_id, public_key])).toEqual([[keyId, key]])
  })

  it('are rotated: the old one is good until the overlap is over, and can be ended sooner', async () => {
    const of = async (id: string) => (await listKeys(shared.db)).find(({ key_id }) => key_id === id)
    const old = await createKey(shared.db, { kind: 'secret', name: 'bi', scopes: ['read'] }, NOW)
    const made = await rotateKey(shared.db, old.keyId, { now: NOW + 10, overlapMs: 86_400_000 })
    expect(made).toMatchObject({ endsAt: NOW + 10 + 86_400_000 })
    expect(await of(made?.keyId ?? '')).toMatchObject({ kind: 'secret', name: 'bi', scopes: ['read'], revoked_at: null })
    const rotated = await of(old.keyId)
    expect(rotated).toMatchObject({ revoked_at: NOW + 10 + 86_400_000 })
    expect([NOW + 86_400_000, NOW + 10 + 86_400_000].map(at => rotated && isLive(rotated, at))).toEqual([true, false])
    // A second rotation gives it no longer life.
    await rotateKey(shared.db, old.keyId, { now: NOW + 20, overlapMs: 10 * 86_400_000 })
    expect(await of(old.keyId)).toMatchObject({ revoked_at: NOW + 10 + 86_400_000 })
    expect(await revokeKey(shared.db, old.keyId, NOW + 30)).toBe(true)
    expect(await of(old.keyId)).toMatchObject({ revoked_at: NOW + 30 })
    expect(await rotateKey(shared.db, old.keyId, { now: NOW + 40, overlapMs: 0 })).toBeNull()
    expect(await rotateKey(shared.db, 's_unknown', { now: NOW, overlapMs: 0 })).toBeNull()
  })

  it('stay revoked when they are rotated at the same moment', async () => {
    const old = await createKey(shared.db, { kind: 'secret', name: 'leaked' }, NOW)
    let revoked: Promise<boolean> | null = null
    // Called when the rotation has read the key and not yet written its end.
    const random = (count: number) => {
      revoked ??= revokeKey(shared.db, old.keyId, NOW + 10)
      return randomBytes(count)
    }
    await rotateKey(shared.db, old.keyId, { now: NOW + 10, overlapMs: 86_400_000, random })
    expect(await revoked).toBe(true)
    expect((await listKeys(shared.db)).find(({ key_id }) => key_id === old.keyId)).toMatchObject({ revoked_at: NOW + 10 })
  })

  it('keep trust and name of a write key when they are rotated, and end at once without an overlap', async () => {
    const old = await createKey(shared.db, { kind: 'write', name: 'billing', server: true }, NOW)
    const made = await rotateKey(shared.db, old.keyId, { now: NOW + 5, overlapMs: 0 })
    const all = await listKeys(shared.db)
    expect(all.find(({ key_id }) => key_id === made?.keyId)).toMatchObject({ name: 'billing', is_server: 1, public_key: '' })
    expect(all.find(({ key_id }) => key_id === old.keyId)).toMatchObject({ revoked_at: NOW + 5 })
  })

  it('have the columns that the row type says', async () => {
    expect(await describeQuery(shared.db.client, keyList, {})).toEqual({
      key_id: 'String',
      kind: 'LowCardinality(String)',
      name: 'String',
      hash: 'String',
      last4: 'String',
      is_server: 'UInt8',
      scopes: 'Array(LowCardinality(String))',
      created_at: 'Int64',
      revoked_at: 'Nullable(Int64)',
      public_key: 'String',
      version: 'UInt64',
    })
  })
})
