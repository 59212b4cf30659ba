import { describe, expect, it } from 'vitest'
import { createAgentReader } from './agent.ts'
import { botReason } from './bot.ts'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1'
const IPAD =
  'Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.0 Mobile/15E148 Safari/604.1'
const EDGE = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0'

const compatible = (name: string) => `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ${name})`

describe('user agents', () => {
  const read = createAgentReader()

  it.each([
    [CHROME, 'Chrome', 'Linux', 'desktop'],
    [EDGE, 'Edge', 'Windows', 'desktop'],
    [IPHONE, 'Mobile Safari', 'iOS', 'mobile'],
    [IPAD, 'Mobile Safari', 'iOS', 'tablet'],
    ['', '', '', ''],
    ['curl/8.5.0', '', '', ''],
  ])('%s', (userAgent, browser, os, device) => {
    expect(read(userAgent)).toMatchObject({ browser, os, device })
  })

  it.each([
    [CHROME, ''],
    [IPHONE, ''],
    ['', ''],
    [CHROME.replace('Chrome/', 'HeadlessChrome/'), 'headless browser'],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'user agent: googlebot'],
    ['Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)', 'user agent: gptbot'],
    [compatible('ChatGPT-User/1.0; +https://openai.com/bot'), 'user agent: chatgpt-user'],
    [compatible('Perplexity-User/1.0; +https://perplexity.ai/perplexity-user'), 'user agent: perplexity-user'],
    [compatible('OAI-SearchBot/1.0; +https://openai.com/searchbot'), 'user agent: oai-searchbot'],
    [compatible('YandexImages/3.0; +http://yandex.com/bots'), 'user agent: yandeximages'],
    ['meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)', 'user agent: meta-externalagent'],
    ['facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)', 'user agent: facebookexternalhit'],
    [`${CHROME} PTST/240201`, 'user agent: ptst'],
    ['curl/8.5.0', 'user agent: curl'],
    ['Go-http-client/1.1', 'user agent: go-http-client'],
    ['Mozilla/5.0', 'user agent of no browser'],
    ['https://bot.example/', 'user agent of no browser'],
    ['Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)', 'mail proxy'],
    ['YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html', 'mail proxy'],
    ['DuckDuckGo-Mail-Proxy/1.0', 'mail proxy'],
    ['Slack-ImgProxy (+https://api.slack.com/robots)', 'user agent: slack-imgproxy'],
    ['x'.repeat(60), 'user agent of no browser'],
  ])('%s is labelled “%s”', (userAgent, reason) => {
    expect(read(userAgent).bot).toBe(reason)
  })

  it('counts a driven browser as a bot, and names the first reason only', () => {
    expect(botReason('', true)).toBe('webdriver')
    expect(botReason('', 'true')).toBe('')
    expect(botReason('headless browser', true)).toBe('headless browser')
  })

  it('does not read beyond 512 characters, so that a hostile one costs little', () => {
    const hostile = `${CHROME}${' '.repeat(512)}HeadlessChrome ${'('.repeat(1_000_000)}`
    const start = performance.now()
    expect(read(hostile).bot).toBe('')
    expect(performance.now() - start).toBeLessThan(500)
  })

  it('remembers only so many', () => {
    const small = createAgentReader(2)
    const first = small(CHROME)
    small(IPHONE)
    expect(small(CHROME)).toBe(first)
    small(EDGE)
    small(IPAD)
    expect(small(CHROME)).not.toBe(first)
    expect(small(CHROME)).toEqual(first)
  })
})
