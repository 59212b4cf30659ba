/** Puts the parts together: calls become events, events go to the outbox, the page's life tells the sender when. */
import type { EventType } from '@waymark/schemas/event'
import type { Callback, DeliveryError, Json, Waymark, WaymarkOptions } from './api.ts'
import { type Arguments, readArguments } from './calls.ts'
import { createJar } from './cookies.ts'
import { createIdentity, type IdName, type TraitsName } from './identity.ts'
import { createOutbox, LEASE_MS, messageIdOf } from './outbox.ts'
import { isNewView } from './page.ts'
import { watchPage } from './pageLife.ts'
import { randomId } from './random.ts'
import { createRecorder } from './recorder.ts'
import { createSender } from './sender.ts'
import { createStore } from './storage.ts'
import { createPost } from './transport.ts'

/** Lets the application set the title, redirect, or say `page()` itself before the automatic view is taken. */
const VIEW_DELAY_MS = 50
/** Names this tab's latest page, whose leftovers the next page in the tab takes at once. */
const TAB_KEY = 'wm_p'

/** A call made before the script had arrived: method, arguments, when. */
export type EarlierCall = [method: keyof Waymark, args: ArrayLike<unknown>, at: number]

/** The client of a page; needs a `document`. */
export function createClient(options: WaymarkOptions, earlier: readonly EarlierCall[] = []): Waymark {
  const { writeKey, host, autoPage = true, consent = 'granted', respectGpc = true } = options
  const pageId = randomId()
  let replayedAt: number | undefined
  const now = () => replayedAt ?? Date.now()
  const later = (run: () => void, ms: number) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  }

  const listeners = new Set<(error: DeliveryError) => void>()
  const report = (error: DeliveryError) => {
    for (const listener of listeners) safely(() => listener(error), console.error)
  }
  const refuse = (code: DeliveryError['code'], message: string, messageIds: string[] = []) =>
    report({ code, message, status: 0, messageIds, willRetry: false })
  /** Whatever goes wrong in here stays out of the page. */
  const safely = (run: () => void, failed: (thrown: unknown) => void = thrown => refuse('invalid_call', `${thrown}`)) => {
    try {
      run()
    } catch (thrown) {
      failed(thrown)
    }
  }

  const store = createStore(() => localStorage)
  const tab = createStore(() => sessionStorage)
  const jar = createJar({ document, hostname: location.hostname, secure: location.protocol === 'https:', probe: pageId })
  const identity = createIdentity({ jar, store, now, newId: randomId })

  let granted = false
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
      for (const callback of ready) safely(callback, console.error)
    },
    dropped: lines => refuse('outbox_full', `${lines.length} event(s) dropped: the outbox is full`, lines.map(messageIdOf)),
  })
  const recorder = createRecorder({
    outbox,
    identity,
    pageId,
    now,
    tooLarge: id => refuse('event_too_large', 'dropped: over 64 KiB', [id]),
  })
  const sender = createSender({
    outbox,
    writeKey,
    post: createPost(host.replace(/\/$/, '')),
    report,
    clock: () => performance.now(),
    now,
    random: Math.random,
    later,
    idle: () => now() - scannedAt > 6 * LEASE_MS && adopt(),
  })

  const adopt = () => {
    const isFirst = !scannedAt
    scannedAt = now()
    const previous = tab.get(TAB_KEY)
    tab.set(TAB_KEY, pageId)
    // A page that crashed a moment ago in another tab looks alive until its lease is over.
    if (outbox.adopt(previous === pageId ? null : previous) && isFirst) later(adopt, LEASE_MS)
    sender.wake()
  }

  const record = (type: EventType, { options, callback }: Pick<Arguments, 'options' | 'callback'>, fields: () => Json) =>
    safely(() => {
      if (!granted) return
      if (type === 'page') {
        cancelView?.()
        cancelView = undefined
      } else takeView()
      recorder.record(type, fields(), options)
      if (callback) callbacks.push(callback)
    })

  const page = (args: readonly unknown[]) => {
    const { words, data, ...rest } = readArguments(args, 2)
    const names = words.filter(Boolean)
    record('page', rest, () => ({
      category: names[1] && names[0],
      name: names[1] ?? names[0],
      properties: { ...recorder.page(), ...data },
    }))
  }
  /** The automatic page view, now instead of a moment later: whatever follows comes after it. */
  const takeView = () => {
    if (cancelView) page([])
  }
  const viewSoon = () => {
    cancelView?.()
    cancelView = later(takeView, VIEW_DELAY_MS)
  }

  /** Remembers an id and adds to its traits; another id starts with none. */
  const know = (idName: IdName, traitsName: TraitsName, id: string | undefined, added: Json): Json => {
    const known = identity.get(idName)
    const traits = id && known && id !== known ? added : { ...identity.traits(traitsName), ...added }
    if (id) identity.set(idName, id)
    if (Object.keys(traits).length) identity.setTraits(traitsName, traits)
    return traits
  }

  const start = () => {
    granted = true
    if (autoPage) viewSoon()
    // Not while the page loads: the first touch of localStorage alone takes milliseconds.
    later(() => granted && adopt(), VIEW_DELAY_MS)
  }

  watchPage({
    address: autoPage,
    moved(replaced) {
      const from = address
      address = location.href
      if (!isNewView(from, address, replaced)) return
      recorder.cameFrom(from)
      if (granted) viewSoon()
    },
    hidden() {
      takeView()
      outbox.commit()
      if (granted) sender.leave()
    },
    visible: () => identity.reload(),
    restored() {
      if (!granted) return
      outbox.reconcile()
      adopt()
      sender.retry()
      if (autoPage) viewSoon()
    },
    online: () => sender.retry(),
  })
  const isRefused = respectGpc && (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl
  if (consent === 'granted' && !isRefused) start()

  const client: Waymark = {
    page: (...args: unknown[]) => page(args),
    track(...args: unknown[]) {
      const { words, data, ...rest } = readArguments(args, 1)
      record('track', rest, () => ({ event: required(words[0], 'track: an event name'), properties: data }))
    },
    identify(...args: unknown[]) {
      const { words, data, ...rest } = readArguments(args, 1)
      record('identify', rest, () => ({ traits: know('wm_uid', 'wm_traits', words[0], data) }))
    },
    group(...args: unknown[]) {
      const { words, data, ...rest } = readArguments(args, 1)
      record('group', rest, () => {
        const groupId = required(words[0], 'group: a group id')
        return { groupId, traits: know('wm_gid', 'wm_gtraits', groupId, data) }
      })
    },
    alias(...args: unknown[]) {
      const { words, ...rest } = readArguments(args, 2)
      record('alias', rest, () => ({
        userId: required(words[0], 'alias: a user id'),
        previousId: words[1] ?? identity.get('wm_uid') ?? identity.get('wm_aid'),
      }))
    },
    reset: ({ keepAnonymousId = false } = {}) =>
      safely(() => {
        if (!granted) return
        takeView()
        identity.forget(keepAnonymousId)
        identity.save()
      }),
    flush() {
      takeView()
      return sender.flush()
    },
    consent: ({ analytics }) =>
      safely(() => {
        if (analytics && !granted) start()
        if (analytics) return
        granted = false
        cancelView?.()
        cancelView = undefined
        outbox.clear()
        identity.erase()
        tab.remove(TAB_KEY)
      }),
    on(_name, listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    anonymousId: () => (granted ? (identity.get('wm_aid') ?? '') : ''),
  }
  for (const [method, args, at] of earlier) {
    replayedAt = at
    safely(() => (client[method] as (...args: unknown[]) => unknown)(...Array.from(args)))
  }
  replayedAt = undefined
  return client
}

function required(value: string | undefined, what: string): string {
  if (!value) throw new TypeError(`${what} is missing`)
  return value
}
