import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, ORDINARY_USER_AGENT } from './browser.ts'
import { KEYS, type RunningGateway, read, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'
import { startVendorSite } from './vendorSite.ts'

interface Account {
  readonly accountId: string
  readonly domain: string
  readonly keys: readonly { kind: string; value: string }[]
  readonly intent: { readonly score: number; readonly points: number }
  readonly journey: { readonly stage: string | null }
}
interface Score {
  readonly score: number
  readonly points: number
  readonly reasons: readonly { readonly text: string; readonly type: string; readonly points: number; readonly person: string | null }[]
}
interface Timeline {
  readonly data: readonly {
    readonly type: string
    readonly event: string
    readonly path: string
    readonly at: string
    readonly isBot?: boolean
    readonly [key: string]: unknown
  }[]
}

const data = temporaryDataDir()
let gateway: RunningGateway
let site: Awaited<ReturnType<typeof startVendorSite>>
let browser: Browser

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path })
  site = await startVendorSite(gateway.url)
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  site.close()
  await gateway.stop()
  data.remove()
})

/** Article, pricing twice, sign-up with a work address, demo request; resolves with the clock at each page. */
async function visit(userAgent: string | undefined, domain: string): Promise<number[]> {
  const context = await browser.newContext(userAgent === undefined ? {} : { userAgent })
  const page = await context.newPage()
  const seen: number[] = []
  for (const path of ['/articles/intent-data', '/pricing', '/pricing', '/signup']) {
    seen.push(Date.now())
    await page.goto(site.url + path)
  }
  await page.evaluate(name => {
    window.waymark.identify(`u-${name}`, { email: `ana@${name}`, name: 'Ana Almeida', title: 'VP Procurement' })
    window.waymark.group(`g-${name}`, { name: 'Acme', website: `https://www.${name}` })
    window.waymark.track('Signed Up', { plan: 'team' })
    window.waymark.track('Demo Requested', { topic: 'intent-data' })
  }, domain)
  await page.evaluate(() => window.waymark.flush())
  await context.close()
  return seen
}

describe('a visit in Chromium, minutes later', () => {
  let seen: number[]

  beforeAll(async () => {
    seen = await visit(ORDINARY_USER_AGENT, 'acme-industries.com')
    await runJobs(gateway)
  })

  test('is an account at evaluate, with the demo request as its first reason', async () => {
    const account = await read<Account>(gateway, '/v1/accounts/acme-industries.com')
    expect(account.journey.stage).toBe('evaluate')
    const score = await read<Score>(gateway, '/v1/accounts/acme-industries.com/score')
    expect(score.reasons[0]).toMatchObject({ type: 'Demo Requested', text: expect.stringContaining('Ana Almeida requested a demo') })
    expect(score.score).toBeGreaterThan(59)
    expect(score.reasons.reduce((sum, reason) => sum + reason.points, 0)).toBeCloseTo(score.points, 9)
    expect(account.intent.points).toBeCloseTo(score.points, 9)
  })

  test('is found by domain, by group id and by internal id', async () => {
    const account = await read<Account>(gateway, '/v1/accounts/acme-industries.com')
    expect((await read<Account>(gateway, '/v1/accounts/g-acme-industries.com')).accountId).toBe(account.accountId)
    expect((await read<Account>(gateway, `/v1/accounts/${account.accountId}`)).domain).toBe('acme-industries.com')
  })

  test('has its anonymous pages attached with their original times', async () => {
    const timeline = await read<Timeline>(gateway, '/v1/accounts/acme-industries.com/timeline?limit=100')
    const pages = timeline.data.filter(event => event.type === 'page').reverse()
    expect(pages.map(event => event.path)).toEqual(['/articles/intent-data', '/pricing', '/pricing', '/signup'])
    for (const [index, page] of pages.entries()) {
      expect(Math.abs(Date.parse(page.at) - (seen[index] ?? 0))).toBeLessThan(10_000)
      expect(Date.parse(page.at)).toBeGreaterThanOrEqual(seen[index] ?? 0)
    }
    expect(timeline.data).toHaveLength(8)
  })

  test('counts nothing twice when the jobs run again, and a second run does nothing', async () => {
    const before = await read<Score>(gateway, '/v1/accounts/acme-industries.com/score')
    const { runs } = await runJobs(gateway)
    expect(runs.map(({ rows }) => rows)).toEqual(runs.map(() => 0))
    expect(await read<Score>(gateway, '/v1/accounts/acme-industries.com/score')).toEqual(before)
  })

  test('the published @segment/analytics-node, only its host changed, feeds the same account from the server side', async () => {
    const { Analytics } = await import('@segment/analytics-node')
    const analytics = new Analytics({ writeKey: KEYS.server, host: gateway.url, flushAt: 1 })
    const before = await read<Score>(gateway, '/v1/accounts/acme-industries.com/score')
    analytics.identify({ userId: 'u-bo', traits: { email: 'bo@acme-industries.com', name: 'Bo Berg' } })
    analytics.track({ userId: 'u-bo', event: 'Meeting Held', properties: { minutes: 30 } })
    analytics.page({ userId: 'u-bo', name: 'Docs', properties: { url: 'https://www.example.com/docs/api', path: '/docs/api' } })
    analytics.group({ userId: 'u-bo', groupId: 'g-acme-industries.com', traits: { industry: 'Manufacturing' } })
    await analytics.closeAndFlush({ timeout: 10_000 })
    await runJobs(gateway)
    const after = await read<Score>(gateway, '/v1/accounts/acme-industries.com/score')
    expect(after.points).toBeGreaterThan(before.points + 10)
    expect(after.reasons.some(reason => reason.type === 'Meeting Held' && reason.text.includes('Bo Berg'))).toBe(true)
    const account = await read<Account & { traits: Record<string, unknown>; people: unknown }>(gateway, '/v1/accounts/acme-industries.com')
    expect(account.traits).toMatchObject({ industry: 'Manufacturing' })
  })
})

