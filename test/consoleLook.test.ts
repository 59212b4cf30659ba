import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium } from './browser.ts'
import { LOOKS, type Look, overflows, seriousFlaws, signUp, type Visitor, visitor } from './consoleVisitor.ts'
import { type RunningGateway, read, send, startGateway, temporaryDataDir } from './gateway.ts'

/** With it, each page is also kept as a picture, e.g. `WAYMARK_PICTURES=/tmp/pictures vitest run test/consoleLook.test.ts`. */
const pictures = process.env.WAYMARK_PICTURES

const data = temporaryDataDir()
let gateway: RunningGateway
let browser: Browser
let session: Awaited<ReturnType<BrowserContext['cookies']>>
const found: Record<'hot' | 'dormant', string> = { hot: '', dormant: '' }

beforeAll(async () => {
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
  gateway = await startGateway({ dataDir: data.path, args: [] })
  browser = await launchChromium()
  await vi.waitFor(() => expect(gateway.output()).toContain('The sample history is ready'), { timeout: 100_000, interval: 250 })
  // The live page and the rejected one have something to show of each kind.
  await send(gateway, [
    {
      type: 'page',
      anonymousId: 'look-1',
      messageId: 'look-1',
      properties: { url: 'https://www.larkmoor.example/pricing', title: 'Pricing' },
    },
    { type: 'track', userId: 'look-2', messageId: 'look-2' },
    { type: 'track', userId: 'look-2', event: 'Demo Requested', messageId: 'look-3' },
  ])
  await send(gateway, [{ type: 'track', userId: 'u', event: 'Lost' }], { key: 'wk_unknown' })
  const query = async (text: string) => {
    const {
      data: [first],
    } = await read<{ data: { accountId: string }[] }>(gateway, `/v1/accounts?${text}&limit=1`)
    return first?.accountId ?? ''
  }
  found.hot = await query('band=hot')
  found.dormant = await query('status=dormant')
})
afterAll(async () => {
  await browser.close()
  await gateway.stop()
  data.remove()
})

async function look({ page, complaints }: Visitor, name: string, { width, scheme }: Look): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${width}-${scheme}.png`), fullPage: true })
  // What a page is made of depends on its width, its colours on the scheme: two looks show both to axe, which takes seconds a page.
  if ((width === 'wide') === (scheme === 'light')) expect(await seriousFlaws(page), name).toEqual([])
  expect(await overflows(page), `${name} scrolls sideways`).toBe(false)
  expect(complaints, name).toEqual([])
}

describe('before the sign-in', () => {
  test('the set-up link, used once, leads to the accounts', async () => {
    const visit = await visitor(browser, { width: 'wide', scheme: 'light' }, gateway.url)
    const { page, context } = visit
    await page.goto(/http:\S+set-up\S+/.exec(gateway.output())?.[0] ?? '')
    await look(visit, 'set-up', { width: 'wide', scheme: 'light' })
    await signUp(page, gateway)
    session = await context.cookies()
    await context.close()
  })

  test.each(LOOKS)('the sign-in page is fine ($width, $scheme)', async one => {
    const visit = await visitor(browser, one, gateway.url)
    await visit.page.goto(`${gateway.url}/console/sign-in`)
    await look(visit, 'sign-in', one)
    await visit.context.close()
  })
})

const PAGES: readonly { readonly name: string; readonly path: () => string; readonly status?: number }[] = [
  { name: 'accounts', path: () => '/console/?limit=12' },
  { name: 'accounts-filtered', path: () => '/console/?stage=evaluate&status=active&sort=name' },
  { name: 'accounts-none', path: () => '/console/?q=nobody-is-called-this' },
  { name: 'account-hot', path: () => `/console/accounts/${found.hot}` },
  { name: 'account-dormant', path: () => `/console/accounts/${found.dormant}` },
  { name: 'live', path: () => '/console/live?q=look' },
  { name: 'rejected', path: () => '/console/rejected' },
  { name: 'sources', path: () => '/console/sources' },
  { name: 'health', path: () => '/console/health' },
  { name: 'no-account', path: () => '/console/accounts/nobody.example', status: 404 },
  { name: 'no-page', path: () => '/console/nothing', status: 404 },
]
const DEMO = [
  '/demo/',
  '/demo/articles/lead-times',
  '/demo/pricing',
  '/demo/compare/spreadsheets',
  '/demo/docs',
  '/demo/webinars/stockroom-in-an-hour',
  '/demo/request-demo',
  '/demo/signup',
  '/demo/careers',
]

describe('every page of the console', () => {
  test.each(LOOKS)(
    'is fine ($width, $scheme)',
    async one => {
      const visit = await visitor(browser, one, gateway.url)
      await visit.context.addCookies(session)
      for (const { name, path, status = 200 } of PAGES) {
        const answer = await visit.page.goto(gateway.url + path())
        expect(answer?.status(), name).toBe(status)
        // A browser logs a page that answers 404 as an error of its own.
        if (status === 404) (visit.complaints as string[]).splice(0)
        await look(visit, name, one)
      }
      await visit.context.close()
    },
    120_000,
  )
})

describe('every page of the demo site', () => {
  test.each(LOOKS)(
    'is fine ($width, $scheme)',
    async one => {
      const visit = await visitor(browser, one, gateway.url)
      for (const path of DEMO) {
        await visit.page.goto(gateway.url + path)
        await visit.page.locator('.panel li.delivered').first().waitFor({ state: 'attached' })
        await look(visit, `demo${path.slice('/demo'.length).replaceAll('/', '-')}`, one)
      }
      await visit.context.close()
    },
    120_000,
  )
})
