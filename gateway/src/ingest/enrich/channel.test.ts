import { describe, expect, it } from 'vitest'
import { createAddressReader } from './address.ts'
import { campaignOf } from './campaign.ts'
import { arrivalOf } from './channel.ts'

const parseAddress = createAddressReader()
const PAGE = 'https://www.acme.com/pricing'

function arrival(query: string, referrer: string) {
  const page = parseAddress(`${PAGE}${query}`)
  return arrivalOf(campaignOf(undefined, page?.campaign), parseAddress(referrer), page)
}

describe('the channel of a visit', () => {
  it.each([
    ['', '', 'direct', ''],
    ['', 'https://www.google.com/', 'organic_search', 'organic'],
    ['', 'https://www.google.co.uk/search?q=x', 'organic_search', 'organic'],
    ['', 'https://duckduckgo.com/', 'organic_search', 'organic'],
    ['', 'https://www.baidu.com/link', 'organic_search', 'organic'],
    ['', 'https://www.linkedin.com/feed/', 'social', 'social'],
    ['', 'https://t.co/abc', 'social', 'social'],
    ['', 'https://news.ycombinator.com/', 'social', 'social'],
    ['', 'https://chatgpt.com/', 'ai_assistant', 'ai'],
    ['', 'https://gemini.google.com/app', 'ai_assistant', 'ai'],
    ['', 'https://www.perplexity.ai/', 'ai_assistant', 'ai'],
    ['', 'https://mail.google.com/mail/u/0', 'email', 'email'],
    ['', 'https://blog.example.org/post', 'referral', 'referral'],
    ['', 'https://not-google.com.evil.test/', 'referral', 'referral'],
    ['', 'android-app://com.slack', 'referral', 'referral'],
    ['', 'android-app://com.linkedin.android/', 'social', 'social'],
    ['', 'https://docs.google.com/document/d/1', 'referral', 'referral'],
    ['', 'https://www.yandex.kz/', 'organic_search', 'organic'],
    ['', 'https://google.evil-partner.com/', 'referral', 'referral'],
    ['', 'https://copilot.microsoft.com/', 'ai_assistant', 'ai'],
    ['', 'https://claude.ai/chat/1', 'ai_assistant', 'ai'],
    ['', 'https://grok.com/', 'ai_assistant', 'ai'],
    ['', 'https://webmail.provider.test/', 'email', 'email'],
    ['', 'https://app.acme.com/start', '', ''],
    ['', 'https://accounts.google.com/', '', ''],
    ['', 'https://acme.okta.com/login', '', ''],
    ['', 'https://checkout.stripe.com/c/pay', '', ''],
    ['?utm_source=claude', '', 'ai_assistant', ''],
    ['?utm_source=perplexity.ai&utm_medium=referral', '', 'referral', 'referral'],
    ['?mc_cid=1', '', 'email', 'email'],
    ['?srsltid=x', 'https://www.google.com/', 'organic_search', 'organic'],
    ['?irclickid=x', 'https://blog.example.org/', 'referral', 'affiliate'],
    ['', 'https://www.acme.com/', '', ''],
    ['', 'https://docs.acme.com/start', '', ''],
    ['', 'https://acme.com/', '', ''],
    ['?utm_source=google&utm_medium=cpc', 'https://www.google.com/', 'paid_search', 'cpc'],
    ['?utm_source=linkedin&utm_medium=CPC', '', 'paid_social', 'cpc'],
    ['?utm_source=linkedin&utm_medium=paid_social', '', 'paid_social', 'paid_social'],
    ['?utm_source=linkedin&utm_medium=social', '', 'social', 'social'],
    ['?utm_source=linkedin', '', 'social', ''],
    ['?utm_source=news&utm_medium=email', 'https://www.google.com/', 'email', 'email'],
    ['?utm_source=newsletter', '', 'email', ''],
    ['?utm_source=dv360&utm_medium=display', '', 'display', 'display'],
    ['?utm_source=chatgpt.com', 'https://chatgpt.com/', 'ai_assistant', ''],
    ['?utm_source=partner&utm_medium=referral', '', 'referral', 'referral'],
    ['?utm_source=google', '', 'organic_search', ''],
    ['?utm_medium=podcast', '', 'other', 'podcast'],
    ['?gclid=x', 'https://www.google.com/', 'paid_search', 'cpc'],
    ['?li_fat_id=x', 'https://www.linkedin.com/', 'paid_social', 'cpc'],
    ['?dclid=x', '', 'display', 'cpc'],
    ['?fbclid=x', 'https://l.facebook.com/', 'social', 'social'],
    ['?utm_source=google&gclid=1', 'https://www.google.com/', 'paid_search', 'cpc'],
    ['?utm_source=google&wbraid=x', '', 'paid_search', 'cpc'],
    ['?utm_source=linkedin&li_fat_id=x', '', 'paid_social', 'cpc'],
    ['?utm_source=dv360&dclid=x', '', 'display', 'cpc'],
    ['?utm_source=partner&irclickid=x', '', 'referral', 'affiliate'],
    ['?utm_source=google&srsltid=x', '', 'organic_search', ''],
    ['?utm_source=facebook&fbclid=x', '', 'social', ''],
    ['?utm_source=newsletter&gclid=x', '', 'paid_search', 'cpc'],
    ['?utm_source=google&utm_medium=organic&gclid=x', '', 'organic_search', 'organic'],
    ['?utm_medium=email&gclid=x', '', 'email', 'email'],
    ['?utm_source=instagram&mc_cid=1', '', 'social', ''],
    ['?utm_medium=affiliates', '', 'referral', 'affiliates'],
    ['?utm_medium=partners', '', 'referral', 'partners'],
    ['?utm_medium=partnership', '', 'referral', 'partnership'],
    ['?utm_medium=referrals', '', 'referral', 'referrals'],
  ])('%s from “%s” is %s', (query, referrer, channel, medium) => {
    expect(arrival(query, referrer)).toEqual({ channel, medium })
  })

  it('takes the neighbours under a public suffix for strangers', () => {
    const page = parseAddress('https://acme.github.io/')
    expect(arrivalOf(campaignOf(undefined), parseAddress('https://other.github.io/'), page).channel).toBe('referral')
    expect(arrivalOf(campaignOf(undefined), parseAddress('https://acme.github.io/a'), page).channel).toBe('')
  })

  it('takes one host for itself, also where it has no domain', () => {
    for (const host of ['localhost:3000', '10.0.0.7', 'intranet'])
      expect(arrivalOf(campaignOf(undefined), parseAddress(`http://${host}/a`), parseAddress(`http://${host}/b`)).channel).toBe('')
  })

  it('is empty for an event without a page', () => {
    expect(arrivalOf(campaignOf(undefined), null, null)).toEqual({ channel: '', medium: '' })
  })
})

describe('the campaign', () => {
  const url = parseAddress(`${PAGE}?utm_campaign=spring&utm_source=google&utm_medium=cpc&utm_term=cdp&utm_content=a&utm_id=7&gclid=Cj0`)

  it('is read from the address when the event does not tell it', () => {
    expect(campaignOf(undefined, url?.campaign)).toEqual({
      name: 'spring',
      source: 'google',
      medium: 'cpc',
      term: 'cdp',
      content: 'a',
      id: '7',
      clickId: 'gclid:Cj0',
    })
    expect(campaignOf({}, url?.campaign).name).toBe('spring')
  })

  it('is what the event says, not a mixture of the two', () => {
    expect(campaignOf({ name: 'autumn', source: ' bing ' }, url?.campaign)).toEqual({
      name: 'autumn',
      source: 'bing',
      medium: '',
      term: '',
      content: '',
      id: '',
      clickId: 'gclid:Cj0',
    })
  })
})
