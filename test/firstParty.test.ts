/** A site that serves the gateway under a path of its own: what a visitor's browser sends and keeps. */
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { launchChromium, ORDINARY_USER_AGENT } from './browser.ts'
import { gatewayEnvironment, KEYS, type RunningGateway, startGateway, temporaryDataDir } from './gateway.ts'
import { pageOf } from './peers/pages.ts'
import { waymark } from './waymark.ts'

const PATH = '/news/hello'
const data = temporaryDataDir()
let gateway: RunningGateway
let site: Server
let browser: Browser
/** A page with Segment's SDK, told nothing but the path. */
let segmentPage = ''
/** Paths that pages asked of the site. */
const asked: string[] = []
/** Cookies that the gateway set: a browser does not always tell a test of them. */
const cookiesSet: string[] = []
/** Until then no answer of the gateway goes on. */
const held: { until: Promise<void> } = { until: Promise.resolve() }

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path, env: { INGEST_PATH: PATH, TRUST_PROXY: 'loopback' } })
  site = createServer((incoming, response) => {
    asked.push(incoming.url ?? '')
    if (incoming.url?.startsWith(PATH) !== true) {
      response.setHeader('content-type', 'text/html')
      if (incoming.url === '/segment') return void response.end(segmentPage)
      return void response.end(
        `<!doctype html><title>Vendor</title><script src="${PATH}.js" data-write-key="${KEYS.browser}" data-path="${PATH}"></script>`,
      )
    }
    const headers = { ...incoming.headers, 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': incoming.headers.host ?? '' }
    const onward = request(gateway.url + incoming.url, { method: incoming.method ?? 'GET', headers }, answer => {
      cookiesSet.push(...(answer.headers['set-cookie'] ?? []))
      void held.until.then(() => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
    })
    onward.on('error', () => response.writeHead(502).end())
    incoming.pipe(onward)
  })
  await new Promise<void>(done => site.listen(0, '127.0.0.1', done))
  segmentPage = await pageOf('analytics-next', { writeKey: KEYS.browser, host: address(PATH) })
  browser = await launchChromium()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  site?.close()
  site?.closeAllConnections()
  await gateway?.stop()
  data.remove()
})

const address = (path: string, host = 'www.acme.test') => `http://${host}:${(site.address() as AddressInfo).port}${path}`

test('the id outlives the cookies of scripts where the source says so, and nothing that blockers look for is asked', async () => {
  const set = await waymark(['sources', 'set', 'web', '--first-party-id', 'on'], gatewayEnvironment(data.path))
  expect(set.code, set.output).toBe(0)
  const context = await browser.newContext({ userAgent: ORDINARY_USER_AGENT })
  const cookie = async (name: string) => (await context.cookies()).find(found => found.name === name)

  const page = await context.newPage()
  // The setting is in force within five seconds.
  await vi.waitFor(
    async () => {
      await page.goto(address('/pricing'))
      await page.evaluate(() => window.waymark.flush())
      expect(await cookie('wm_fid')).toBeDefined()
    },
    { timeout: 20_000, interval: 500 },
  )
  const [own, kept] = [await cookie('wm_aid'), await cookie('wm_fid')]
  expect(kept).toMatchObject({ value: own?.value, domain: '.acme.test', path: '/', sameSite: 'Lax', httpOnly: false })
  expect((kept?.expires ?? 0) - Date.now() / 1000).toBeGreaterThan(399 * 86_400)
  expect(asked.filter(path => /track|batch|waymark|analytic|event/.test(path))).toEqual([])
  expect(asked).toContain(PATH)

  // A week later, as Safari does it.
  await page.evaluate(() => localStorage.clear())
  await page.goto('about:blank')
  for (const { name } of await context.cookies()) if (name !== 'wm_fid') await context.clearCookies({ name })
  await page.goto(address('/docs'))
  await page.evaluate(() => window.waymark.flush())
  expect((await cookie('wm_aid'))?.value).toBe(own?.value)

  // Consent withdrawn while an answer is under way: nothing comes back.
  cookiesSet.length = 0
  const { promise, resolve: goOn } = Promise.withResolvers<void>()
  held.until = promise
  const answered = page.waitForResponse(response => response.request().postData()?.includes('Leaving') === true)
  await page.evaluate(() => {
    window.waymark.track('Leaving')
    void window.waymark.flush()
  })
  await vi.waitFor(() => expect(cookiesSet.join()).toContain('wm_fid='), { timeout: 5_000 })
  await page.evaluate(() => window.waymark.consent({ analytics: false }))
  goOn()
  await (await answered).finished()
  await vi.waitFor(async () => expect((await context.cookies()).filter(({ name }) => name.startsWith('wm_'))).toEqual([]), {
    timeout: 5_000,
  })
  await context.close()
}, 60_000)

test('Segment’s SDK, unmodified, sends below the path too, when it is told no more than where its settings are', async () => {
  const page = await browser.newPage({ userAgent: ORDINARY_USER_AGENT })
  asked.length = 0
  await page.goto(address('/segment'))
  const answer = page.waitForResponse(response => response.request().method() === 'POST')
  await page.evaluate(() => void window.sdk?.track('Demo Requested', { plan: 'team' }))
  expect(await (await answer).json()).toMatchObject({ success: true, accepted: 1, rejected: [] })
  expect(new URL((await answer).url()).pathname).toBe(`${PATH}/v1/t`)
  expect(asked.filter(path => path !== '/favicon.ico')).toEqual([
    '/segment',
    `${PATH}/v1/projects/${KEYS.browser}/settings`,
    `${PATH}/v1/t`,
  ])
  await page.close()
}, 60_000)

test('a host that was written with a slash at its end is served, there and at the gateway itself', async () => {
  const event = (messageId: string) => JSON.stringify({ type: 'page', anonymousId: 'a', messageId, writeKey: KEYS.browser })
  for (const [place, to] of [
    `${gateway.url}//v1/p`,
    `${gateway.url}/v1/p/`,
    `${gateway.url}/v1//p`,
    address(`${PATH}//v1/p/`, '127.0.0.1'),
  ].entries()) {
    const answer = await fetch(to, { method: 'POST', body: event(`slash-${place}`) })
    expect([to, answer.status, await answer.json()]).toEqual([to, 200, { success: true, accepted: 1, rejected: [] }])
  }
})

test('the path opens nothing but what pages need', async () => {
  for (const path of ['/console/', '/v1/accounts', '/metrics', '/v1/import', '/readyz'])
    expect((await fetch(address(PATH + path, '127.0.0.1'))).status, path).toBe(404)
})
