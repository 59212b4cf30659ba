import { isbotMatch } from 'isbot'
import { isRecord, type JsonObject } from '../event/json.ts'

/** The services of mail programs that load the pictures of a letter, for their readers or before anybody read it. */
const MAIL_PROXY = /\bGoogleImageProxy\b|\b[\w-]{0,24}Mail[\w-]{0,12}Proxy\b/i
/** What machines call themselves: `OAI-SearchBot`, `Slack-ImgProxy`, and `ChatGPT-User`, which fetches a page for somebody who asked about it. */
const NAMED = /\b(?:[a-z0-9]{1,24}-){0,3}(?:[a-z]{1,24}(?:bot|crawler|spider|proxy)\b(?:-[a-z]{1,24})?|(?<=[a-z0-9]-)user(?=[/;)\s]|$))/i
/** `Mozilla/5.0 (compatible; YandexImages/3.0; …`. */
const COMPATIBLE = /\bcompatible; *((?!MSIE)[a-z][a-z-]{1,40}[a-z])/i
const NAME_CHARS = 40

/** Why a browser of this name is none that a person uses, '' when nothing says so. */
export function botInAgent(userAgent: string): string {
  if (/headless|phantomjs/i.test(userAgent)) return 'headless browser'
  if (isMailProxy(userAgent)) return 'mail proxy'
  const match = userAgent === '' ? null : isbotMatch(userAgent)
  if (match === null) return ''
  // Of some the match is all of the text, of others `User/1.0;` or a piece of an address: no reason that anybody wants to read or to group by.
  const name = NAMED.exec(userAgent)?.[0] ?? COMPATIBLE.exec(userAgent)?.[1] ?? wordAround(userAgent, match.trim())
  return name === '' || name.length > NAME_CHARS ? 'user agent of no browser' : `user agent: ${name.toLowerCase()}`
}

/** Whether this is a mail program's service, which names itself as it likes. */
export function isMailProxy(userAgent: string): boolean {
  return MAIL_PROXY.test(userAgent)
}

/** The name, without its version, in which the match begins; '' where it is of an address, or every browser's. */
function wordAround(text: string, match: string): string {
  const from = text.indexOf(match)
  const [before = ''] = /[a-z\d-]*$/i.exec(text.slice(0, from)) ?? []
  const [after = ''] = /^[a-z\d-]*/i.exec(text.slice(from)) ?? []
  const name = `${before}${after}`.replace(/^[-\d]+|-+$/g, '')
  const isOfAddress = /[.:/@]/.test(text[from - before.length - 1] ?? '') || text.startsWith('://', from + after.length)
  return isOfAddress || /^mozilla$/i.test(name) ? '' : name
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
