/** Nothing is lost when pages go away or the collector fails: the shipped one-file build in real Chromium. */
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { browserPages } from './browserPages.ts'
import type { Behaviour } from './browserSite.ts'

const pages = browserPages((path, host) => {
  const tag = `<script src="/waymark.js" data-write-key="wk" data-host="${host}" data-auto-page="false"></script>`
  return { body: `<!doctype html><title>${path}</title>${path === '/blank' ? '' : tag}` }
})

const at = (path: string) => `http://www.acme.test:${pages.site.port}${path}`
const names = (count: number) => Array.from({ length: count }, (_, index) => `Event ${index}`)
const all = (count: number) => (events: { event?: string }[]) => events.filter(({ event }) => event).length === count
const failing = (times: number, behaviour: Behaviour) => {
  pages.collector.behave = index => (index < times ? behaviour : undefined)
}

async function open(path = '/home'): Promise<Page> {
  const page = await pages.context.newPage()
  await page.goto(at(path))
  return page
}

/** Tracks `count` events in one task; `then` runs in the same task. */
async function track(page: Page, count: number, then = '') {
  await page
    .evaluate(
      ([events, code]) => {
        for (const name of events) window.waymark.track(name, { plan: 'team', seats: 42 })
        if (code.startsWith('/')) location.href = code
        else if (code === 'close') window.close()
      },
      [names(count), then] as const,
    )
    .catch(() => {
      // The page went away while it was asked: that is the point.
    })
}

test('ten events and then a navigation in the same task: all arrive at once, in order, without a preflight', async () => {
  const page = await open()
  await track(page, 10, '/blank')
  await pages.collector.until(all(10), 5_000)
  expect(pages.collector.tracked()).toEqual(names(10))
  expect(pages.collector.requests.map(({ method }) => method)).toEqual(['POST'])
})

test('what is too much for a dying page goes from the next page of the tab, copies included never twice by id', async () => {
  const page = await open()
  await track(page, 600, '/home')
  await pages.collector.until(all(600))
  expect(pages.collector.tracked().sort()).toEqual(names(600).sort())
})

test('a closed tab loses nothing', async () => {
  const opener = await open('/blank')
  const [page] = await Promise.all([pages.context.waitForEvent('page'), opener.evaluate(url => void window.open(url), at('/home'))])
  await page.waitForFunction(() => window.waymark !== undefined)
  await track(page, 10, 'close')
  await pages.collector.until(all(10), 5_000)
})

test('a popup that is closed at once takes nothing of its opener, though it inherits its session storage', async () => {
  const opener = await open()
  // The opener has a past in its tab, as a page that was navigated to, hidden and shown again.
  await opener.goto(at('/home'))
  await opener.waitForFunction(() => performance.now() > 300)
  const [popup] = await Promise.all([pages.context.waitForEvent('page'), opener.evaluate(url => void window.open(url), at('/blank'))])
  await track(opener, 10)
  await popup.goto(at('/home'))
  await popup.waitForFunction(() => performance.now() > 300)
  await popup.close()
  await pages.collector.until(all(10), 5_000)
  expect(pages.collector.tracked()).toEqual(names(10))
})

test('a crashed page loses nothing: a later page takes over what it left', async () => {
  const page = await open()
  failing(99, { status: 500 })
  await track(page, 10)
  const session = await pages.context.newCDPSession(page)
  session.send('Page.crash').catch(() => {
    // A crashed page does not answer.
  })
  await page.waitForEvent('crash')
  failing(0, undefined)
  await open('/next')
  await pages.collector.until(all(10))
  expect(pages.collector.tracked()).toEqual(names(10))
})

test.each<[string, number, Behaviour]>([
  ['answers 500 three times', 3, { status: 500 }],
  ['stores the batch and breaks the connection before the answer', 1, 'cut'],
  ['answers 200 with something that is no answer of a gateway', 1, { status: 200, body: '<html>' }],
])('delivers everything once by id when the collector %s', async (_, times, behaviour) => {
  const page = await open()
  failing(times, behaviour)
  await track(page, 10)
  await pages.collector.until(() => pages.collector.requests.length > times)
  await pages.collector.until(all(10))
  expect(pages.collector.tracked()).toEqual(names(10))
})

