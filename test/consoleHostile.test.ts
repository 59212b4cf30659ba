import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from './browser.ts'
import { signUp, visitor } from './consoleVisitor.ts'
import { KEYS, type RunningGateway, read, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'

/** Breaks out of text, attributes, comments, scripts and pictures; each would be seen as a dialog or as a breach of the policy. */
const MARKUP = `"'--></title></script></svg><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)><a href="javascript:alert(4)">x</a>`
/** Turns the reading direction and hides. */
const BIDI = '\u202emoc.live\u2066\u200b\u2069\u061c'
/** What a spreadsheet would run, also behind what people overlook. */
const FORMULAS = [
  '=HYPERLINK("http://evil.example","x")',
  '+1+cmd|/C calc!A0',
  '-2+3',
  '@SUM(1+1)',
  '\t=1+1',
  '\r=1+1',
  ' =1+1',
  '"=1+1',
  '＝1+1',
]

const data = temporaryDataDir()
let gateway: RunningGateway
let browser: Browser

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path })
  browser = await launchChromium()
  const evil = `${MARKUP}${BIDI}`
  const page = (anonymousId: string) => ({
    type: 'page',
    anonymousId,
    name: evil,
    context: {
      page: { title: evil, url: `https://www.acme.example/pricing?${encodeURIComponent(evil)}`, path: `/${evil}`, referrer: evil },
      campaign: { name: evil, source: evil },
    },
    properties: { title: evil, url: `javascript:alert('${BIDI}')`, referrer: 'javascript:alert(5)', [evil]: evil },
  })
  const company = (number: number, name: string) => [
    page(`device-${number}`),
    {
      type: 'identify',
      anonymousId: `device-${number}`,
      userId: `${name}-${number}`,
      traits: { name, title: name, email: `ana@company${number}.example`, [evil]: evil },
    },
    {
      type: 'group',
      userId: `${name}-${number}`,
      groupId: `${name}-g${number}`,
      traits: { name, website: `https://company${number}.example`, industry: name, note: 'javascript:alert(6)' },
    },
    { type: 'track', userId: `${name}-${number}`, event: 'Demo Requested', properties: { topic: name, plan: name } },
    { type: 'track', userId: `${name}-${number}`, event: name, properties: { topic: name } },
  ]
  const names = [evil, ...FORMULAS]
  const answers = await Promise.all([
    ...names.map((name, number) =>
      send(
        gateway,
        company(number, name).map((event, index) => ({ ...event, messageId: `hostile-${number}-${index}` })),
      ),
    ),
    send(
      gateway,
      names.map((name, number) => ({
        type: 'track',
        userId: name,
        messageId: `${name.slice(0, 40)}-${number}`,
        event: '',
        properties: { name },
      })),
    ),
    send(gateway, [{ type: evil, userId: evil, event: evil }]),
  ])
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  await runJobs(gateway)
})
afterAll(async () => {
  await browser.close()
  await gateway.stop()
  data.remove()
})

async function openEverything(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
}

describe('what strangers send', () => {
  test('does no harm on any page of the console', async () => {
    const visit = await visitor(browser, { width: 'wide', scheme: 'light' }, gateway.url)
    const { page } = visit
    await signUp(page, gateway)
    const { data: accounts } = await read<{ data: { accountId: string; label: string }[] }>(gateway, '/v1/accounts?limit=100')
    expect(accounts.length).toBe(FORMULAS.length + 1)
    const paths = [
      '/console/',
      `/console/?q=${encodeURIComponent(MARKUP)}`,
      ...accounts.flatMap(({ accountId }) => [`/console/accounts/${accountId}`, `/console/accounts/${accountId}/score.svg`]),
      `/console/accounts/${encodeURIComponent(MARKUP)}`,
      '/console/rejected',
      `/console/rejected?source=${encodeURIComponent(MARKUP)}`,
      '/console/sources',
      '/console/health',
      '/console/live',
    ]
    for (const path of paths) {
      await page.goto(gateway.url + path)
      await openEverything(page)
      expect(await page.locator('script:not([src^="/console/"]), img[src="x"], a[href^="javascript"], iframe').count(), path).toBe(0)
      expect(await page.evaluate(() => document.documentElement.textContent), path).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u061c]/)
    }
    // The live page shows what comes while it is open, by its script.
    await send(gateway, [{ type: 'track', userId: `${MARKUP}${BIDI}`, event: `${MARKUP}${BIDI} live`, messageId: 'hostile-live' }])
    await page.getByText('live', { exact: false }).filter({ hasText: 'onerror=alert(2)' }).first().waitFor()
    await openEverything(page)
    await page.waitForLoadState('networkidle').catch(() => undefined)
    expect(await page.evaluate(() => document.documentElement.textContent)).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u061c]/)
    // An account that no key names is a page of its own, which browsers log as an error.
    expect(visit.complaints.filter(text => !/404 \(Not Found\)/.test(text))).toEqual([])
    await visit.context.close()
  }, 120_000)

  test('is no formula in the file that a spreadsheet opens', async () => {
    const visit = await visitor(browser, { width: 'wide', scheme: 'light' }, gateway.url)
    const response = await fetch(`${gateway.url}/v1/accounts?format=csv`, { headers: { authorization: `Bearer ${KEYS.secret}` } })
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+\.csv"$/)
    expect(response.headers.get('content-type')).toMatch(/^text\/csv/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const records = parseCsv((await response.text()).replace(/^\ufeff/, ''))
    expect(records.length).toBe(FORMULAS.length + 2)
    const cells = records.slice(1).flat()
    for (const cell of cells) {
      if (/^-?\d+(?:\.\d+)?$/.test(cell)) continue
      expect(cell).not.toMatch(/^["\s]*[=+\-@\t\r\0＝＋－＠]/)
      expect(cell).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u061c]/)
    }
    expect(cells.filter(cell => cell.startsWith("'")).length).toBeGreaterThan(FORMULAS.length)
    await visit.context.close()
  })
})

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    if (quoted === undefined && plain === '' && end === '' && record.length === 0) break
    record.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end !== ',') {
      records.push(record)
      record = []
    }
  }
  return records
}
