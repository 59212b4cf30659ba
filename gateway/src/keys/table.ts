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
  /** When it ends or ended; ahead of now while a rotated key is still good. */
  readonly revoked_at: number | null
  /** The key itself where it is public: it stands in every page. Else ''. */
  readonly public_key: string
  readonly version: number
}

/** Whether a key opens anything at this moment. */
export function isLive({ revoked_at }: Pick<StoredKey, 'revoked_at'>, now: number): boolean {
  return revoked_at === null || revoked_at > now
}

export type NewKey =
  | { readonly kind: 'write'; readonly name: string; readonly server: boolean }
  | { readonly kind: 'secret'; readonly name: string; readonly scopes?: readonly Scope[] }

export interface CreatedKey {
  readonly keyId: string
  /** The only time it is ever seen, unless it is public. */
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
    public_key: wanted.kind === 'write' && !wanted.server ? key : '',
    version: now,
  })
  return { keyId, key }
}

/** Every created key, revoked ones included, oldest first. */
export function listKeys(db: Database): Promise<StoredKey[]> {
  return rows(db.client, keyList, {})
}

/** Ends a key within 5 s; false when there is none with this id. Revoking twice keeps the first time, unless that is still to come. */
export async function revokeKey(db: Database, keyId: string, now: number): Promise<boolean> {
  const found = (await listKeys(db)).find(key => key.key_id === keyId)
  if (found === undefined) return false
  // Above what a rotation at the same moment says: a key that has leaked ends.
  if (isLive(found, now)) await end(db, found, now, Math.max(found.version + 1, now))
  return true
}

export interface RotatedKey extends CreatedKey {
  /** When the old key ends. */
  readonly endsAt: number
}

/** Makes a key of the same name, kind and scopes, and ends the old one after `overlapMs`; null when there is no live key with this id. */
export async function rotateKey(
  db: Database,
  keyId: string,
  { now, overlapMs, random = randomBytes }: { readonly now: number; readonly overlapMs: number; readonly random?: RandomBytes },
): Promise<RotatedKey | null> {
  const old = (await listKeys(db)).find(key => key.key_id === keyId)
  if (old === undefined || !isLive(old, now)) return null
  const { kind, name, scopes } = old
  // The new one first: should the second step fail, there is a key too many, not one too few.
  const made = await createKey(db, kind === 'write' ? { kind, name, server: old.is_server === 1 } : { kind, name, scopes }, now, random)
  const endsAt = Math.min(now + overlapMs, old.revoked_at ?? Number.POSITIVE_INFINITY)
  await end(db, old, endsAt, old.version + 1)
  return { ...made, endsAt }
}

function end(db: Database, key: StoredKey, at: number, version: number): Promise<void> {
  return put(db, { ...key, revoked_at: at, version })
}

function put(db: Database, key: StoredKey): Promise<void> {
  const { created_at, revoked_at } = key
  return insertRows(db.client, 'keys', [
    { ...key, created_at: sqlTime(created_at), revoked_at: revoked_at === null ? null : sqlTime(revoked_at) },
  ])
}
