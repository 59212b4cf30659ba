import { expect, test } from 'vitest'
import { memoryStorage } from '../testing/world.ts'
import type { Jar } from './cookies.ts'
import { createIdentity } from './identity.ts'
import { createStore } from './storage.ts'

const MINUTE = 60_000

function createBrowser() {
  let time = 1_000_000_000
  let ids = 0
  const cookies = new Map<string, { value: string; until: number }>()
  const jar: Jar = {
    get(name) {
      const cookie = cookies.get(name)
      return cookie && cookie.until > time ? cookie.value : undefined
    },
    set: (name, value, seconds) => void cookies.set(name, { value, until: time + seconds * 1000 }),
  }
  const storage = memoryStorage()
  const open = () =>
    createIdentity(
      jar,
      createStore(() => storage),
      () => time,
      () => `id-of-32-hex-digits-${++ids}`,
    )
  return { jar, storage, cookies, open, pass: (ms: number) => (time += ms) }
}

test('an anonymous id lives on over pages for 400 days from the last visit', () => {
  const browser = createBrowser()
  const first = browser.open()
  const id = first.get('wm_aid')
  first.save()
  browser.pass(399 * 24 * 60 * MINUTE)
  const second = browser.open()
  expect(second.get('wm_aid')).toBe(id)
  second.save()
  browser.pass(399 * 24 * 60 * MINUTE)
  expect(browser.jar.get('wm_aid')).toBe(id)
})

test('the cookie wins over the mirror: a user signed out on another subdomain stays signed out', () => {
  const browser = createBrowser()
  const page = browser.open()
  page.know('wm_uid', 'u_1', {})
  page.save()
  browser.jar.set('wm_uid', '', 0)
  expect(browser.open().get('wm_uid')).toBe('')
  expect(browser.open().get('wm_aid')).toBe(page.get('wm_aid'))
})

test('the mirror restores everything when all cookies are gone', () => {
  const browser = createBrowser()
  const page = browser.open()
  page.know('wm_uid', 'u_1', {})
  page.know('wm_gid', 'acme', {})
  page.save()
  browser.cookies.clear()
  const later = browser.open()
  expect([later.get('wm_aid'), later.get('wm_uid'), later.get('wm_gid')]).toEqual([page.get('wm_aid'), 'u_1', 'acme'])
})

test('the id that a gateway kept is taken up where cookies of scripts and the mirror are forgotten, and goes when consent is withdrawn', () => {
  const browser = createBrowser()
  const id = browser.open().get('wm_aid')
  browser.jar.set('wm_fid', id, 400 * 24 * 3600)
  for (const name of browser.cookies.keys()) if (name !== 'wm_fid') browser.cookies.delete(name)
  for (const key of Object.keys(browser.storage)) browser.storage.removeItem(key)
  const later = browser.open()
  expect(later.get('wm_aid')).toBe(id)
  later.save()
  expect(browser.jar.get('wm_aid')).toBe(id)
  later.forget(true)
  expect(browser.jar.get('wm_fid')).toBe(id)
  // A visitor who signed out is not brought back by it, also where the new id is never written or lost again.
  later.forget()
  later.save()
  expect(browser.jar.get('wm_fid')).toBeUndefined()
  expect(browser.open().get('wm_aid')).not.toBe(id)
  browser.jar.set('wm_fid', id, 60)
  later.erase()
  expect(browser.jar.get('wm_fid')).toBeUndefined()
})

test('traits add up for one user; another user starts with none', () => {
  const identity = createBrowser().open()
  expect(identity.know('wm_uid', undefined, { plan: 'free' })).toEqual({ plan: 'free' })
  expect(identity.know('wm_uid', 'u_1', { email: 'ana@acme.test' })).toEqual({ plan: 'free', email: 'ana@acme.test' })
  expect(identity.know('wm_uid', 'u_1', { plan: 'team' })).toEqual({ plan: 'team', email: 'ana@acme.test' })
  expect(identity.know('wm_uid', 'u_2', { plan: 'free' })).toEqual({ plan: 'free' })
})

test('a session ends after 30 minutes without an event, on whichever page the events happen', () => {
  const browser = createBrowser()
  const page = browser.open()
  const session = page.session()
  browser.pass(29 * MINUTE)
  expect(page.session()).toBe(session)
  browser.pass(29 * MINUTE)
  const next = browser.open()
  expect(next.session()).toBe(session)
  browser.pass(29 * MINUTE)
  next.session()
  browser.pass(29 * MINUTE)
  // 58 minutes since this page's own last event, but the visit went on elsewhere.
  expect(page.session()).toBe(session)
  browser.pass(32 * MINUTE)
  expect(page.session()).not.toBe(session)
})

test('reset forgets user, account, traits and session, and the anonymous id unless it is kept', () => {
  const browser = createBrowser()
  const page = browser.open()
  const [id, session] = [page.get('wm_aid'), page.session()]
  page.know('wm_uid', 'u_1', { email: 'ana@acme.test' })
  page.save()
  page.forget(true)
  page.save()
  expect([page.get('wm_uid'), page.get('wm_aid'), page.session()]).toEqual(['', id, session])
  expect(page.know('wm_uid', 'u_2', {})).toEqual({})
  page.forget()
  page.save()
  expect(page.get('wm_aid')).not.toBe(id)
  expect(page.session()).not.toBe(session)
  expect(browser.open().get('wm_aid')).toBe(page.get('wm_aid'))
  expect(Object.keys(browser.storage)).toEqual(['wm_aid'])
})

test('a tab that comes back sees who signed in or out in another one', () => {
  const browser = createBrowser()
  const page = browser.open()
  page.get('wm_aid')
  page.save()
  const other = browser.open()
  other.know('wm_uid', 'u_1', {})
  other.save()
  expect(page.get('wm_uid')).toBe('')
  page.reload()
  expect(page.get('wm_uid')).toBe('u_1')
})
