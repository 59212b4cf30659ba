import { describe, expect, it } from 'vitest'
import { createAgentReader } from './agent.ts'
import { botReason } from './bot.ts'

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1'
const IPAD =
  'Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.0 Mobile/15E148 Safari/604.1'
const EDGE = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0'

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
    ['curl/8.5.0', 'user agent: curl/8.5.0'],
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