test('waits as long as a Retry-After says, also when the page is left meanwhile', async () => {
  const page = await open()
  failing(1, { status: 429, headers: { 'retry-after': '2' } })
  await track(page, 10)
  await page.evaluate(() => window.waymark.flush())
  await page.evaluate(() => dispatchEvent(new Event('pagehide')))
  await pages.collector.until(all(10))
  const [refused, accepted] = pages.collector.requests
  expect((accepted?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThan(1_900)
})

test('flush says what was delivered and what still waits', async () => {
  const page = await open()
  failing(1, { status: 503 })
  await track(page, 10)
  expect(await page.evaluate(() => window.waymark.flush())).toEqual({ delivered: 0, pending: 10, failed: 0 })
  expect(await page.evaluate(() => window.waymark.flush())).toEqual({ delivered: 10, pending: 0, failed: 0 })
})

test('delivers when the network comes back, and from the next page when the tab was closed meanwhile', async () => {
  const page = await open()
  await pages.context.setOffline(true)
  await track(page, 5)
  expect(await page.evaluate(() => window.waymark.flush())).toMatchObject({ pending: 5 })
  await pages.context.setOffline(false)
  await pages.collector.until(all(5), 3_000)

  await pages.context.setOffline(true)
  await page.evaluate(() => window.waymark.track('Offline Then Closed'))
  await page.close()
  await pages.context.setOffline(false)
  await open('/next')
  await pages.collector.until(all(6))
})

test('halves a refused batch down to the event that is refused, drops that one and says so', async () => {
  const page = await open()
  const told = await page.evaluate(() => {
    const errors: unknown[] = []
    window.waymark.on('error', error => errors.push([error.status, error.willRetry, error.messageIds.length]))
    Object.assign(window, { errors })
    return errors
  })
  expect(told).toEqual([])
  failing(3, { status: 413 })
  await track(page, 4)
  expect(await page.evaluate(() => window.waymark.flush())).toEqual({ delivered: 3, pending: 0, failed: 1 })
  expect(await page.evaluate(() => (window as unknown as { errors: unknown }).errors)).toEqual([[413, false, 1]])
  expect(pages.collector.tracked()).toEqual(names(4).slice(1))
})

test('a rejected event of an accepted batch is told with its code and not sent again', async () => {
  const page = await open()
  const rejection = { index: 1, messageId: null, code: 'too_long', path: '/event', message: 'is longer than 200 characters' }
  failing(1, { status: 200, body: JSON.stringify({ success: true, accepted: 1, rejected: [rejection] }) })
  const result = await page.evaluate(async () => {
    const errors: unknown[] = []
    window.waymark.on('error', error => errors.push(error))
    window.waymark.track('Good')
    window.waymark.track('Bad')
    return { flushed: await window.waymark.flush(), errors, left: Object.keys(localStorage).filter(key => key.startsWith('wm_q_')) }
  })
  expect(result).toMatchObject({
    flushed: { delivered: 1, pending: 0, failed: 1 },
    errors: [{ code: 'too_long', message: '/event is longer than 200 characters', willRetry: false, status: 200 }],
    left: [],
  })
})

test('without storage events are kept in memory and delivered all the same', async () => {
  await pages.context.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('blocked', 'SecurityError')
        },
      })
    }
  })
  const page = await open()
  failing(2, { status: 500 })
  await track(page, 10)
  await pages.collector.until(all(10))
})

test('works again after the back-forward cache: what another page delivered meanwhile is not sent twice', async () => {
  const page = await open()
  await page.evaluate(() => Object.assign(window, { sameDocument: true }))
  failing(1, { status: 500 })
  await track(page, 3, '/next')
  await pages.collector.until(all(3))
  await page.goBack({ waitUntil: 'commit' })
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
  await page.evaluate(() => window.waymark.track('After Return'))
  await page.evaluate(() => window.waymark.flush())
  expect(pages.collector.tracked()).toEqual([...names(3), 'After Return'])
  expect(pages.collector.copies()).toBe(4)
})

test('the tab that comes back from hiding goes on sending', async () => {
  const page = await open()
  const hide = (state: string) =>
    page.evaluate(value => {
      Object.defineProperty(document, 'hidden', { value: value === 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  await track(page, 1)
  await hide('hidden')
  await pages.collector.until(all(1), 900)
  await hide('visible')
  await page.evaluate(() => window.waymark.track('Later'))
  await pages.collector.until(all(2))
})
