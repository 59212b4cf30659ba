import { isbotMatch } from 'isbot'

const REASON_CHARS = 40

/** Why a browser of this name is none that a person uses, '' when nothing says so. */
export function botInAgent(userAgent: string): string {
  if (/headless|phantomjs/i.test(userAgent)) return 'headless browser'
  const match = userAgent === '' ? null : isbotMatch(userAgent)
  return match === null ? '' : `user agent: ${match.trim().toLowerCase().slice(0, REASON_CHARS)}`
}

/**
 * Why an event was not made by a person, '' when nothing says so. Bots are stored and labelled, never dropped.
 * `webdriver` is `navigator.webdriver`: true while a program drives the browser.
 */
export function botReason(inAgent: string, webdriver: unknown): string {
  return inAgent === '' && webdriver === true ? 'webdriver' : inAgent
}
