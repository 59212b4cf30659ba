/** Who this browser is: anonymous id, user, account and session, in cookies that a whole site shares. */
import type { Json } from '@waymark/schemas/event'
import type { Jar } from './cookies.ts'
import type { Store } from './storage.ts'

/** Browsers cap a cookie's life at 400 days. */
const YEAR = 400 * 86_400
const IDLE_MS = 30 * 60_000
/** A session's cookie is written at most once a minute, so its life has a minute to spare. */
const SESSION_WRITE_MS = 60_000

export type IdName = 'wm_aid' | 'wm_uid' | 'wm_gid'
export type TraitsName = 'wm_traits' | 'wm_gtraits'
const NAMES: readonly IdName[] = ['wm_aid', 'wm_uid', 'wm_gid']

export interface Identity {
  /** Undefined where not known; an anonymous id always is. */
  get(name: IdName): string | undefined
  set(name: IdName, value: string | undefined): void
  traits(name: TraitsName): Json
  setTraits(name: TraitsName, traits: Json): void
  /** Id of the session that an event of this moment belongs to. */
  session(): string
  /** Reads again what another tab or subdomain may have changed. */
  reload(): void
  /** Writes what changed since the last call; the first call renews every cookie's life. */
  save(): void
  /** Forgets user and account; the anonymous id and the session only where not kept. */
  forget(keepAnonymousId: boolean): void
  /** Every `wm_*` cookie and key goes. */
  erase(): void
}

export interface IdentityEdges {
  jar: Jar
  /** A mirror for the day the cookies are gone. Never read while there is a cookie: another subdomain may have signed the user out. */
  store: Store
  now: () => number
  newId: () => string
}

export function createIdentity({ jar, store, now, newId }: IdentityEdges): Identity {
  let ids: { [name in IdName]?: string | undefined } = {}
  /** As they lie in the cookies. */
  let saved: typeof ids = {}
  let isRenewed = false
  let sessionId = ''
  let lastEventAt = 0
  let sessionWrittenAt = 0
  let sessionDirty = false

  const load = () => {
    const hasCookies = jar.get('wm_aid')
    ids = {}
    for (const name of NAMES) ids[name] = (hasCookies ? jar.get(name) : store.get(name)) || undefined
    saved = { ...ids }
    if (!ids.wm_aid) ids.wm_aid = newId()
  }

  return {
    get(name) {
      if (!ids.wm_aid) load()
      return ids[name]
    },
    set(name, value) {
      if (!ids.wm_aid) load()
      ids[name] = value
    },
    traits(name) {
      try {
        return JSON.parse(store.get(name) ?? '{}') as Json
      } catch {
        return {} // not written by us
      }
    },
    setTraits(name, traits) {
      store.set(name, JSON.stringify(traits))
    },
    session() {
      const at = now()
      if (!sessionId || at - lastEventAt > IDLE_MS) {
        // The cookie ends by itself when the visitor is idle; alive, it means that another page carried the session on.
        sessionId = jar.get('wm_sid') || newId().slice(16)
        sessionWrittenAt = 0
      }
      lastEventAt = at
      if (at - sessionWrittenAt > SESSION_WRITE_MS) {
        sessionWrittenAt = at
        sessionDirty = true
      }
      return sessionId
    },
    reload() {
      if (isRenewed && jar.get('wm_aid')) load()
    },
    save() {
      for (const name of NAMES) {
        const value = ids[name]
        if (saved[name] === value && (isRenewed || !value)) continue
        jar.set(name, value ?? '', value ? YEAR : 0)
        if (value) store.set(name, value)
        else store.remove(name)
      }
      saved = { ...ids }
      isRenewed = true
      if (sessionDirty) jar.set('wm_sid', sessionId, (IDLE_MS + SESSION_WRITE_MS) / 1000)
      sessionDirty = false
    },
    forget(keepAnonymousId) {
      if (!ids.wm_aid) load()
      ids = { wm_aid: keepAnonymousId ? ids.wm_aid : newId() }
      store.remove('wm_traits')
      store.remove('wm_gtraits')
      if (keepAnonymousId) return
      sessionId = newId().slice(16)
      sessionWrittenAt = now()
      sessionDirty = true
    },
    erase() {
      for (const name of [...NAMES, 'wm_sid']) jar.set(name, '', 0)
      for (const key of store.keys()) store.remove(key)
      ids = {}
      isRenewed = false
      sessionId = ''
    },
  }
}
