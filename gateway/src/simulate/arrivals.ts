import type { Random } from './random.ts'

/** How a visit begins: the page that linked here, and what the link carried. */
export interface Arrival {
  readonly referrer: string
  /** Query of the first page, '' or `?utm_…`. */
  readonly search: string
  /** A click that was paid for. */
  readonly isAd: boolean
}

export type Way = 'direct' | 'search' | 'assistant' | 'social' | 'email' | 'paidSearch' | 'paidSocial' | 'display' | 'referral' | 'friend'

const USUAL: readonly (readonly [weight: number, way: Way])[] = [
  [20, 'direct'],
  [26, 'search'],
  [11, 'assistant'],
  [9, 'social'],
  [8, 'email'],
  [10, 'paidSearch'],
  [8, 'paidSocial'],
  [3, 'display'],
  [5, 'referral'],
]

/** One campaign follows the other over the history. */
const CAMPAIGNS = ['stockroom-audit', 'lead-time-guide', 'planner-webinar'] as const

/** `share` is the part of the history that has passed, 0 to 1. */
export function arrive(random: Random, share: number, way: Way = random.weighted(USUAL)): Arrival {
  const campaign = CAMPAIGNS[Math.min(CAMPAIGNS.length - 1, Math.floor(share * CAMPAIGNS.length))] ?? CAMPAIGNS[0]
  const tagged = (source: string, medium: string, more = '') => `?utm_source=${source}&utm_medium=${medium}&utm_campaign=${campaign}${more}`
  switch (way) {
    case 'direct':
      return { referrer: '', search: '', isAd: false }
    case 'search':
      return {
        referrer: random.pick(['https://www.google.com/', 'https://www.google.com/', 'https://www.bing.com/', 'https://duckduckgo.com/']),
        search: '',
        isAd: false,
      }
    case 'assistant':
      return {
        referrer: random.pick([
          'https://chatgpt.com/',
          'https://www.perplexity.ai/',
          'https://claude.ai/',
          'https://copilot.microsoft.com/',
        ]),
        search: '',
        isAd: false,
      }
    case 'social':
      return {
        referrer: random.pick(['https://www.linkedin.com/', 'https://www.reddit.com/', 'https://www.youtube.com/']),
        search: '',
        isAd: false,
      }
    case 'email':
      return { referrer: '', search: tagged('newsletter', 'email'), isAd: false }
    case 'paidSearch':
      return {
        referrer: 'https://www.google.com/',
        search: tagged('google', 'cpc', `&utm_term=spare+parts+planning&gclid=sample-${random.whole(1, 999_999)}`),
        isAd: true,
      }
    case 'paidSocial':
      return { referrer: 'https://www.linkedin.com/', search: tagged('linkedin', 'paid_social'), isAd: true }
    case 'display':
      return { referrer: 'https://plant-engineering.example/', search: tagged('plant-engineering', 'display'), isAd: true }
    case 'referral':
      return {
        referrer: random.pick(['https://maintenance-weekly.example/reviews', 'https://factory-forum.example/t/spare-parts']),
        search: '',
        isAd: false,
      }
    case 'friend':
      return { referrer: '', search: tagged('customer', 'referral'), isAd: false }
  }
}
