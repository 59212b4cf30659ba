/** Turns a call into an event, with the page and the identity of this moment, and hands it to the outbox. */
import type { EventType, Json, PageContext } from '@waymark/schemas/event'
import { LIMITS } from '@waymark/schemas/limits'
import type { CallOptions } from './api.ts'
import type { Identity } from './identity.ts'
import { byteLength, type Outbox } from './outbox.ts'
import { campaignOf, pageContext } from './page.ts'
import { LIBRARY } from './version.ts'

export interface RecorderEdges {
  outbox: Outbox
  identity: Identity
  pageId: string
  now: () => number
  /** An event larger than the gateway takes: it would block the queue for ever. */
  tooLarge: (messageId: string) => void
}

export interface Recorder {
  page(): PageContext
  record(type: EventType, fields: Json, options: CallOptions): void
  /** From here on the page was reached from this address of the same document. */
  cameFrom(href: string): void
}

export function createRecorder({ outbox, identity, pageId, now, tooLarge }: RecorderEdges): Recorder {
  let referrer = document.referrer
  let seen = ''
  let page: PageContext = {}
  let shared = ''

  /** Reads the address at each call; builds the rest only when something changed. */
  const look = () => {
    const session = identity.session()
    const { href } = location
    const { title } = document
    const key = [session, href, title, referrer].join('\n')
    if (key === seen) return
    seen = key
    page = pageContext(href, title, referrer)
    // No `webdriver`: bots are labelled by their user agent, and a webdriver is also how people test their own site.
    const { userAgent, language } = navigator
    shared = JSON.stringify({ page, campaign: campaignOf(href), sessionId: session, userAgent, locale: language, library: LIBRARY }).slice(
      1,
      -1,
    )
  }

  return {
    page() {
      look()
      return page
    },
    record(type, fields, { timestamp, context, integrations, ...ids }) {
      look()
      const clientSeq = outbox.next()
      const messageId = ids.messageId ?? `${pageId}-${clientSeq}`
      const text = JSON.stringify({
        messageId,
        type,
        timestamp: new Date(timestamp ?? now()).toISOString(),
        anonymousId: ids.anonymousId ?? identity.get('wm_aid'),
        userId: ids.userId ?? identity.get('wm_uid'),
        ...fields,
        integrations,
        context: { clientSeq, groupId: identity.get('wm_gid'), ...context },
      })
      if (byteLength(text) + byteLength(shared) > LIMITS.eventBytes) tooLarge(messageId)
      else outbox.add(`${pageId}-${clientSeq}`, shared, text)
    },
    cameFrom(href) {
      referrer = href
    },
  }
}
