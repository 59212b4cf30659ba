import { isRecord } from '../event/json.ts'

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

/** Parameters that advertisers add to the pages they send people to. */
const CLICK_IDS = [
  'gclid',
  'gbraid',
  'wbraid',
  'dclid',
  'fbclid',
  'msclkid',
  'li_fat_id',
  'ttclid',
  'twclid',
  'rdt_cid',
  'epik',
  'qclid',
  'bd_vid',
  'yclid',
  'ScCid',
]

/** What the parameters of an address say of a campaign. */
export type AddressCampaign = CampaignFacts

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
  }
}

function clickIdIn(parameters: URLSearchParams): string {
  for (const name of CLICK_IDS) {
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
