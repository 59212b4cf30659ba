import { isbotMatch } from 'isbot'
import { isRecord, type JsonObject } from '../event/json.ts'

const NAMED = /\b[a-z]{1,24}(?:bot|crawler|spider)\b/i
const NAME_CHARS = 24

/** Why a browser of this name is none that a person uses, '' when nothing says so. */
export function botInAgent(userAgent: string): string {
  if (/headless|phantomjs/i.test(userAgent)) return 'headless browser'
  const match = userAgent === '' ? null : isbotMatch(userAgent)
  if (match === null) return ''
  // Some patterns match the whole text, which is no reason anybody wants to read or to group by.
  const name = NAMED.exec(userAgent)?.[0] ?? match.trim()
  return name.length <= NAME_CHARS ? `user agent: ${name.toLowerCase()}` : 'user agent of no browser'
}

/**
 * Why an event was not made by a person, '' when nothing says so. Bots are stored and labelled, never dropped.
 * `webdriver` is `navigator.webdriver`: true while a program drives the browser.
 */
export function botReason(inAgent: string, webdriver: unknown): string {
  return inAgent === '' && webdriver === true ? 'webdriver' : inAgent
}

/** Why an event was not made by a person, told by what its context says of the machine; '' when nothing says so. */
export function botSignal({ screen }: JsonObject): string {
  // A window can have no size, in a tab that was never shown; a screen that a person looks at cannot.
  return isRecord(screen) && screen.width === 0 && screen.height === 0 ? 'no screen' : ''
}
