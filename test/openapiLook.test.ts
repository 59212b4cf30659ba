import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type ServerType, serve } from '@hono/node-server'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOpenApiRoutes, OPERATIONS } from '../gateway/src/openapi/openapiRoutes.ts'
import { launchChromium } from './browser.ts'
import { LOOKS, overflows, seriousFlaws, visitor } from './consoleVisitor.ts'

/** As in consoleLook.test.ts. */
const pictures = process.env.WAYMARK_PICTURES

const held: { server: ServerType | null; browser: Browser | null } = { server: null, browser: null }
const browser = () => held.browser ?? expect.unreachable('no browser')
const url = () => `http://127.0.0.1:${((held.server ?? expect.unreachable('no server')).address() as AddressInfo).port}`

beforeAll(async () => {
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
  held.server = serve({ fetch: createOpenApiRoutes('0.0.0', OPERATIONS).fetch, hostname: '127.0.0.1', port: 0 })
  await once(held.server, 'listening')
  held.browser = await launchChromium()
})
afterAll(async () => {
  await held.browser?.close()
  held.server?.close()
})

test.each(LOOKS)('the page of the HTTP API is fine, closed and with one of each part open ($width, $scheme)', async look => {
  const { page, complaints, context } = await visitor(browser(), look, url())
  await page.goto(`${url()}/openapi`)
  const picture = async (name: string) => {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${look.width}-${look.scheme}.png`) })
  }
  await picture('openapi')
  expect(await overflows(page), 'scrolls sideways').toBe(false)
  await page.evaluate(() => {
    for (const one of document.querySelectorAll('details')) one.open = true
  })
  await picture('openapi-open')
  expect(await overflows(page), 'scrolls sideways when all is open').toBe(false)
  // Axe takes its time for each element: one operation with everything and a schema show it what all are made of.
  await page.evaluate(() => {
    for (const section of document.querySelectorAll('section')) {
      const all = [...section.querySelectorAll('details')]
      const kept = new Set([all.find(one => one.querySelector('table') && one.querySelector('pre')), all[0], all.at(-1)])
      for (const one of all) if (!kept.has(one)) one.remove()
    }
  })
  if ((look.width === 'wide') === (look.scheme === 'light')) expect(await seriousFlaws(page)).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
})

test('a link to a schema opens it', async () => {
  const { page, context } = await visitor(browser(), { width: 'wide', scheme: 'light' }, url())
  await page.goto(`${url()}/openapi`)
  await page.locator('summary', { hasText: 'POST /v1/batch' }).click()
  const schema = page.locator('#schema-IngestAnswer')
  expect(await schema.isVisible()).toBe(false)
  await page.getByRole('link', { name: 'IngestAnswer' }).first().click()
  expect(await schema.isVisible()).toBe(true)
  await context.close()
})
