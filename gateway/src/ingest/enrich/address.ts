import { type AddressCampaign, campaignInAddress } from './campaign.ts'
import { type Arrival, referralFrom } from './channel.ts'
import { remembered } from './remembered.ts'

/** What is told by the address of a page. */
export interface Address {
  readonly hostname: string
  readonly pathname: string
  readonly campaign: AddressCampaign
  /** How one arrives who comes from there. */
  readonly referral: Arrival
}

/** null for anything but an address of the web. */
export type ReadAddress = (text: string) => Address | null

/** Reads addresses. Parsing one takes 2 to 5 µs, and the pages and referrers of a site are few: the last `capacity` are remembered. */
export function createAddressReader(capacity = 5000): ReadAddress {
  const known = remembered(parse, capacity)
  return text => (text === '' ? null : known(text))
}

function parse(text: string): Address | null {
  if (!/^https?:\/\//i.test(text)) return null
  const url = URL.parse(text)
  if (url === null) return null
  const { hostname, pathname } = url
  return { hostname, pathname, campaign: campaignInAddress(url), referral: referralFrom(hostname) }
}

/** Path of a page: as the sender says, else out of its address. */
export function pathOf(said: string, address: Address | null): string {
  return said === '' ? (address?.pathname ?? '') : said
}
