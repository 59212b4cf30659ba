import type { CampaignFacts } from './campaign.ts'

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
  /** How one arrives who comes from there. */
  readonly referral: Arrival
}

const SEARCH =
  /(?:^|\.)(?:google|bing|yahoo|duckduckgo|ecosia|baidu|yandex|startpage|qwant|naver|sogou|seznam|so)\.[a-z.]{2,6}$|^search\.brave\.com$/
const SOCIAL =
  /(?:^|\.)(?:linkedin|facebook|instagram|twitter|x|t|lnkd|youtube|reddit|pinterest|tiktok|threads|weibo|zhihu|douyin|xiaohongshu|quora|medium)\.(?:com|net|cn|in|co)$|(?:^|\.)(?:bsky\.app|mastodon\.social|youtu\.be|news\.ycombinator\.com|weixin\.qq\.com)$/
const ASSISTANT =
  /(?:^|\.)(?:chatgpt\.com|openai\.com|perplexity\.ai|claude\.ai|gemini\.google\.com|copilot\.microsoft\.com|chat\.deepseek\.com|deepseek\.com|doubao\.com|kimi\.com|moonshot\.cn|you\.com|poe\.com|grok\.com|mistral\.ai)$/
const MAIL = /^(?:mail|webmail|outlook|email)\.|(?:^|\.)(?:mail\.google\.com|outlook\.live\.com|outlook\.office\.com)$/

const SEARCH_SOURCE = /^(?:google|bing|yahoo|duckduckgo|baidu|yandex|naver|ecosia|adwords)(?:[ ._-]?ads)?$/
const SOCIAL_SOURCE =
  /^(?:linkedin|facebook|fb|meta|instagram|ig|twitter|x|youtube|reddit|tiktok|pinterest|weibo|wechat|zhihu|douyin)(?:[ ._-]?ads)?$/

/** Click parameters of advertisers that sell search, of those that sell feeds, and of those that sell banners. */
const CLICK_CHANNEL: { readonly [parameter: string]: Channel } = {
  gclid: 'paid_search',
  gbraid: 'paid_search',
  wbraid: 'paid_search',
  msclkid: 'paid_search',
  bd_vid: 'paid_search',
  yclid: 'paid_search',
  li_fat_id: 'paid_social',
  ttclid: 'paid_social',
  twclid: 'paid_social',
  rdt_cid: 'paid_social',
  epik: 'paid_social',
  qclid: 'paid_social',
  ScCid: 'paid_social',
  dclid: 'display',
}

/** Tells the channel from the campaign first (it was written on purpose), then the advertiser's click id, then the referrer. */
export function arrivalOf(campaign: CampaignFacts, referrer: Place | null, page: Pick<Place, 'hostname'> | null): Arrival {
  const medium = campaign.medium.toLowerCase()
  const source = campaign.source.toLowerCase()
  const host = referrer?.hostname ?? ''
  if (medium !== '' || source !== '') return { channel: ofCampaign(medium, source, host), medium }
  const clicked = campaign.clickId === '' ? undefined : CLICK_CHANNEL[campaign.clickId.slice(0, campaign.clickId.indexOf(':'))]
  if (clicked !== undefined) return { channel: clicked, medium: 'cpc' }
  if (page === null && referrer === null) return { channel: '', medium: '' }
  if (referrer === null) return { channel: 'direct', medium: '' }
  if (page !== null && sameSite(host, page.hostname)) return { channel: '', medium: '' }
  return referrer.referral
}

function ofCampaign(medium: string, source: string, host: string): Channel {
  const isSocial = SOCIAL_SOURCE.test(source) || SOCIAL.test(source) || (source === '' && SOCIAL.test(host))
  if (/^(?:e-?mail|newsletter|edm)$/.test(medium) || (medium === '' && /^(?:e-?mail|newsletter)$/.test(source))) return 'email'
  if (/^(?:display|banner|cpm|programmatic|interstitial)$/.test(medium)) return 'display'
  if (/^(?:paid[ _-]?social|social[ _-]?paid|cpc[ _-]social)$/.test(medium)) return 'paid_social'
  if (/^(?:cpc|ppc|cpa|cpv|sem|paid|paid[ _-]?search|retargeting|ads?)$/.test(medium)) return isSocial ? 'paid_social' : 'paid_search'
  if (/^(?:organic[ _-]?social|social(?:[ _-]?(?:media|network))?|sm)$/.test(medium)) return 'social'
  if (/^organic(?:[ _-]?search)?$/.test(medium)) return 'organic_search'
  if (/^(?:referral|affiliate|partner|link)$/.test(medium)) return 'referral'
  if (ASSISTANT.test(source) || medium === 'ai') return 'ai_assistant'
  if (medium !== '') return 'other'
  if (isSocial) return 'social'
  return SEARCH_SOURCE.test(source) ? 'organic_search' : 'referral'
}

/** The channel of visits that come from this host. */
export function referralFrom(host: string): Arrival {
  if (ASSISTANT.test(host)) return { channel: 'ai_assistant', medium: 'ai' }
  if (MAIL.test(host)) return { channel: 'email', medium: 'email' }
  if (SEARCH.test(host)) return { channel: 'organic_search', medium: 'organic' }
  if (SOCIAL.test(host)) return { channel: 'social', medium: 'social' }
  return { channel: 'referral', medium: 'referral' }
}

/** The page's own host, one it is a part of, or one that is a part of it; `www.` is no part. */
function sameSite(a: string, b: string): boolean {
  if (a === b) return true
  const [left, right] = [withoutWww(a), withoutWww(b)]
  return left === right || left.endsWith(`.${right}`) || right.endsWith(`.${left}`)
}

function withoutWww(host: string): string {
  return host.startsWith('www.') ? host.slice(4) : host
}
