import { isRecord } from '../event/json.ts'
import type { Arrival } from './channel.ts'

/** Where a visit came from, '' where nothing was said. */
export interface CampaignFacts {
  readonly name: string
  readonly source: string
  readonly medium: string
  readonly term: string
  readonly content: string
  readonly id: string
  /** `gclid:…`: the advertiser's parameter and its value. */
  readonly clickId: string
}

const PAID_SEARCH: Arrival = { channel: 'paid_search', medium: 'cpc' }
const PAID_SOCIAL: Arrival = { channel: 'paid_social', medium: 'cpc' }
const DISPLAY: Arrival = { channel: 'display', medium: 'cpc' }
const EMAIL: Arrival = { channel: 'email', medium: 'email' }
const AFFILIATE: Arrival = { channel: 'referral', medium: 'affiliate' }

/**
 * Parameters that advertisers and senders add to the pages they send people to, the more telling ones first, and how one arrives by them.
 * null: it says who sent them, not whether that was paid for.
 */
export const CLICKS: ReadonlyMap<string, Arrival | null> = new Map([
  ['gclid', PAID_SEARCH],
  ['gbraid', PAID_SEARCH],
  ['wbraid', PAID_SEARCH],
  ['dclid', DISPLAY],
  ['msclkid', PAID_SEARCH],
  ['fbclid', null],
  ['li_fat_id', PAID_SOCIAL],
  ['ttclid', PAID_SOCIAL],
  ['twclid', PAID_SOCIAL],
  ['rdt_cid', PAID_SOCIAL],
  ['epik', PAID_SOCIAL],
  ['qclid', PAID_SOCIAL],
  ['ScCid', PAID_SOCIAL],
  ['sccid', PAID_SOCIAL],
  ['ndclid', PAID_SOCIAL],
  ['bd_vid', PAID_SEARCH],
  ['qhclickid', PAID_SEARCH],
  ['yclid', PAID_SEARCH],
  ['ysclid', { channel: 'organic_search', medium: 'organic' }],
  ['srsltid', { channel: 'organic_search', medium: 'organic' }],
  ['s_kwcid', PAID_SEARCH],
  ['vmcid', DISPLAY],
  ['tblci', DISPLAY],
  ['dicbo', DISPLAY],
  ['obclid', DISPLAY],
  ['irclickid', AFFILIATE],
  ['cjevent', AFFILIATE],
  ['awc', AFFILIATE],
  ['igsh', { channel: 'social', medium: 'social' }],
  ['igshid', { channel: 'social', medium: 'social' }],
  ['mc_cid', EMAIL],
  ['_hsmi', EMAIL],
])

/** What the parameters of an address say of a campaign. */
export interface AddressCampaign extends CampaignFacts {
  /** Its other `utm_` parameters, without that; absent where there are none. */
  readonly more?: { readonly [name: string]: string }
}

const MOST_MORE = 16
const MOST_CHARS = 512

const NOTHING: AddressCampaign = { name: '', source: '', medium: '', term: '', content: '', id: '', clickId: '' }

export function campaignInAddress({ search, searchParams }: Pick<URL, 'search' | 'searchParams'>): AddressCampaign {
  if (search === '') return NOTHING
  const field = (parameter: string) => (searchParams.get(parameter) ?? '').trim()
  return {
    name: field('utm_campaign'),
    source: field('utm_source'),
    medium: field('utm_medium'),
    term: field('utm_term'),
    content: field('utm_content'),
    id: field('utm_id'),
    clickId: clickIdIn(searchParams),
    ...(search.includes('utm_') ? moreIn(searchParams) : {}),
  }
}

function moreIn(parameters: URLSearchParams): Pick<AddressCampaign, 'more'> {
  const more: { [name: string]: string } = {}
  let count = 0
  for (const [parameter, value] of parameters) {
    const [, name] = /^utm_([a-z\d][\w.-]{0,63})$/i.exec(parameter) ?? []
    if (name === undefined || value === '' || HAVE_COLUMNS.has(name) || name in more) continue
    more[name] = value.slice(0, MOST_CHARS)
    if (++count === MOST_MORE) break
  }
  return count === 0 ? {} : { more }
}

const HAVE_COLUMNS: ReadonlySet<string> = new Set(['campaign', 'source', 'medium', 'term', 'content', 'id'])

function clickIdIn(parameters: URLSearchParams): string {
  for (const name of CLICKS.keys()) {
    const value = parameters.get(name)
    if (value) return `${name}:${value}`
  }
  return ''
}

/** What the event says of its campaign; where it says nothing, what the address of the page does. */
export function campaignOf(campaign: unknown, inAddress: AddressCampaign = NOTHING): CampaignFacts {
  if (!isRecord(campaign)) return inAddress
  const said: CampaignFacts = {
    name: text(campaign.name),
    source: text(campaign.source),
    medium: text(campaign.medium),
    term: text(campaign.term),
    content: text(campaign.content),
    id: text(campaign.id),
    clickId: inAddress.clickId,
  }
  const isSaid = said.name || said.source || said.medium || said.term || said.content || said.id
  return isSaid ? said : inAddress
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}
