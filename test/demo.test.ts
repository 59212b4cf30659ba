import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, ORDINARY_USER_AGENT } from './browser.ts'
import { gatewayEnvironment, KEYS, type RunningGateway, read, runJobs, startGateway, temporaryDataDir } from './gateway.ts'
import { waymark } from './waymark.ts'

interface Account {
  readonly domain: string
  readonly journey: { readonly stage: string | null; readonly status: string | null }
  readonly intent: { readonly score: number }
}
type Stats = Readonly<Record<'received' | 'stored' | 'pending' | 'deduplicated' | 'rejected' | 'suppressed', number>>

const data = temporaryDataDir()
let gateway: RunningGateway
let browser: Browser

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path, args: [] })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.close()
  await gateway.stop()
  data.remove()
})

async function accounts(): Promise<readonly Account[]> {
  const found: Account[] = []
  let cursor: string | null = null
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: { data: Account[]; nextCursor: string | null } = await read(gateway, `/v1/accounts?limit=100${query}`)
    found.push(...page.data)
    cursor = page.nextCursor
  } while (cursor !== null)
  return found
}

describe('the first start', () => {
  test('fills all five stages with a history that came by /v1/batch, and tells when it is done', async () => {
    await expect.poll(() => gateway.output(), { timeout: 170_000, interval: 250 }).toContain('The sample history is ready')
    const all = await accounts()
    expect(all.length).toBeGreaterThan(250)
    const stages = Map.groupBy(all, ({ journey }) => journey.stage)
    for (const stage of ['aware', 'consider', 'evaluate', 'purchase', 'advocate'])
      expect(stages.get(stage)?.length, stage).toBeGreaterThan(4)
    const statuses = new Set(all.map(({ journey }) => journey.status))
    for (const status of ['active', 'dormant', 'returned', 'churned']) expect(statuses).toContain(status)
    const stats = await read<Stats>(gateway, '/v1/stats')
    expect(stats).toMatchObject({ pending: 0, deduplicated: 0, rejected: 0, received: stats.stored })
    expect(stats.stored).toBeGreaterThan(10_000)
  }, 180_000)

  test('the same history again, by `waymark simulate`, changes nothing', async () => {
    const before = { stats: await read<Stats>(gateway, '/v1/stats'), accounts: await accounts() }
    const { code, output } = await waymark(['simulate'], { ...gatewayEnvironment(data.path), PORT: new URL(gateway.url).port })
    expect(output).toContain('300 companies over 90 days sent')
    expect(code).toBe(0)
    await runJobs(gateway)
    expect(await accounts()).toEqual(before.accounts)
    expect((await read<Stats>(gateway, '/v1/stats')).stored).toBe(before.stats.stored)
  })
})

