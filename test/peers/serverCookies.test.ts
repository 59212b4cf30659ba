import { request as onward } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { WEB_KEY } from '../../gateway/src/ingest/wire/wire.fixture.ts'
import { ORDINARY_USER_AGENT } from '../browser.ts'
import { selfSigned } from '../certificate.ts'
import { peerEdge } from './edge.ts'
import { rudderPage } from './pages.ts'

const edge = peerEdge()

const PATIENCE = { timeout: 20_000, interval: 50 }

/** A site that has the gateway on its own hosts, under all paths but those of its pages; `collect` is the host that pages send to. */
async function startSite(page: string, collect: string, options: (host: string) => string) {
  const answers: { readonly status: number | undefined; readonly cookies: readonly string[] }[] = []
  let markup = ''
  const site = createServer(selfSigned(), (request, response) => {
    const { url = '/', method, headers } = request
    if (url === '/favicon.ico') return void response.writeHead(204).end()
    if (url === '/') return void response.setHeader('content-type', 'text/html; charset=utf-8').end(markup)
    const { port } = edge()
    const passed = onward({ hostname: '127.0.0.1', port, path: url, method, headers }, answer => {
      if (url === '/rsaRequest' && method === 'POST')
        answers.push({ status: answer.statusCode, cookies: answer.headers['set-cookie'] ?? [] })
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    passed.once('error', () => response.destroy())
    request.pipe(passed)
  })
  await new Promise<void>(done => site.listen(0, '127.0.0.1', done))
  const { port } = site.address() as AddressInfo
  const [url, host] = [`https://${page}:${port}`, `https://${collect}:${port}`] as const
  markup = await rudderPage({ writeKey: WEB_KEY, host }, options(host))
  return {
    url,
    answers,
    close() {
      site.closeAllConnections()
      site.close()
    },
  }
}

const SERVED = 'useServerSideCookies: true'

test.each<[string, string, string, (host: string) => string, string]>([
  [
    'by a host beside the page’s',
    'www.shop.test',
    'collect.shop.test',
    host => `${SERVED}, dataServiceEndpoint: '${host}/rsaRequest'`,
    '.shop.test',
  ],
  ['by the site itself', 'shop.test', 'shop.test', () => SERVED, '.shop.test'],
  ['for one host', 'www.shop.test', 'www.shop.test', () => `${SERVED}, sameDomainCookiesOnly: true`, 'www.shop.test'],
])('RudderStack’s SDK has its cookies set, %s, and finds them at the next visit', async (_, hostname, collect, options, domain) => {
  const { url, answers, close } = await startSite(hostname, collect, options)
  const context = await edge().browser.newContext({ userAgent: ORDINARY_USER_AGENT, ignoreHTTPSErrors: true })
  const complaints: string[] = []
  try {
    const visit = async (event: string) => {
      const page = await context.newPage()
      page.on('console', message => void complaints.push(message.text()))
      const before = answers.length
      await page.goto(url)
      await page.evaluate(event => window.sdk?.track(event, {}), event)
      const row = () =>
        edge()
          .rows()
          .find(row => row.event === event && row.url.startsWith(url))
      await vi.waitUntil(() => row() !== undefined && answers.length > before, PATIENCE)
      // The SDK compares what it asked for with what the browser has then, and says so where that is not the same.
      await page.waitForLoadState('networkidle')
      await page.close()
      return row()?.anonymous_id
    }
    const first = await visit('First')
    const cookies = await context.cookies(url)
    const anonymous = cookies.find(({ name }) => name === 'rl_anonymous_id')
    expect(anonymous).toMatchObject({ domain, path: '/', httpOnly: false, secure: true, sameSite: 'Lax' })
    expect(Math.round(((anonymous?.expires ?? 0) - Date.now() / 1000) / 86_400)).toBe(365)
    const told = answers.flatMap(answer => answer.cookies).map(cookie => cookie.split(';')[0])
    expect(told).toContain(`rl_anonymous_id=${anonymous?.value}`)

    expect(await visit('Second')).toBe(first)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(complaints).toEqual([])
  } finally {
    await context.close()
    close()
  }
})
