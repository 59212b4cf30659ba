import { getDomain, getDomainWithoutSuffix } from 'tldts'
import { type CampaignFacts, CLICKS } from './campaign.ts'
import { BRANDS, KINDS, type Kind } from './referrers.ts'

/** How a visit arrived. `''`: no arrival at all, a step within the site or an event without a page. */
export type Channel =
  | 'direct'
  | 'organic_search'
  | 'paid_search'
  | 'social'
  | 'paid_social'
  | 'email'
  | 'referral'
  | 'ai_assistant'
  | 'display'
  | 'other'
  | ''

export interface Arrival {
  readonly channel: Channel
  /** As the campaign says, else `organic`, `social`, `referral`, `ai`, `cpc`, '' for a direct visit. */
  readonly medium: string
}

/** What the channel is told from, of an address. */
interface Place {
  readonly hostname: string
  /** As `siteOf` tells it. */
  readonly site: string
  /** How one arrives who comes from there. */
  readonly referral: Arrival
}

/** Web mail of one's own provider. */
const WEBMAIL = /^(?:mail|webmail|email)\./

const SEARCH_SOURCE = /^(?:google|bing|yahoo|duckduckgo|baidu|yandex|naver|ecosia|adwords)(?:[ ._-]?ads)?$/
const SOCIAL_SOURCE =
  /^(?:linkedin|facebook|fb|meta|instagram|ig|twitter|x|youtube|reddit|tiktok|pinterest|weibo|wechat|zhihu|douyin)(?:[ ._-]?ads)?$/
const ASSISTANT_SOURCE = /^(?:chatgpt|openai|claude|anthropic|gemini|bard|perplexity|copilot|grok|deepseek|mistral|doubao|kimi)$/

/** Tells the channel from the medium first (it was written on purpose), then a click id that was paid for, the source, any other click id, the referrer. */
export function arrivalOf(campaign: CampaignFacts, referrer: Place | null, page: Pick<Place, 'site'> | null): Arrival {
  const medium = campaign.medium.toLowerCase()
  const source = campaign.source.toLowerCase()
  const host = referrer?.hostname ?? ''
  const clicked = campaign.clickId === '' ? undefined : CLICKS.get(campaign.clickId.slice(0, campaign.clickId.indexOf(':')))
  // Advertisers tag links with their name and leave the rest to the click id; whoever names a medium has said it all.
  if (medium === '' && isPaid(clicked)) return clicked
  if (medium !== '' || source !== '') return { channel: ofCampaign(medium, source, host), medium }
  if (clicked !== undefined && clicked !== null) return clicked
  if (page === null && referrer === null) return { channel: '', medium: '' }
  if (referrer === null) return { channel: 'direct', medium: '' }
  if (page !== null && referrer.site === page.site) return { channel: '', medium: '' }
  return referrer.referral
}

function isPaid(clicked: Arrival | null | undefined): clicked is Arrival {
  return clicked?.medium === 'cpc' || clicked?.medium === 'affiliate'
}

function ofCampaign(medium: string, source: string, host: string): Channel {
  // `utm_source=chatgpt.com`: some senders name themselves by their host.
  const named = source.includes('.') ? kindOf(source) : null
  const isSocial = SOCIAL_SOURCE.test(source) || named === 'social' || (source === '' && kindOf(host) === 'social')
  if (/^(?:e-?mail|newsletter|edm)$/.test(medium) || (medium === '' && /^(?:e-?mail|newsletter)$/.test(source))) return 'email'
  if (/^(?:display|banner|cpm|programmatic|interstitial)$/.test(medium)) return 'display'
  if (/^(?:paid[ _-]?social|social[ _-]?paid|cpc[ _-]social)$/.test(medium)) return 'paid_social'
  if (/^(?:cpc|ppc|cpa|cpv|sem|paid|paid[ _-]?search|retargeting|ads?)$/.test(medium)) return isSocial ? 'paid_social' : 'paid_search'
  if (/^(?:organic[ _-]?social|social(?:[ _-]?(?:media|network))?|sm)$/.test(medium)) return 'social'
  if (/^organic(?:[ _-]?search)?$/.test(medium)) return 'organic_search'
  if (/^(?:referrals?|affiliates?|partners?|partnership|link)$/.test(medium)) return 'referral'
  if (named === 'assistant' || ASSISTANT_SOURCE.test(source) || /^(?:ai|llm|chatbot)$/.test(medium)) return 'ai_assistant'
  if (medium !== '') return 'other'
  if (isSocial) return 'social'
  return SEARCH_SOURCE.test(source) || named === 'search' ? 'organic_search' : 'referral'
}

const ARRIVALS: { readonly [kind in Kind]: Arrival } = {
  search: { channel: 'organic_search', medium: 'organic' },
  social: { channel: 'social', medium: 'social' },
  assistant: { channel: 'ai_assistant', medium: 'ai' },
  mail: { channel: 'email', medium: 'email' },
  return: { channel: '', medium: '' },
  other: { channel: 'referral', medium: 'referral' },
}

/** The channel of visits that come from this host. */
export function referralFrom(host: string): Arrival {
  return ARRIVALS[kindOf(host) ?? (WEBMAIL.test(host) ? 'mail' : 'other')]
}

/** What a host is known for: by its own name or that of a host it is below, else as one of the names of a brand. */
function kindOf(host: string): Kind | null {
  for (let from = 0; from !== -1; from = host.indexOf('.', from) + 1 || -1) {
    const kind = KINDS.get(host.slice(from))
    if (kind !== undefined) return kind
  }
  const brand = getDomainWithoutSuffix(host)
  const searches = brand === null ? undefined : BRANDS.get(brand)
  if (searches === undefined) return null
  const domain = getDomain(host) ?? ''
  return searches.test(host.slice(0, Math.max(0, host.length - domain.length - 1))) ? 'search' : WEBMAIL.test(host) ? 'mail' : 'other'
}

/** The registrable domain of a host; of one without (a number, an intranet's, a public suffix itself) the host. */
export function siteOf(host: string): string {
  return getDomain(host, OWN_SITES) ?? host
}

// Under github.io and its like each name is somebody else's.
const OWN_SITES = { allowPrivateDomains: true }
