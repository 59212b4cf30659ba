/** What a page of a customer sees and sends: the shipped one-file build in real Chromium. */
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { bundle } from '../sdk-browser/build.ts'
import { snippet } from '../sdk-browser/src/snippet.ts'
import { launchChromium, ORDINARY_USER_AGENT } from './browser.ts'
import { type Collector, type Site, startCollector, startSite } from './browserSite.ts'

let browser: Browser
let collector: Collector
let site: Site
let context: BrowserContext

const tag = (extra = '') => `<script src="/waymark.js" data-write-key="wk" data-host="${collector.url}"${extra}></script>`
const at = (path: string, host = 'www.acme.test') => `http://${host}:${site.port}${path}`

beforeAll(async () => {
  const script = await bundle('waymark.js')
  site = await startSite(script, path => {
    const title = `<!doctype html><title>${path}</title>`
    if (path === '/blank') return { body: title }
    if (path === '/manual') return { body: title + tag(' data-auto-page="false"') }
    if (path === '/snippet')
      return {
        body: title + snippet({ writeKey: 'wk', host: collector.url, src: '/waymark.js' }) + '<script>waymark.track("Early")</script>',
      }
    if (path === '/strict') {
      const policy = `default-src 'none'; script-src 'nonce-n1'; connect-src ${collector.url}; require-trusted-types-for 'script'`
      const body = title + snippet({ writeKey: 'wk', host: collector.url, src: '/waymark.js', nonce: 'n1' })
      return { body, headers: { 'content-security-policy': policy } }
    }
    return { body: title + tag() }
  })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  site?.close()
})
beforeEach(async () => {
  collector = await startCollector()
  context = await browser.newContext({ userAgent: ORDINARY_USER_AGENT })
})
afterEach(async () => {
  await context.close()
  collector.close()
})

async function open(path: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(at(path))
  return page
}

test('a script tag is enough: the page view arrives with page, campaign, session and library, without a preflight', async () => {
  const page = await open('/pricing?utm_source=news&utm_campaign=spring#plans')
  const [event] = await collector.until(events => events.length === 1)
  expect(event).toMatchObject({
    type: 'page',
    properties: { path: '/pricing', title: '/pricing' },
    context: {
      clientSeq: 1,
      page: {
        url: at('/pricing?utm_source=news&utm_campaign=spring'),
        path: '/pricing',
        search: '?utm_source=news&utm_campaign=spring',
        referrer: '',
      },
      campaign: { name: 'spring', source: 'news' },
      userAgent: ORDINARY_USER_AGENT,
      library: { name: '@waymark/browser' },
    },
  })
  expect(event?.messageId).toMatch(/^[0-9a-f]{32}-1$/)
  expect(event?.context).not.toHaveProperty('webdriver')
  expect(collector.requests).toMatchObject([
    { method: 'POST', contentType: 'text/plain;charset=UTF-8', keys: ['writeKey', 'sentAt', 'context', 'batch'] },
  ])
  expect(await page.evaluate(() => window.Waymark?.createWaymark !== undefined)).toBe(true)
})
