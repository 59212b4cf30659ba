/** What a page of a customer sees and sends: the shipped one-file build in real Chromium. */
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { snippet } from '../sdk-browser/src/snippet.ts'
import { ORDINARY_USER_AGENT } from './browser.ts'
import { browserPages } from './browserPages.ts'

const tag = (host: string, extra = '') => `<script src="/waymark.js" data-write-key="wk" data-host="${host}"${extra}></script>`
const at = (path: string, host = 'www.acme.test') => `http://${host}:${pages.site.port}${path}`

const pages = browserPages((path, host) => {
  const title = `<!doctype html><title>${path}</title>`
  if (path === '/blank') return { body: title }
  if (path === '/manual') return { body: title + tag(host, ' data-auto-page="false"') }
  if (path === '/snippet')
    return {
      body: `${title}${snippet({ writeKey: 'wk', host, src: '/waymark.js' })}<script>waymark.track("Early")</script>`,
    }
  const policy = `default-src 'none'; script-src 'nonce-n1'; connect-src ${host}`
  if (path === '/strict') {
    const body = title + snippet({ writeKey: 'wk', host, src: '/waymark.js', nonce: 'n1' })
    return { body, headers: { 'content-security-policy': policy } }
  }
  if (path === '/stricter') {
    return {
      body: title + tag(host, ' nonce="n1"'),
      headers: { 'content-security-policy': `${policy}; require-trusted-types-for 'script'` },
    }
  }
  return { body: title + tag(host) }
})

async function open(path: string): Promise<Page> {
  const page = await pages.context.newPage()
  await page.goto(at(path))
  return page
}

/** Everything said so far has been delivered. */
async function sent(page: Page) {
  await page.waitForFunction(() => !Array.isArray(window.waymark))
  expect(await page.evaluate(() => window.waymark.flush())).toMatchObject({ pending: 0, failed: 0 })
}

test('a script tag is enough: the page view arrives with page, campaign, session and library, without a preflight', async () => {
  const page = await open('/pricing?utm_source=news&utm_campaign=spring#plans')
  const [event] = await pages.collector.until(events => events.length === 1)
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
  expect(pages.collector.requests).toMatchObject([
    { method: 'POST', contentType: 'text/plain;charset=UTF-8', keys: ['writeKey', 'sentAt', 'context', 'batch'] },
  ])
  expect(await page.evaluate(() => window.Waymark?.createWaymark !== undefined)).toBe(true)
})

test('calls made before the script has arrived keep their order', async () => {
  const page = await open('/snippet')
  await sent(page)
  expect(pages.collector.events().map(event => event.event ?? event.type)).toEqual(['page', 'Early'])
})

test('pages with a strict content policy work: the snippet by its nonce, the script tag under Trusted Types too', async () => {
  const page = await pages.context.newPage()
  const violations: string[] = []
  page.on('console', message => message.type() === 'error' && violations.push(message.text()))
  for (const path of ['/strict', '/stricter']) {
    await page.goto(at(path))
    await sent(page)
  }
  expect(violations).toEqual([])
  expect(pages.collector.events().map(event => event.context.page.path)).toEqual(['/strict', '/stricter'])
})

test('identify and group stay known on the next page; reset forgets them and takes a new anonymous id', async () => {
  let page = await open('/signup')
  await page.evaluate(() => {
    window.waymark.identify('u_1', { email: 'ana@acme.test' })
    window.waymark.group('acme', { name: 'Acme' })
  })
  await sent(page)
  page = await open('/app')
  await page.evaluate(() => window.waymark.track('Feature Activated', { name: 'export' }))
  await page.evaluate(() => window.waymark.reset())
  await page.evaluate(() => window.waymark.track('Signed Out'))
  await sent(page)
  const events = pages.collector.events()

  const [first, identify, group, , feature, signedOut] = events
  expect(identify).toMatchObject({ type: 'identify', userId: 'u_1', traits: { email: 'ana@acme.test' }, anonymousId: first?.anonymousId })
  expect(group).toMatchObject({ type: 'group', groupId: 'acme', traits: { name: 'Acme' } })
  expect(feature).toMatchObject({
    userId: 'u_1',
    anonymousId: first?.anonymousId,
    context: { groupId: 'acme', sessionId: first?.context.sessionId },
  })
  expect(signedOut?.userId).toBeUndefined()
  expect(signedOut?.context.groupId).toBeUndefined()
  expect(signedOut?.anonymousId).not.toBe(first?.anonymousId)
  const sequence = events.map(event => event.context.clientSeq)
  expect(sequence).toEqual([...sequence].sort((a, b) => a - b))
})