describe('a person on the demo site', () => {
  test('goes from an article by pricing to a demo request: the company moves to evaluate, the panel shows each event, no policy is broken', async () => {
    const context = await browser.newContext({ userAgent: ORDINARY_USER_AGENT, viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', message => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
    page.on('pageerror', error => complaints.push(error.message))
    const panel = page.getByRole('complementary', { name: 'What was just sent' })
    const sent = (type: string, what: string) => panel.locator('li.delivered', { hasText: `${type}${what}` })

    await page.goto(`${gateway.url}/demo/`)
    await page.getByRole('link', { name: 'Lead times are a range, not a number' }).click()
    await page.getByRole('heading', { name: 'Talk about it early' }).scrollIntoViewIfNeeded()
    await sent('page', '/demo/articles/lead-times').waitFor()
    await page.getByRole('link', { name: 'Pricing' }).first().click()
    await sent('page', '/demo/pricing').waitFor()
    const before = await accounts()
    expect(before.map(({ domain }) => domain)).not.toContain('brookside-mills.example')

    await page.getByRole('link', { name: 'Start a free trial' }).first().click()
    await fill('Create my account')
    await sent('track', 'Signed Up').waitFor()
    await page.getByRole('link', { name: 'Request a demo' }).first().click()
    await fill('Request the demo')
    await sent('track', 'Demo Requested').waitFor()
    await sent('group', 'demo-brookside-mills').last().waitFor()
    expect(await panel.locator('li.refused, li.waiting').count()).toBe(0)
    expect(complaints).toEqual([])

    await runJobs(gateway)
    const account = await read<Account>(gateway, '/v1/accounts/brookside-mills.example')
    expect(account.journey.stage).toBe('evaluate')
    const { reasons } = await read<{ reasons: { type: string }[] }>(gateway, '/v1/accounts/brookside-mills.example/score')
    expect(reasons.map(({ type }) => type)).toEqual(expect.arrayContaining(['Demo Requested', 'Pricing Viewed', 'Signed Up']))
    const timeline = await read<{ data: { path: string }[] }>(gateway, '/v1/accounts/brookside-mills.example/timeline?limit=100')
    expect(timeline.data.map(({ path }) => path)).toContain('/demo/articles/lead-times')
    await context.close()

    async function fill(button: string): Promise<void> {
      await page.getByLabel('Your name').fill('Mara Holt')
      await page.getByLabel('Work e-mail').fill('mara@brookside-mills.example')
      await page.getByLabel('Job title').fill('VP Operations')
      await page.getByLabel('Company').fill('Brookside Mills')
      await page.getByRole('button', { name: button }).click()
      await page.getByRole('status').filter({ hasText: /\S/ }).waitFor()
    }
  })

  test('sees in the panel what was not delivered while the gateway cannot be reached', async () => {
    const context = await browser.newContext({ userAgent: ORDINARY_USER_AGENT, viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    await page.route('**/v1/batch', route => route.abort())
    await page.goto(`${gateway.url}/demo/careers`)
    await page.locator('.panel li.waiting', { hasText: 'not delivered' }).waitFor()
    await page.unroute('**/v1/batch')
    await page.locator('.panel li.delivered', { hasText: '/demo/careers' }).waitFor()
    await context.close()
  })
})

describe('a later start', () => {
  test('leaves what is there as it is', async () => {
    const before = await read<Stats>(gateway, '/v1/stats')
    await gateway.stop()
    gateway = await startGateway({ dataDir: data.path, args: [] })
    expect((await read<Stats>(gateway, '/v1/stats')).received).toBe(before.received)
    expect(gateway.output()).not.toContain('sample history')
    expect(gateway.output()).toContain(`Demo site   ${gateway.url}/demo/`)
  })

  test('sends the rest of a history that was cut short, each event once', async () => {
    const { stored } = await read<Stats>(gateway, '/v1/stats')
    await gateway.stop()
    const file = join(data.path, 'sample.json')
    const sample = JSON.parse(readFileSync(file, 'utf8')) as { isSent: boolean }
    expect(sample.isSent).toBe(true)
    writeFileSync(file, JSON.stringify({ ...sample, isSent: false }))
    gateway = await startGateway({ dataDir: data.path, args: [] })
    await expect.poll(() => gateway.output(), { timeout: 60_000, interval: 250 }).toContain('The sample history is ready')
    expect((await read<Stats>(gateway, '/v1/stats')).stored).toBe(stored)
  })

  test('puts nothing made up into a folder of somebody’s own events', async () => {
    const own = temporaryDataDir()
    let other = await startGateway({ dataDir: own.path })
    const body = JSON.stringify({ writeKey: KEYS.browser, batch: [{ type: 'track', event: 'Ping', userId: 'u-own' }] })
    await fetch(`${other.url}/v1/batch`, { method: 'POST', body })
    await other.stop()
    other = await startGateway({ dataDir: own.path, args: [] })
    await runJobs(other)
    expect((await read<Stats>(other, '/v1/stats')).received).toBe(1)
    expect(other.output()).not.toContain('sample history')
    await other.stop()
    own.remove()
  })
})
