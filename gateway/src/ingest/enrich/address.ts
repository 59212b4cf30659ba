import { type AddressCampaign, campaignInAddress } from './campaign.ts'
import { type Arrival, referralFrom, siteOf } from './channel.ts'
import { REDACT, type Redact } from './redact.ts'
import { remembered } from './remembered.ts'

/** What is told by the address of a page. */
export interface Address {
  /** As it is stored: scheme and host as browsers write them, without a login, secrets or e-mail addresses. */
  readonly text: string
  readonly hostname: string
  readonly pathname: string
  /** Registrable domain of the host, by which pages are of one site. */
  readonly site: string
  readonly campaign: AddressCampaign
  /** How one arrives who comes from there. */
  readonly referral: Arrival
}

/** null for anything but an address of the web or of an Android app. */
export type ReadAddress = (text: string) => Address | null

/** Reads addresses. Parsing one takes 5 to 10 µs, and the pages and referrers of a site are few: the last `capacity` are remembered. */
export function createAddressReader(capacity = 5000, redact: Redact = REDACT): ReadAddress {
  const known = remembered(text => parse(text, redact), capacity)
  return text => (text === '' ? null : known(text))
}

function parse(text: string, redact: Redact): Address | null {
  if (!/^(?:https?|android-app):\/\//i.test(text)) return null
  const url = URL.parse(text)
  if (url === null) return null
  const { protocol, host, hostname, pathname } = url
  // Only the part before the path: how a site spells its paths is its own affair, and groups of pages are told by it.
  const rest = text.trim().replace(/^[a-z-]+:\/\/[^/?#\\]*/i, '')
  // As browsers write what would end an address, or be no part of it.
  const written = rest.replace(/[\t\n\r]/g, '').replace(/[\s"<>]/g, encodeURIComponent)
  const clean = redact(`${protocol}//${host}${written}`)
  return {
    text: clean,
    hostname,
    pathname: redact(pathname),
    site: siteOf(hostname),
    // Some put the recipient of a letter into its campaign.
    campaign: campaignInAddress(URL.parse(clean) ?? url),
    referral: referralFrom(hostname),
  }
}

/** Path of a page: as the sender says, else out of its address. */
export function pathOf(said: string, address: Address | null): string {
  return said === '' ? (address?.pathname ?? '') : said
}
