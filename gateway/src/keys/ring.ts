import { timingSafeEqual } from 'node:crypto'
import type { Trust } from '@waymark/schemas/row'
import type { KeyCopy } from './files.ts'
import type { Scope, SecretKeySetting, WriteKeySetting } from './parse.ts'
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
  readonly copy: KeyCopy
  /** Told once when the warehouse stops answering, and again after each recovery. */
  readonly onStale?: (error: unknown) => void
  /** Milliseconds between two reloads; 0 reloads only when asked. */
  readonly reloadMs?: number
}

interface Created {
  readonly write: ReadonlyMap<string, Source>
  readonly secret: readonly HashedSecret[]
  /** The list as text, to see cheaply whether it changed. */
  readonly text: string
}

interface HashedSecret {
  readonly hash: Buffer
  readonly key: SecretKey
}

/** Opens with the configured keys and the last good copy of the created ones, then reloads in the background. */
export async function openKeyRing({ writeKeys, secretKeys, loadCreated, copy, onStale, reloadMs = 2000 }: KeyRingEdges): Promise<KeyRing> {
  const configuredWrite = new Map(writeKeys.map(({ name, key, server }) => [hashKey(key), sourceOf(name, server)]))
  const configuredSecret = secretKeys.map(({ name, key, scopes }) => hashed(hashKey(key), { name, scopes }))
  let created = indexed(await copy.read())
  let stale = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  async function load(): Promise<void> {
    try {
      const keys = await loadCreated()
      const next = indexed(keys)
      if (next.text !== created.text) {
        created = next
        await copy.write(keys)
      }
      stale = false
    } catch (error) {
      if (!stale) onStale?.(error)
      stale = true
    }
  }

  // One after another: a reading under way may have begun before the change that the caller wants to see.
  const reload = () => {
    running = running.then(load)
    return running
  }

  function again(): void {
    if (closed || reloadMs === 0) return
    timer = setTimeout(() => reload().then(again), reloadMs)
    timer.unref()
  }
  again()

  return {
    writeKey(presented) {
      const hash = hashKey(presented)
      return configuredWrite.get(hash) ?? created.write.get(hash) ?? null
    },
    secretKey(presented) {
      const hash = Buffer.from(hashKey(presented), 'hex')
      const matches = [...configuredSecret, ...created.secret].filter(entry => timingSafeEqual(entry.hash, hash))
      return matches[0]?.key ?? null
    },
    reload,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

function sourceOf(name: string, server: boolean): Source {
  return { sourceId: name, trust: server ? 'server' : 'browser' }
}

function hashed(hash: string, key: SecretKey): HashedSecret {
  return { hash: Buffer.from(hash, 'hex'), key }
}

function indexed(keys: readonly StoredKey[]): Created {
  const live = keys.filter(key => key.revoked_at === null)
  return {
    write: new Map(live.filter(key => key.kind === 'write').map(key => [key.hash, sourceOf(key.name, key.is_server === 1)])),
    secret: live.filter(key => key.kind === 'secret').map(key => hashed(key.hash, { name: key.name, scopes: key.scopes })),
    text: JSON.stringify(keys),
  }
}
