import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, ORDINARY_USER_AGENT } from './browser.ts'
import { seriousFlaws, type Visitor, visitor } from './consoleVisitor.ts'
import { KEYS, type RunningGateway, read, send, startGateway, temporaryDataDir } from './gateway.ts'
import { startVendorSite } from './vendorSite.ts'

const PASSWORD = 'correct horse battery staple'
/** Breaks out of text and attributes, turns the reading direction, hides. */
const EVIL = '"\'></pre><script>alert(1)</script><img src=x onerror=alert(1)> \u202e\u2066\u200b\u001b[2J'

const data = temporaryDataDir()
let gateway: RunningGateway
let site: Awaited<ReturnType<typeof startVendorSite>>
let browser: Browser
let operator: Visitor

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path })
  site = await startVendorSite(gateway.url)
  browser = await launchChromium()
  operator = await visitor(browser, { width: 'wide', scheme: 'light' }, gateway.url)
  await signIn(operator.page)
})
afterAll(async () => {
  await browser.close()
  site.close()
  await gateway.stop()
  data.remove()
})

async function signIn(page: Page): Promise<void> {
  const link = /http:\/\/\S+\/console\/set-up\?token=\S+/.exec(gateway.output())?.[0]
  if (link === undefined) throw new Error('the gateway printed no set-up link')
  await page.goto(link)
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.locator('input[name=again]').fill(PASSWORD)
  await page.getByRole('button').first().click()
  await page.waitForURL('**/console/')
}

/** The live page, listening. */
async function openLive(query = ''): Promise<Page> {
  await operator.page.goto(`${gateway.url}/console/live${query}`)
  await operator.page.getByText('Live', { exact: true }).waitFor()
  return operator.page
}

const row = (page: Page, text: string) => page.locator('#live-list > li', { hasText: text })

