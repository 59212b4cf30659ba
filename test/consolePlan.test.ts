import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { launchChromium } from './browser.ts'
import { LOOKS, overflows, seriousFlaws, signUp, type Visitor, visitor } from './consoleVisitor.ts'
import { KEYS, type RunningGateway, read, send, startGateway, temporaryDataDir } from './gateway.ts'

/** A marketer's view of the plan, and an operator who mends it and replays what waited. */
const pictures = process.env.WAYMARK_PICTURES
const EVIL = '"\'><img src=x onerror=alert(1)>'
const data = temporaryDataDir()
let gateway: RunningGateway
let browser: Browser
let operator: Visitor

const plan = (version: number, seats: object) => ({
  id: 'site',
  version,
  description: 'What the web site and the backend send.',
  sources: { web: 'quarantine', backend: 'quarantine', '*': 'observe' },
  unplanned: { events: 'violation', properties: 'violation' },
  events: {
    'Demo Requested': { description: 'Somebody asked for a demonstration.', properties: { properties: { seats }, required: ['seats'] } },
    'Invoice Paid': { properties: { properties: { amount: { type: 'number' } } } },
    [EVIL]: { description: EVIL },
  },
})
async function push(version: number, seats: object): Promise<void> {
  const answer = await fetch(`${gateway.url}/v1/plans/site`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEYS.secret}` },
    body: JSON.stringify(plan(version, seats)),
  })
  expect(answer.status).toBe(200)
}
const demo = (messageId: string, properties: object, event = 'Demo Requested') => ({
  type: 'track',
  event,
  userId: 'u',
  messageId,
  properties,
})

beforeAll(async () => {
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
  gateway = await startGateway({ dataDir: data.path })
  browser = await launchChromium()
  operator = await visitor(browser, { width: 'wide', scheme: 'light' }, gateway.url)
  await signUp(operator.page, gateway)
  await push(1, { type: 'integer' })
  await send(gateway, [
    demo('c-1', { seats: 'three' }),
    demo('c-2', { seats: 'four' }),
    demo('c-3', { [EVIL]: 1 }),
    demo('c-4', {}, 'demo_requested'),
  ])
  await vi.waitFor(async () => expect((await read<{ data: unknown[] }>(gateway, '/v1/rejected')).data).toHaveLength(4), { timeout: 20_000 })
})
afterAll(async () => {
  await browser.close()
  await gateway.stop()
  data.remove()
})

test.each(LOOKS)('the pages of plan, quarantine and replay are fine ($width, $scheme)', async one => {
  const visit = await visitor(browser, one, gateway.url)
  await visit.context.addCookies(await operator.context.cookies())
  for (const [name, path] of [
    ['plan', '/console/plan'],
    ['quarantine', '/console/rejected?code=plan_wrong_type&event=Demo+Requested&span=d'],
    ['replay', '/console/rejected/replay?code=plan_wrong_type&event=Demo+Requested&span=d'],
  ] as const) {
    await visit.page.goto(gateway.url + path)
    if (name === 'plan') await visit.page.getByText('3 events').click()
    if (pictures !== undefined)
      await visit.page.screenshot({ path: join(pictures, `${name}-${one.width}-${one.scheme}.png`), fullPage: true })
    if ((one.width === 'wide') === (one.scheme === 'light')) expect(await seriousFlaws(visit.page), name).toEqual([])
    expect(await overflows(visit.page), `${name} scrolls sideways`).toBe(false)
    expect(visit.complaints, name).toEqual([])
  }
  await visit.context.close()
})

test('what broke a rule is found from the plan, and replayed once by a button after the plan is mended', async () => {
  const { page } = operator
  await page.goto(`${gateway.url}/console/plan`)
  await page
    .getByRole('row', { name: /plan_wrong_type/ })
    .getByRole('link', { name: '2' })
    .click()
  await page.getByRole('heading', { name: 'Rejected events' }).waitFor()
  await push(2, { type: ['integer', 'string'] })
  await page.getByRole('link', { name: 'Replay these' }).click()
  await page.getByRole('button', { name: 'Replay' }).click()
  await page.getByRole('heading', { name: '2 events replayed' }).waitFor()
  await page.getByRole('link', { name: 'Back to rejected events' }).click()
  expect(await page.getByText('replayed', { exact: true }).count()).toBe(2)
  // Again: nothing happens.
  await page.getByRole('link', { name: 'Replay these' }).click()
  await page.getByRole('button', { name: 'Replay' }).click()
  await page.getByRole('heading', { name: '0 events replayed' }).waitFor()
  expect(await page.getByText('2 were replayed before').count()).toBe(1)
})

test('no other page can replay, and a form is good once', async () => {
  const cookie = (await operator.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const post = (headers: Record<string, string>, once = 'guessed') =>
    fetch(`${gateway.url}/console/rejected/replay`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ once }),
      headers: { cookie, ...headers },
    })
  expect((await post({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await post({})).status).toBe(403)
  expect((await post({ origin: gateway.url })).status).toBe(409)
})
