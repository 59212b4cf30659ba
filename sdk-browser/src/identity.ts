/** Who this browser is: anonymous id, user, account and session, in cookies that a whole site shares. */
import type { Json } from '@waymark/schemas/event'
import type { Jar } from './cookies.ts'
import type { Store } from './storage.ts'

/** Browsers cap a cookie's life at 400 days. */
const LONGEST_S = 400 * 86_400
const IDLE_MS = 30 * 60_000
/** A session's cookie is written at most once a minute, so its life has a minute to spare. */
const MINUTE_MS = 60_000

const NAMES = ['wm_aid', 'wm_uid', 'wm_gid'] as const
export type IdName = (typeof NAMES)[number]

export interface Identity {
  /** '' where not known; an anonymous id always is. */
  get(name: IdName): string
  /** Takes an id and adds to what is known of its bearer, which is what it returns; another id starts with nothing. */
  know(name: IdName, id: string | undefined, added: Json): Json
  /** Id of the session that an event of this moment belongs to. */
  session(): string
  /** Reads again what another tab or subdomain may have changed. */
  reload(): void
  /** Writes what changed since the last call; the first call renews every cookie's life. */
  save(): void
  /** Forgets user and account; the anonymous id and the session only where not kept. */
  forget(keepAnonymousId?: boolean): void
  /** Every `wm_*` cookie and key goes. */
  erase(): void
}

/**
 * `store` is a mirror for the day the cookies are gone. It is never read while there is a cookie: another subdomain may
 * have signed the user out, and cannot reach this one's mirror.
 */
export function createIdentity(jar: Jar, store: Store, now: () => number, newId: () => string): Identity {
  let ids: { [name in IdName]?: string } | undefined
  let isChanged = true
  let sessionId = ''
  let lastEventAt = 0
  let sessionWrittenAt = 0

  const known = () => {
    if (!ids) {
      const { get } = jar.get('wm_aid') ? jar : store
      ids = {}
      for (const name of NAMES) ids[name] = get(name) || ''
      // Set by a gateway on this origin: it outlives cookies that a script wrote.
      ids.wm_aid ||= jar.get('wm_fid') || newId()
    }
    return ids
  }
  const get = (name: IdName) => known()[name] || ''

  return {
    get,
    know(name, id, added) {
      const key = `${name}_traits`
      let traits = added
      if (!id || id === get(name) || !get(name)) {
        try {
          traits = { ...JSON.parse(store.get(key) || '{}'), ...added }
        } catch {
          // Not written by us: what was added is all that is known.
        }
      }
      if (id) known()[name] = id
      isChanged = true
      store.set(key, JSON.stringify(traits))
      return traits
    },
    session() {
      const at = now()
      // The cookie ends by itself when the visitor is idle; alive, it means that another page carried the session on.
      if (at - lastEventAt > IDLE_MS) sessionId = jar.get('wm_sid') || newId().slice(16)
      lastEventAt = at
      if (at - sessionWrittenAt > MINUTE_MS) {
        sessionWrittenAt = at
        jar.set('wm_sid', sessionId, (IDLE_MS + MINUTE_MS) / 1000)
      }
      return sessionId
    },
    reload() {
      if (!isChanged && jar.get('wm_aid')) ids = undefined
    },
    save() {
      if (isChanged)
        for (const name of NAMES) {
          const id = get(name)
          jar.set(name, id, id ? LONGEST_S : 0)
          if (id) store.set(name, id)
          else store.remove(name)
        }
      isChanged = false
    },
    forget(keepAnonymousId) {
      ids = { wm_aid: keepAnonymousId ? get('wm_aid') : newId() }
      isChanged = true
      for (const key of store.keys()) if (key.endsWith('_traits')) store.remove(key)
      if (keepAnonymousId) return
      // Else the gateway's copy would bring the old id back.
      jar.set('wm_fid', '', 0)
      jar.set('wm_sid', '', 0)
      lastEventAt = sessionWrittenAt = 0
    },
    erase() {
      for (const name of [...NAMES, 'wm_sid', 'wm_fid']) jar.set(name, '', 0)
      for (const key of store.keys()) store.remove(key)
      ids = undefined
      isChanged = true
      lastEventAt = sessionWrittenAt = 0
    },
  }
}