describe('the live page', () => {
  test('tells how to send a first event; the command that it shows works', async () => {
    const page = await openLive()
    const command = (await page.locator('#live-empty pre').textContent()) ?? ''
    expect(command).toContain(`${gateway.url}/v1/track -u ${KEYS.browser}: `)
    const [, body = ''] = /-d '(.+)'$/.exec(command) ?? []
    const answer = await fetch(`${gateway.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${KEYS.browser}:`).toString('base64')}` },
      body,
    })
    expect(answer.status).toBe(200)
    await row(page, 'Hello Waymark').waitFor()
    await expect.poll(() => page.locator('#live-empty').count()).toBe(0)
  })

  test('shows the page view of a visitor, sent by the shipped SDK, within two seconds of its arrival', async () => {
    const page = await openLive()
    const visit = await browser.newContext({ userAgent: ORDINARY_USER_AGENT })
    const visitorPage = await visit.newPage()
    const answered = visitorPage.waitForResponse(
      response => new URL(response.url()).origin === gateway.url && response.request().method() === 'POST',
    )
    await visitorPage.goto(`${site.url}/pricing`)
    await answered
    await row(page, '/pricing').waitFor({ timeout: 2000 })
    const shown = row(page, '/pricing').first()
    expect(await shown.getAttribute('data-outcome')).toBe('stored')
    await shown.locator('summary').click()
    expect(await shown.locator('pre').textContent()).toContain('"title": "/pricing"')
    await visit.close()
  })

  test('names what is wrong with a bad event, and why a whole request was refused', async () => {
    const page = await openLive()
    await send(gateway, [{ type: 'track', userId: 'ana', messageId: 'bad-1' }])
    const rejected = row(page, 'event is missing')
    await rejected.waitFor()
    expect(await rejected.getAttribute('data-outcome')).toBe('rejected')
    expect(await rejected.locator('summary').textContent()).toMatch(/required[\s\S]*\/event/)
    await send(gateway, [{ type: 'track', userId: 'ana', event: 'Lost' }], { key: 'wk_mistyped' })
    const refused = row(page, 'unknown_write_key')
    await refused.waitFor()
    expect(await refused.getAttribute('data-outcome')).toBe('refused')
    expect(await page.locator('#live-list').textContent()).not.toContain('wk_mistyped')
    const again = { type: 'track', userId: 'ana', event: 'Told Twice', messageId: 'twice-1' }
    await send(gateway, [again])
    await send(gateway, [again])
    await page.locator('li[data-outcome=deduplicated]', { hasText: 'twice-1' }).waitFor({ state: 'attached' })
  })

  test('stands still while it is paused, and then shows what came meanwhile', async () => {
    const page = await openLive()
    await page.getByRole('button', { name: 'Pause' }).click()
    await send(gateway, [{ type: 'track', userId: 'ana', event: 'While Paused' }])
    // The feed has it: a page opened now shows it.
    const other = await operator.context.newPage()
    await other.goto(`${gateway.url}/console/live`)
    expect(await row(other, 'While Paused').count()).toBe(1)
    await other.close()
    expect(await row(page, 'While Paused').count()).toBe(0)
    await page.getByRole('button', { name: 'Resume' }).click()
    await row(page, 'While Paused').waitFor()
    expect(await row(page, 'While Paused').count()).toBe(1)
  })

  test('lists only what the filter asks for, before and after it goes live', async () => {
    const page = await openLive('?outcome=rejected&source=backend')
    expect(new Set(await page.locator('#live-list > li').evaluateAll(all => all.map(li => li.dataset.outcome)))).toEqual(
      new Set(['rejected']),
    )
    await send(gateway, [
      { type: 'track', userId: 'bo', event: 'Not Asked For' },
      { type: 'trakc', userId: 'bo', messageId: 'asked-for' },
    ])
    await row(page, 'trakc').first().waitFor()
    expect(await row(page, 'Not Asked For').count()).toBe(0)
  })

  test('works without script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    await context.addCookies(await operator.context.cookies())
    const page = await context.newPage()
    await page.goto(`${gateway.url}/console/live?q=while`)
    expect(await row(page, 'While Paused').count()).toBe(1)
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0)
    await page.getByRole('link', { name: 'Refresh' }).click()
    expect(await row(page, 'While Paused').count()).toBe(1)
    await context.close()
  })

  test('what strangers send stays text, in rows that came with the page and after it', async () => {
    const page = await openLive()
    const evil = { url: `https://acme.test/${EVIL}`, path: EVIL, title: EVIL }
    await send(gateway, [
      {
        type: 'page',
        userId: EVIL,
        name: EVIL,
        messageId: `evil ${EVIL}`,
        context: { page: evil, groupId: EVIL },
        properties: { [EVIL]: EVIL },
      },
      { type: EVIL, userId: EVIL, event: EVIL, messageId: `bad ${EVIL}` },
      { type: 'group', userId: EVIL, groupId: EVIL, traits: { [EVIL]: EVIL } },
      { type: 'track', userId: 'last of them', event: 'End Of Evil' },
    ])
    await row(page, 'End Of Evil').waitFor()
    for (const isReloaded of [false, true]) {
      if (isReloaded) await openLive()
      for (const details of await page.locator('#live-list details').all())
        await details.evaluate(element => element.setAttribute('open', ''))
      expect(await page.locator('main script, main img').count(), 'only the page’s own script').toBe(1)
      const text = (await page.locator('#live-list').textContent()) ?? ''
      expect(text).toContain('<script>alert(1)</script>')
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
  })

  test('may run its own script; no other page of the console may run any', async () => {
    const policyOf = async (path: string) =>
      (await operator.context.request.get(gateway.url + path)).headers()['content-security-policy'] ?? ''
    expect(await policyOf('/console/live')).toMatch(/default-src 'none';.*script-src 'self'; connect-src 'self'$/)
    for (const path of ['/console/', '/console/rejected', '/console/live.js', '/console/sources', '/console/sign-in', '/console/nothing']) {
      const policy = await policyOf(path)
      expect(policy, path).toMatch(/default-src 'none';.*require-trusted-types-for 'script'; trusted-types 'none'$/)
      expect(policy, path).not.toContain('script-src')
    }
  })

  test('is readable for everyone and breaks no policy', async () => {
    expect(await seriousFlaws(await openLive())).toEqual([])
    expect(operator.complaints).toEqual([])
  })
})

describe('the page of rejected events', () => {
  test('lists what failed with what to do, by source and reason, hostile events as text', async () => {
    await expect.poll(async () => (await read<{ data: unknown[] }>(gateway, '/v1/rejected')).data.length, { timeout: 15_000 }).toBe(3)
    const { page } = operator
    await page.goto(`${gateway.url}/console/rejected`)
    expect(await page.locator('table').first().textContent()).toMatch(/backend[\s\S]*required[\s\S]*a track call needs “event”/)
    await page.getByRole('link', { name: 'required' }).click()
    expect(await page.locator('.rejected tbody tr').count()).toBe(1)
    await page.getByText('As it came').click()
    expect(await page.locator('.rejected pre').textContent()).toContain('"messageId": "bad-1"')
    await page.goto(`${gateway.url}/console/rejected?code=unknown_type`)
    const text = (await page.locator('main').textContent()) ?? ''
    expect(text).toContain('<script>alert(1)</script>')
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(await page.locator('script, main img').count()).toBe(0)
    expect(await seriousFlaws(page)).toEqual([])
    expect(operator.complaints).toEqual([])
  })
})

describe('the end', () => {
  test('a stopping gateway ends the streams of live pages itself instead of cutting them off', async () => {
    const page = await openLive()
    const [session] = await operator.context.cookies()
    const stream = await fetch(`${gateway.url}/console/live/stream`, { headers: { cookie: `${session?.name}=${session?.value}` } })
    const stopped = gateway.stop()
    // A connection that is cut makes this fail.
    expect(await stream.text()).toContain('event: pulse')
    expect(await stopped).toBe(0)
    await page.getByText('Connection lost; trying again …').waitFor()
  })
})
