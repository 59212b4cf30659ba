import { describe, expect, it } from 'vitest'
import { RELOAD_MS } from './reloaded.ts'
import { type KeyRingEdges, openKeyRing } from './ring.ts'
import type { StoredKey } from './table.ts'
import { hashKey } from './token.ts'

function stored(key: string, more: Partial<StoredKey> = {}): StoredKey {
  return {
    key_id: key,
    kind: 'write',
    name: 'shop',
    hash: hashKey(key),
    last4: key.slice(-4),
    is_server: 0,
    scopes: [],
    created_at: 1,
    revoked_at: null,
    public_key: '',
    version: 1,
    ...more,
  }
}

/** A warehouse of keys that can be away, and a copy on disk. */
function world(kept: readonly StoredKey[] = []) {
  const state = { table: [] as readonly StoredKey[] | Error, copy: kept, writes: 0, stale: 0 }
  const edges: KeyRingEdges = {
    writeKeys: [
      { name: 'web', key: 'wk_web', server: false },
      { name: 'backend', key: 'wk_srv', server: true },
    ],
    secretKeys: [{ name: 'ops', key: 'sk_ops', scopes: ['read', 'admin'] }],
    loadCreated: async () => {
      if (state.table instanceof Error) throw state.table
      return state.table
    },
    copy: {
      read: async () => state.copy,
      write: async keys => {
        state.copy = keys
        state.writes++
      },
    },
    onStale: () => state.stale++,
    reloadMs: 0,
  }
  return { state, edges }
}

describe('the key ring', () => {
  it('knows the configured keys at once', async () => {
    const ring = await openKeyRing(world().edges)
    expect(ring.writeKey('wk_web')).toEqual({ sourceId: 'web', trust: 'browser' })
    expect(ring.writeKey('wk_srv')).toEqual({ sourceId: 'backend', trust: 'server' })
    expect(ring.secretKey('sk_ops')).toEqual({ name: 'ops', scopes: ['read', 'admin'] })
  })

  it('keeps the kinds apart: a write key opens nothing, a secret key stores nothing', async () => {
    const ring = await openKeyRing(world().edges)
    expect(ring.secretKey('wk_web')).toBeNull()
    expect(ring.writeKey('sk_ops')).toBeNull()
    expect(ring.writeKey('')).toBeNull()
    expect(ring.secretKey('sk_op')).toBeNull()
  })

  it('takes over created keys and forgets revoked ones at the next reload', async () => {
    const { state, edges } = world()
    const ring = await openKeyRing(edges)
    state.table = [stored('wk_new'), stored('sk_new', { kind: 'secret', name: 'crm', scopes: ['import'] })]
    expect(ring.writeKey('wk_new')).toBeNull()
    await ring.reload()
    expect(ring.writeKey('wk_new')).toEqual({ sourceId: 'shop', trust: 'browser' })
    expect(ring.secretKey('sk_new')).toEqual({ name: 'crm', scopes: ['import'] })
    state.table = [stored('wk_new', { revoked_at: 2 })]
    await ring.reload()
    expect(ring.writeKey('wk_new')).toBeNull()
    expect(ring.secretKey('sk_new')).toBeNull()
  })

  it('lets a rotated key go in the moment that its overlap ends, without a reload', async () => {
    const { state, edges } = world()
    let at = 1_000
    const ring = await openKeyRing({ ...edges, now: () => at })
    state.table = [
      stored('wk_old', { revoked_at: 5_000 }),
      stored('wk_next'),
      stored('sk_old', { kind: 'secret', scopes: ['read'], revoked_at: 5_000 }),
    ]
    await ring.reload()
    const known = () => [ring.writeKey('wk_old'), ring.writeKey('wk_next'), ring.secretKey('sk_old')].map(found => found !== null)
    expect(known()).toEqual([true, true, true])
    at = 4_999
    expect(known()).toEqual([true, true, true])
    at = 5_000
    expect(known()).toEqual([false, true, false])
  })

  it('reads again within two seconds, so that a change is in force everywhere within five', () => {
    expect(RELOAD_MS).toBeLessThanOrEqual(2_000)
  })

  it('starts from the last good copy and keeps it while the engine is down', async () => {
    const { state, edges } = world([stored('wk_kept', { is_server: 1 })])
    state.table = new Error('connection refused')
    const ring = await openKeyRing(edges)
    await ring.reload()
    await ring.reload()
    expect(ring.writeKey('wk_kept')).toEqual({ sourceId: 'shop', trust: 'server' })
    expect(state.stale).toBe(1)
  })

  it('writes its copy only when the keys changed', async () => {
    const { state, edges } = world()
    const ring = await openKeyRing(edges)
    state.table = [stored('wk_new')]
    await ring.reload()
    await ring.reload()
    expect(state.writes).toBe(1)
    expect(state.copy).toEqual([stored('wk_new')])
  })

  it('writes its copy again when that failed, also when a list comes back', async () => {
    const { state, edges } = world([stored('wk_old')])
    const write = edges.copy.write
    let isFull = true
    const copy = { ...edges.copy, write: (keys: readonly StoredKey[]) => (isFull ? Promise.reject(new Error('ENOSPC')) : write(keys)) }
    const ring = await openKeyRing({ ...edges, copy })
    state.table = [stored('wk_new')]
    await ring.reload()
    expect([state.copy, ring.writeKey('wk_new')]).toMatchObject([[stored('wk_old')], { sourceId: 'shop' }])
    state.table = [stored('wk_old')]
    await ring.reload()
    expect(ring.writeKey('wk_new')).toBeNull()
    state.table = [stored('wk_new')]
    await ring.reload()
    isFull = false
    await ring.reload()
    expect(state.copy).toEqual([stored('wk_new')])
  })

  it('reloads by itself until it is closed', async () => {
    const { state, edges } = world()
    const loads = Promise.withResolvers<void>()
    let count = 0
    const ring = await openKeyRing({
      ...edges,
      reloadMs: 1,
      loadCreated: async () => {
        if (++count === 3) loads.resolve()
        return [stored('wk_new')]
      },
    })
    await loads.promise
    ring.close()
    expect(ring.writeKey('wk_new')).not.toBeNull()
    expect(state.stale).toBe(0)
  })
})