describe('the same visit with the headless user agent', () => {
  test('is labelled a bot, kept, and scores 0', async () => {
    await visit(undefined, 'robots-limited.com')
    await runJobs(gateway)
    const score = await read<Score>(gateway, '/v1/accounts/robots-limited.com/score')
    expect(score).toMatchObject({ score: 0, points: 0 })
    expect((await read<Account>(gateway, '/v1/accounts/robots-limited.com')).journey.stage).toBeNull()
  })
})

describe('requests that are wrong', () => {
  const event = (more: object = {}) => ({ type: 'track', event: 'Ping', userId: 'u-edge', ...more })
  const post = (body: BodyInit, headers: Record<string, string> = {}) => fetch(`${gateway.url}/v1/batch`, { method: 'POST', headers, body })

  test('an unknown key is 401', async () => {
    expect(await send(gateway, [event()], { key: 'wk_unknown' })).toMatchObject({
      status: 401,
      body: { error: { code: expect.any(String), message: expect.stringContaining('write key') } },
    })
  })

  test('an unreadable body is 400', async () => {
    const response = await post('{"batch": [', { authorization: `Basic ${btoa(`${KEYS.server}:`)}` })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
  })

  test('one bad event among good ones is named by index, id, code, path and message; the others are stored', async () => {
    const reply = await send(gateway, [
      event({ messageId: 'good-1' }),
      { type: 'track', userId: 'u-edge', messageId: 'bad-1' },
      event({ messageId: 'good-2' }),
    ])
    expect(reply).toMatchObject({
      status: 200,
      body: {
        success: true,
        accepted: 2,
        rejected: [{ index: 1, messageId: 'bad-1', code: 'required', path: '/event', message: expect.any(String) }],
      },
    })
    await runJobs(gateway, { jobs: ['stitch'] })
    const rejected = await read<{ data: { messageId: string; code: string }[] }>(gateway, '/v1/rejected?limit=10')
    expect(rejected.data[0]).toMatchObject({ messageId: 'bad-1', code: 'required' })
  })

  test('a body of 2 MiB is 413', async () => {
    const response = await post(
      JSON.stringify({ writeKey: KEYS.browser, batch: [event({ properties: { blob: 'x'.repeat(2 * 1024 * 1024) } })] }),
    )
    expect(response.status).toBe(413)
  })

  test('a wrong secret key is 401, a secret key without the scope or from a page 403', async () => {
    const ask = (headers: Record<string, string>) => fetch(`${gateway.url}/v1/accounts`, { headers }).then(response => response.status)
    expect(await ask({ authorization: 'Bearer sk_wrong' })).toBe(401)
    expect(await ask({})).toBe(401)
    expect(await ask({ authorization: `Bearer ${KEYS.secret}`, origin: 'https://evil.example' })).toBe(403)
  })

  test('a server key with an Origin is 403', async () => {
    const reply = await send(gateway, [event()], { headers: { origin: 'https://www.acme-industries.com' } })
    expect(reply).toMatchObject({ status: 403, body: { error: { message: expect.any(String) } } })
  })

  test('nothing accepted was lost: the counts add up', async () => {
    const stats = await read<Record<string, number>>(gateway, '/v1/stats')
    expect(stats.received).toBe(
      (stats.stored ?? 0) + (stats.pending ?? 0) + (stats.deduplicated ?? 0) + (stats.rejected ?? 0) + (stats.suppressed ?? 0),
    )
    expect(stats.rejected).toBe(1)
  })
})
