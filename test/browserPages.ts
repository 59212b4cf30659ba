import type { Browser, BrowserContext } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { bundle } from '../sdk-browser/build.ts'
import { launchChromium, ORDINARY_USER_AGENT } from './browser.ts'
import { type Collector, type Site, startCollector, startSite } from './browserSite.ts'

/** Pages with the shipped one-file build in a Chromium of the file's; collector and visitor are each test's own. */
export interface BrowserPages {
  readonly site: Site
  readonly collector: Collector
  readonly context: BrowserContext
}

/** `html`: what stands at a path, given where the collector is. To be asked in tests, not while a file is read. */
export function browserPages(html: (path: string, host: string) => { body: string; headers?: Record<string, string> }): BrowserPages {
  let site: Site
  let browser: Browser
  let collector: Collector
  let context: BrowserContext
  beforeAll(async () => {
    site = await startSite(await bundle('waymark.js'), path => html(path, collector.url))
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    site?.close()
  })
  beforeEach(async () => {
    collector = await startCollector()
    context = await browser.newContext({ userAgent: ORDINARY_USER_AGENT })
  })
  afterEach(async () => {
    await context.close()
    collector.close()
  })
  return {
    get site() {
      return site
    },
    get collector() {
      return collector
    },
    get context() {
      return context
    },
  }
}
