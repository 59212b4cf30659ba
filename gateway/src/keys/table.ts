import { randomBytes } from 'node:crypto'
import type { Database } from '../db/open.ts'
import { insertRows, rows, sqlFile, sqlTime } from '../db/query.ts'
import { SCOPES, type Scope } from './parse.ts'
import { base62, hashKey, newSecretKey, newWriteKey, type RandomBytes } from './token.ts'

/** A key of the table `keys`: all that is known of it after the moment it was shown. Times are epoch milliseconds. */
export interface StoredKey {
  readonly key_id: string
  readonly kind: 'write' | 'secret'
  /** Source of a write key, holder of a secret key. */
  readonly name: string
  /** SHA-256 of the key, hex. */
  readonly hash: string
  readonly last4: string
  readonly is_server: 0 | 1
  readonly scopes: readonly Scope[]
  readonly created_at: number
  readonly revoked_at: number | null
}

export type NewKey =
  | { readonly kind: 'write'; readonly name: string; readonly server: boolean }
  | { readonly kind: 'secret'; readonly name: string; readonly scopes?: readonly Scope[] }

export interface CreatedKey {
  readonly keyId: string
  /** The only time it is ever seen. */
  readonly key: string
}

export const keyList = sqlFile<Record<string, never>, StoredKey>('key_list')

/** Makes a key; running gateways know it within 5 s. */
export async function createKey(db: Database, wanted: NewKey, now: number, random: RandomBytes = randomBytes): Promise<CreatedKey> {
  const key = wanted.kind === 'write' ? newWriteKey(random) : newSecretKey(random)
  const keyId = wanted.kind === 'write' ? `w_${base62(random(6))}` : `s_${key.split('_')[1]}`
  await put(db, {
    key_id: keyId,
    kind: wanted.kind,
    name: wanted.name,
    hash: hashKey(key),
    last4: key.slice(-4),
    is_server: wanted.kind === 'write' && wanted.server ? 1 : 0,
    scopes: wanted.kind === 'secret' ? (wanted.scopes ?? SCOPES) : [],
    created_at: now,
    revoked_at: null,
  })
  return { keyId, key }
}

/** Every created key, revoked ones included, oldest first. */
export function listKeys(db: Database): Promise<StoredKey[]> {
  return rows(db.client, keyList, {})
}

/** Ends a key within 5 s; false when there is none with this id. Revoking twice keeps the first time. */
export async function revokeKey(db: Database, keyId: string, now: number): Promise<boolean> {
  const found = (await listKeys(db)).find(key => key.key_id === keyId)
  if (found === undefined) return false
  if (found.revoked_at === null) await put(db, { ...found, revoked_at: Math.max(now, found.created_at + 1) })
  return true
}

// The version is the latest time the row tells of, so a revoked row always outranks the created one.
function put(db: Database, key: StoredKey): Promise<void> {
  return insertRows(db.client, 'keys', [
    {
      ...key,
      created_at: sqlTime(key.created_at),
      revoked_at: key.revoked_at === null ? null : sqlTime(key.revoked_at),
      version: key.revoked_at ?? key.created_at,
    },
  ])
}
