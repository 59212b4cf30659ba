import { expect, test, vi } from 'vitest'
import { WEB_KEY } from '../../gateway/src/ingest/wire/wire.fixture.ts'
import { ORDINARY_USER_AGENT } from '../browser.ts'
import { peerEdge } from './edge.ts'
import { act, pageOf, view } from './pages.ts'
import { idsOf } from './peers.ts'
import { type Refusal, startRecorder } from './recorder.ts'
import { startSite } from './site.ts'
import { callsIn } from './wire.ts'

const edge = peerEdge()

/** One visit may have luck. */
const VISITS = 8
const PATIENCE = { timeout: 20_000, interval: 50 }

/** A visitor with analytics-next as the gateway's settings have it; `refuse` answers deliveries in place of the gateway. */
async function visitor(refuse: (post: number) => Refusal | null = () => null) {
  const recorder = await startRecorder(`http://127.0.0.1:${edge().port}`, refuse)
  const site = await startSite(await pageOf('analytics-next', { writeKey: WEB_KEY, host: recorder.pageUrl }))
  const context = await edge().browser.newContext({ userAgent: ORDINARY_USER_AGENT })
  return {
    site,
    sent: recorder.sent,
    newPage: () => context.newPage(),
    delivered: () => callsIn(recorder.sent),
    async leave() {
      await context.close()
      site.close()
      recorder.close()
    },
  }
}

test.each<[string, number, Refusal]>([
  ['whose key was made a moment ago and is unknown to a process for some seconds more', 1, { status: 401 }],
  ['that is open while the gateway starts', 2, { status: 503 }],
  ['that is told to come back later', 1, { status: 429, headers: { 'retry-after': '1' } }],
])('nothing is lost of a page %s', async (_, times, refusal) => {
  const { site, sent, newPage, delivered, leave } = await visitor(post => (post < times ? refusal : null))
  try {
    const page = await newPage()
    await page.goto(site.url)
    await page.evaluate(view)
    await page.evaluate(act, idsOf({ id: 'retry' }))
    await vi.waitUntil(() => delivered().length >= 6, PATIENCE)
    expect(sent.filter(({ status }) => status === refusal.status)).toHaveLength(times)
    const ids = delivered().map(({ event }) => event.messageId)
    expect(
      edge()
        .rows()
        .filter(row => ids.includes(row.message_id)),
    ).toHaveLength(6)
  } finally {
    await leave()
  }
})

test('nothing is lost of what is called in the task that leaves the page, once the visitor comes back', async () => {
  const { site, newPage, delivered, leave } = await visitor()
  try {
    const page = await newPage()
    await page.goto(`${site.url}/plans`)
    // As with any site, the browser has asked once whether it may send.
    await page.evaluate(() => window.sdk?.track('Plan Chosen', { place: -1 }))
    await vi.waitUntil(() => delivered().length === 1, PATIENCE)
    for (let visit = 0; visit < VISITS; visit++) {
      if (visit > 0) await page.goto(`${site.url}/plans`)
      await page.evaluate(() => window.sdk?.ready?.())
      await page.evaluate(visit => {
        for (let place = 0; place < 10; place++) window.sdk?.track('Plan Chosen', { place: visit * 10 + place })
        location.href = '/checkout'
      }, visit)
      await page.waitForURL('**/checkout')
    }
    await page.goto(`${site.url}/plans`)
    const places = () => new Set(delivered().map(({ event }) => (event.properties as { place: number }).place))
    await vi
      .waitUntil(() => places().size === 1 + 10 * VISITS, PATIENCE)
      .catch(cause => {
        throw new Error(`${places().size - 1} of ${10 * VISITS} arrived`, { cause })
      })
    expect(
      edge()
        .rows()
        .filter(({ event }) => event === 'Plan Chosen'),
    ).toHaveLength(1 + 10 * VISITS)
  } finally {
    await leave()
  }
})
