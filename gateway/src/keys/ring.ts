import { timingSafeEqual } from 'node:crypto'
import type { Trust } from '@waymark/schemas/row'
import type { Scope, SecretKeySetting, WriteKeySetting } from './parse.ts'
import { type Copy, openReloaded, RELOAD_MS } from './reloaded.ts'
import type { StoredKey } from './table.ts'
import { hashKey } from './token.ts'

/** Where events come from: the name of their write key, and how far its claims about identity are believed. */
export interface Source {
  readonly sourceId: string
  readonly trust: Trust
}

export interface SecretKey {
  readonly name: string
  readonly scopes: readonly Scope[]
}

/** The keys in force. Looking one up costs no disk and no query, whether it is known or not. */
export interface KeyRing {
  writeKey(presented: string): Source | null
  secretKey(presented: string): SecretKey | null
  /** Takes over the created keys of the warehouse, read after this call; keeps the ones it has when those cannot be read. */
  reload(): Promise<void>
  /** Ends the reloading. */
  close(): void
}

export interface KeyRingEdges {
  readonly writeKeys: readonly WriteKeySetting[]
  readonly secretKeys: readonly SecretKeySetting[]
  /** Reads the table `keys`. */
  readonly loadCreated: () => Promise<readonly StoredKey[]>
  readonly copy: Copy<StoredKey>
  /** Told once when the warehouse stops answering, and again after each recovery. */
  readonly onStale?: (error: unknown) => void
  /** Milliseconds between two reloads; 0 reloads only when asked. */
  readonly reloadMs?: number
  readonly now?: () => number
}

/** Something that a key stands for, until it ends. */
interface Held<T> {
  readonly value: T
  /** Epoch ms; infinite where no end is set. */
  readonly endsAt: number
}

interface HeldSecret extends Held<SecretKey> {
  readonly hash: Buffer
}

interface Created {
  readonly write: ReadonlyMap<string, Held<Source>>
  readonly secret: readonly HeldSecret[]
  /** Write keys as they were presented, to spare the hash: only known ones, so no more than there are. */
  readonly presented: Map<string, Held<Source>>
}

const NEVER = Number.POSITIVE_INFINITY

/** Opens with the configured keys and the last good copy of the created ones, then reloads in the background. */
export async function openKeyRing({
  writeKeys,
  secretKeys,
  loadCreated,
  copy,
  onStale,
  reloadMs = RELOAD_MS,
  now = Date.now,
}: KeyRingEdges): Promise<KeyRing> {
  const configuredWrite = new Map(
    writeKeys.map(({ name, key, server }) => [hashKey(key), { value: sourceOf(name, server), endsAt: NEVER }] as const),
  )
  const configuredSecret = secretKeys.map(({ name, key, scopes }) => heldSecret(hashKey(key), { name, scopes }, NEVER))
  const list = await openReloaded({ load: loadCreated, copy, index: indexed, onStale, reloadMs })

  function heldWrite(presented: string): Held<Source> | null {
    const { write, presented: known } = list.current()
    const seen = known.get(presented)
    if (seen !== undefined) return seen
    const hash = hashKey(presented)
    const held = configuredWrite.get(hash) ?? write.get(hash)
    if (held !== undefined) known.set(presented, held)
    return held ?? null
  }

  return {
    writeKey(presented) {
      const held = heldWrite(presented)
      return held !== null && held.endsAt > now() ? held.value : null
    },
    secretKey(presented) {
      const hash = Buffer.from(hashKey(presented), 'hex')
      const matches = [...configuredSecret, ...list.current().secret].filter(entry => timingSafeEqual(entry.hash, hash))
      return matches.find(({ endsAt }) => endsAt > now())?.value ?? null
    },
    reload: list.reload,
    close: list.close,
  }
}

function sourceOf(name: string, server: boolean): Source {
  return { sourceId: name, trust: server ? 'server' : 'browser' }
}

function heldSecret(hash: string, value: SecretKey, endsAt: number): HeldSecret {
  return { hash: Buffer.from(hash, 'hex'), value, endsAt }
}

function indexed(keys: readonly StoredKey[]): Created {
  const held = keys.map(key => ({ ...key, endsAt: key.revoked_at ?? NEVER }))
  return {
    write: new Map(
      held
        .filter(({ kind }) => kind === 'write')
        .map(({ hash, name, is_server, endsAt }) => [hash, { value: sourceOf(name, is_server === 1), endsAt }]),
    ),
    secret: held
      .filter(({ kind }) => kind === 'secret')
      .map(({ hash, name, scopes, endsAt }) => heldSecret(hash, { name, scopes }, endsAt)),
    presented: new Map(),
  }
}
