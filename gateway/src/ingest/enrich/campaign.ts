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

/** What the event says of its campaign; where it says nothing, what the address of the page does. */
export function campaignOf(campaign: unknown, url: URL | null): CampaignFacts {
  const said = isRecord(campaign) ? campaign : {}
  const fromUrl = (name: string) => url?.searchParams.get(name) ?? ''
  const isSaid = ['name', 'source', 'medium', 'term', 'content', 'id'].some(name => text(said[name]) !== '')
  const field = (name: string, parameter: string) => (isSaid ? text(said[name]) : fromUrl(parameter).trim())
  return {
    name: field('name', 'utm_campaign'),
    source: field('source', 'utm_source'),
    medium: field('medium', 'utm_medium'),
    term: field('term', 'utm_term'),
    content: field('content', 'utm_content'),
    id: field('id', 'utm_id'),
    clickId: clickIdOf(url),
  }
}

function clickIdOf(url: URL | null): string {
  for (const name of CLICK_IDS) {
    const value = url?.searchParams.get(name)
    if (value) return `${name}:${value}`
  }
  return ''
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}
