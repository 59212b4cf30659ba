/** Turns a call into an event, with the page and the identity of this moment, and hands it to the outbox. */
import type { EventType, Json, PageContext } from '@waymark/schemas/event'
import { LIMITS } from '@waymark/schemas/limits'
import type { CallOptions } from './api.ts'
import type { Identity } from './identity.ts'
import { byteLength, type Outbox } from './outbox.ts'
import { campaignOf, pageContext } from './page.ts'
import type { Report } from './sender.ts'
import { LIBRARY } from './version.ts'

export interface Recorder {
  page(): PageContext
  record(type: EventType, fields: Json, options: CallOptions): void
  /** From here on the page was reached from this address of the same document. */
  cameFrom(href: string): void
}

export function createRecorder(outbox: Outbox, identity: Identity, pageId: string, now: () => number, report: Report): Recorder {
  let { referrer } = document
  let seen = ''
  let page: PageContext = {}
  let shared = ''

  /** Reads the address at each call; builds the rest only when something changed. */
  const look = () => {
    const sessionId = identity.session()
    const { href } = location
    const { title } = document
    const key = sessionId + href + title + referrer
    if (key !== seen) {
      seen = key
      page = pageContext(href, title, referrer)
      // No `webdriver`: bots are labelled by their user agent, and a webdriver is also how people test their own site.
      const { userAgent, language } = navigator
      shared = JSON.stringify({ page, campaign: campaignOf(href), sessionId, userAgent, locale: language, library: LIBRARY }).slice(1, -1)
    }
    return page
  }

  return {
    page: look,
    record(type, fields, { timestamp, context, integrations, messageId, anonymousId, userId }) {
      look()
      const clientSeq = outbox.next()
      const id = `${pageId}-${clientSeq}`
      const text = JSON.stringify({
        messageId: messageId || id,
        type,
        timestamp: new Date(timestamp ?? now()).toISOString(),
        anonymousId: anonymousId || identity.get('wm_aid'),
        userId: userId || identity.get('wm_uid') || undefined,
        ...fields,
        integrations,
        context: { clientSeq, groupId: identity.get('wm_gid') || undefined, ...context },
      })
      // It would be refused, and in front of the queue refused for ever.
      if (byteLength(text + shared) > LIMITS.eventBytes) report('event_too_large', 'dropped, over 64 KiB', [{ text }])
      else outbox.add(id, shared, text)
    },
    cameFrom(href) {
      referrer = href
    },
  }
}