test('two subdomains share one anonymous id by a cookie of the whole site, which wins over localStorage', async () => {
  const page = await pages.context.newPage()
  await page.goto(at('/', 'www.acme.test'))
  await sent(page)
  await page.goto(at('/', 'app.acme.test'))
  await sent(page)
  const [first, second] = pages.collector.events()
  expect(second?.anonymousId).toBe(first?.anonymousId)

  const cookies = (await pages.context.cookies()).filter(({ name }) => name === 'wm_aid')
  expect(cookies).toMatchObject([{ domain: '.acme.test', path: '/', sameSite: 'Lax', secure: false, value: first?.anonymousId }])
  expect((cookies[0]?.expires ?? 0) - Date.now() / 1000).toBeGreaterThan(399 * 86_400)

  await page.evaluate(() => localStorage.setItem('wm_aid', 'a-stale-mirror'))
  await page.goto(at('/again', 'app.acme.test'))
  await sent(page)
  expect(pages.collector.events()[2]?.anonymousId).toBe(first?.anonymousId)
})

test('the id comes back from localStorage when the cookies are gone', async () => {
  await sent(await open('/'))
  await pages.context.clearCookies()
  await sent(await open('/again'))
  const [first, second] = pages.collector.events()
  expect(second?.anonymousId).toBe(first?.anonymousId)
})

test('every view of a single-page application counts once, with the previous address as referrer', async () => {
  const page = await open('/home')
  await sent(page)
  await page.evaluate(() => {
    // A router's push: the state of the old entry is replaced first, the new one once more after it.
    history.replaceState({ scroll: 7 }, '')
    history.pushState({}, '', '/pricing')
    history.replaceState({ key: 1 }, '', '/pricing')
    document.title = 'Pricing'
  })
  await sent(page)
  await page.evaluate(() => history.replaceState({}, '', '/pricing?seats=9'))
  await page.evaluate(() => location.assign('#team'))
  await page.evaluate(() => history.pushState({}, '', '#/route'))
  await sent(page)
  await page.goBack()
  await page.evaluate(() => window.waymark.track('Last'))
  await sent(page)
  expect(pages.collector.events().map(({ context: { page: seen } }) => [seen.path, seen.title, seen.referrer])).toEqual([
    ['/home', '/home', ''],
    ['/pricing', 'Pricing', at('/home')],
    ['/pricing', 'Pricing', at('/pricing?seats=9#team')],
    ['/pricing', 'Pricing', at('/pricing?seats=9#/route')],
    ['/pricing', 'Pricing', at('/pricing?seats=9#/route')],
  ])
})

test('a page view of the application itself replaces the automatic one, and automatic ones can be off', async () => {
  const page = await open('/home')
  await page.evaluate(() => {
    history.pushState({}, '', '/docs')
    window.waymark.page('Docs', { section: 'api' })
  })
  await sent(page)
  const manual = await open('/manual')
  await manual.evaluate(() => history.pushState({}, '', '/elsewhere'))
  await manual.evaluate(() => window.waymark.track('Only This'))
  await sent(manual)
  const names = pages.collector.events().map(event => event.event ?? event.name ?? event.context.page.path)
  expect(names.filter(name => name !== '/home')).toEqual(['Docs', 'Only This'])
})

test('without consent nothing is sent and nothing is stored; taking it back erases everything', async () => {
  const page = await open('/home')
  await sent(page)
  const kept = () =>
    page.evaluate(() => [document.cookie, ...Object.keys(localStorage), ...Object.keys(sessionStorage)].join().match(/wm_\w+/g))
  expect(await kept()).toEqual(expect.arrayContaining(['wm_aid', 'wm_sid']))

  await page.evaluate(() => {
    window.waymark.track('Never Sent')
    window.waymark.consent({ analytics: false })
    window.waymark.track('Never Sent')
    window.waymark.identify('u_1')
    history.pushState({}, '', '/other')
  })
  await page.evaluate(() => window.waymark.flush())
  expect(await kept()).toBeNull()

  await page.evaluate(() => window.waymark.consent({ analytics: true }))
  await sent(page)
  expect(pages.collector.events().map(event => event.context.page.path)).toEqual(['/home', '/other'])
  expect(pages.collector.tracked()).not.toContain('Never Sent')
})

test('Global Privacy Control starts denied until the visitor consents', async () => {
  await pages.context.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }))
  const page = await open('/home')
  await page.evaluate(() => window.waymark.track('Before'))
  expect(await page.evaluate(() => [window.waymark.anonymousId(), document.cookie])).toEqual(['', ''])
  await page.evaluate(() => window.waymark.consent({ analytics: true }))
  await sent(page)
  expect(pages.collector.events().map(event => event.type)).toEqual(['page'])
})

test('nothing that a page gets wrong is thrown into it; each mistake is told to its listener', async () => {
  const page = await open('/manual')
  const told = await page.evaluate(async () => {
    const errors: unknown[] = []
    const { waymark } = window
    waymark.on('error', () => {
      throw new Error('a listener of the page is broken')
    })
    waymark.on('error', error => errors.push(error.code))
    const circular: Record<string, unknown> = {}
    circular.self = circular
    waymark.track('')
    waymark.track('Circular', circular)
    waymark.track('Huge', { text: 'x'.repeat(70_000) })
    waymark.track('Fine')
    await waymark.flush()
    return errors
  })
  expect(told).toEqual(['invalid_call', 'invalid_call', 'event_too_large'])
  expect(pages.collector.tracked()).toEqual(['Fine'])
})
