/** Puts the parts together: calls become events, events go to the outbox, the page's life tells the sender when. */
import type { EventType } from '@waymark/schemas/event'
import type { Callback, DeliveryError, Json, Waymark, WaymarkOptions } from './api.ts'
import { readArguments } from './calls.ts'
import { createJar } from './cookies.ts'
import { createIdentity } from './identity.ts'
import { createOutbox, LEASE_MS } from './outbox.ts'
import { isNewView } from './page.ts'
import { randomId } from './random.ts'
import { createRecorder } from './recorder.ts'
import { createSender, type Report } from './sender.ts'
import { createStore } from './storage.ts'
import { createPost } from './transport.ts'
import { watchAddress } from './views.ts'

/** Lets the application set the title, redirect, or say `page()` itself before the automatic view is taken. */
const VIEW_DELAY_MS = 50
/** Names the page that left this tab last, whose leftovers the next page in the tab takes at once; a popup inherits it from its opener, which lives. */
const TAB_KEY = 'wm_p'

/** A call made before the script had arrived: method, arguments, when. */
export type EarlierCall = [method: keyof Waymark, args: ArrayLike<unknown>, at: number]

/** The client of a page; needs a `document`. */
export function createClient(options: WaymarkOptions, earlier: readonly EarlierCall[] = []): Waymark {
  const { writeKey, host, path = '/v1/batch', autoPage = true, consent = 'granted', respectGpc = true } = options
  const pageId = randomId()
  let replayedAt: number | undefined
  const now = () => replayedAt ?? Date.now()
  const later = (run: () => void, ms: number) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  }

  const listeners = new Set<(error: DeliveryError) => void>()
  /** Whatever goes wrong in here stays out of the page. */
  const safely = (run: () => void, failed: (thrown: unknown) => void = console.error) => {
    try {
      run()
    } catch (thrown) {
      failed(thrown)
    }
  }
  const report: Report = (code, message, lines = [], status = 0, willRetry = false) => {
    const messageIds = lines.map(({ text }) => /"messageId":"([^"]*)/.exec(text)?.[1] || '')
    for (const listener of listeners) safely(() => listener({ code, message, status, messageIds, willRetry }))
  }

  const store = createStore(() => localStorage)
  const tab = createStore(() => sessionStorage)
  const jar = createJar(document, location.hostname, location.protocol === 'https:', pageId)
  const identity = createIdentity(jar, store, now, randomId)
  let isGranted = false
  let scannedAt = 0
  let callbacks: Callback[] = []
  /** Takes back the automatic page view that is due. */
  let cancelView: (() => void) | undefined
  let address = location.href

  const outbox = createOutbox({
    store,
    writeKey,
    owner: pageId,
    now,
    soon: queueMicrotask,
    committed() {
      identity.save()
      sender.wake()
      const ready = callbacks
      callbacks = []
      for (const callback of ready) safely(callback)
    },
    dropped: lines => report('outbox_full', 'dropped, outbox full', lines),
  })
  const sender = createSender({
    outbox,
    writeKey,
    post: createPost(host + path),
    report,
    now,
    random: Math.random,
    later,
    idle() {
      // The answer to what left before consent was withdrawn may have brought a cookie back.
      if (!isGranted) identity.erase()
      else if (now() - scannedAt > 6 * LEASE_MS) adopt()
    },
  })
  const recorder = createRecorder(outbox, identity, pageId, now, report)

  const adopt = () => {
    if (!isGranted) return
    identity.reload()
    // A page that crashed a moment ago looks alive until its lease is over.
    if (outbox.adopt(tab.get(TAB_KEY)) && !scannedAt) later(adopt, LEASE_MS)
    scannedAt = now()
    sender.wake()
    tab.remove(TAB_KEY)
  }

  const call =
    (type: EventType, count: number, fields: (words: (string | undefined)[], data: Json) => Json) =>
    (...args: unknown[]) =>
      safely(
        () => {
          if (!isGranted) return
          if (type === 'page') dropView()
          else takeView()
          const { words, data, options: called, callback } = readArguments(args, count)
          // An alias has no data: its options follow the names.
          recorder.record(type, fields(words, data), type === 'alias' ? data : called)
          if (callback) callbacks.push(callback)
        },
        thrown => report('invalid_call', `${type}: ${thrown}`),
      )

  const page = call('page', 2, (words, data) => {
    const [name, category] = words.filter(Boolean).reverse()
    return { category, name, properties: { ...recorder.page(), ...data } }
  })
  const dropView = () => {
    cancelView?.()
    cancelView = undefined
  }
  /** The automatic page view, now instead of a moment later: whatever follows comes after it. */
  const takeView = () => {
    if (cancelView) page()
  }
  const viewSoon = () => {
    dropView()
    if (autoPage && isGranted) cancelView = later(takeView, VIEW_DELAY_MS)
  }

  const start = () => {
    isGranted = true
    viewSoon()
    // Not while the page loads: the first touch of localStorage alone takes milliseconds.
    later(adopt, VIEW_DELAY_MS)
  }

  const leave = () => {
    takeView()
    outbox.commit()
    sender.leave()
    if (isGranted) tab.set(TAB_KEY, pageId)
  }
  watchAddress(replaced => {
    const from = address
    address = location.href
    if (!isNewView(from, address, replaced)) return
    recorder.cameFrom(from)
    viewSoon()
  })
  document.addEventListener('visibilitychange', () => (document.hidden ? leave() : adopt()))
  // Never `unload` or `beforeunload`: both are unreliable and forbid the back-forward cache.
  addEventListener('pagehide', leave)
  addEventListener('pageshow', event => {
    if (!event.persisted) return
    outbox.reconcile()
    adopt()
    sender.retry()
    viewSoon()
  })
  addEventListener('online', sender.retry)

  const client: Waymark = {
    page,
    track: call('track', 1, ([event], data) => ({ event: required(event, 'event name'), properties: data })),
    identify: call('identify', 1, ([id], data) => ({ traits: identity.know('wm_uid', id, data) })),
    group: call('group', 1, ([id], data) => ({ groupId: required(id, 'group id'), traits: identity.know('wm_gid', id, data) })),
    alias: call('alias', 2, ([id, previous]) => ({
      userId: required(id, 'user id'),
      previousId: previous || identity.get('wm_uid') || identity.get('wm_aid'),
    })),
    reset(kept) {
      if (!isGranted) return
      takeView()
      identity.forget(kept?.keepAnonymousId)
      identity.save()
    },
    flush() {
      takeView()
      return sender.flush()
    },
    consent({ analytics }) {
      if (analytics && !isGranted) start()
      if (analytics) return
      isGranted = false
      dropView()
      outbox.clear()
      identity.erase()
      tab.remove(TAB_KEY)
    },
    on(_name, listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    anonymousId: () => (isGranted ? identity.get('wm_aid') : ''),
  }
  if (consent === 'granted' && !(respectGpc && (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl)) start()
  for (const [method, args, at] of earlier) {
    replayedAt = at
    safely(() => (client[method] as (...given: unknown[]) => unknown)(...Array.from(args)))
  }
  replayedAt = undefined
  return client
}

function required(value: string | undefined, what: string): string {
  if (!value) throw new TypeError(`the ${what} is missing`)
  return value
}
