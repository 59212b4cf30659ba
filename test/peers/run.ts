/** One SDK against a gateway: its calls made, answered and stored. */
import type { Browser } from 'playwright'
import { vi } from 'vitest'
import { ORDINARY_USER_AGENT } from '../browser.ts'
import { KEYS } from '../gateway.ts'
import type { Tables } from '../tables.ts'
import { act, type BrowserPeerId, pageOf, view } from './pages.ts'
import { idsOf, type Peer } from './peers.ts'
import { type Recorder, type Sent, startRecorder } from './recorder.ts'
import { type NodePeerId, SERVICES } from './services.ts'
import { startSite } from './site.ts'
import { type Call, callsIn } from './wire.ts'

export interface Row {
  readonly message_id: string
  readonly source_id: string
  readonly type: string
  readonly event: string
  readonly anonymous_id: string
  readonly user_id: string
  readonly group_id: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly path: string
  readonly campaign_name: string
  readonly properties: string
  readonly traits: string
  readonly context: string
}

export interface Run {
  readonly sent: readonly Sent[]
  /** The events in it, in the order of the peer's calls. */
  readonly calls: readonly Call[]
  /** By type, as the warehouse has them. */
  readonly rows: ReadonlyMap<string, Row>
  /** That the page showed. */
  readonly errors: readonly string[]
  readonly startedAt: number
  readonly endedAt: number
}

export interface RunEdges {
  readonly gateway: { readonly url: string }
  readonly tables: Tables
  readonly browser: Browser
  /** When the order was paid that a service tells of now. */
  readonly paidAt: Date
}

const PATIENCE = { timeout: 30_000, interval: 100 }

const ROWS = `SELECT message_id, source_id, type, event, anonymous_id, user_id, group_id, toUnixTimestamp64Milli(timestamp)::Float64 AS at,
  path, campaign_name, properties, traits, context FROM events`

export async function runPeer(peer: Peer, { gateway, tables, browser, paidAt }: RunEdges): Promise<Run> {
  const recorder = await startRecorder(gateway.url)
  try {
    const startedAt = Date.now()
    const errors =
      peer.runsIn === 'Chromium'
        ? await visit(peer, recorder, browser)
        : await SERVICES[peer.id as NodePeerId]({ writeKey: KEYS.server, host: recorder.url, ids: idsOf(peer), paidAt })
    const endedAt = Date.now()
    const calls = callsIn(recorder.sent).sort((a, b) => placeOf(peer, a) - placeOf(peer, b))
    const messageIds = new Set(calls.map(({ event }) => event.messageId))
    const stored = async () => (await tables.query<Row>(ROWS)).filter(({ message_id }) => messageIds.has(message_id))
    await vi.waitUntil(async () => (await stored()).length >= calls.length, PATIENCE)
    return { sent: recorder.sent, calls, rows: new Map((await stored()).map(row => [row.type, row])), errors, startedAt, endedAt }
  } finally {
    recorder.close()
  }
}

function placeOf(peer: Peer, { type }: Call): number {
  return (peer.calls as readonly string[]).indexOf(type)
}

/** Runs the SDK in a page of its own until all of its calls were answered; resolves with the errors that the page showed. */
async function visit(peer: Peer, recorder: Recorder, browser: Browser): Promise<string[]> {
  const site = await startSite(await pageOf(peer.id as BrowserPeerId, { writeKey: KEYS.browser, host: recorder.pageUrl }))
  const context = await browser.newContext({ userAgent: ORDINARY_USER_AGENT })
  const errors: string[] = []
  try {
    const page = await context.newPage()
    page.on('console', message => message.type() === 'error' && errors.push(message.text()))
    page.on('pageerror', error => errors.push(error.message))
    page.on('requestfailed', request => errors.push(`${request.url()} failed: ${request.failure()?.errorText}`))
    await page.goto(`${site.url}/plans?utm_campaign=spring`)
    await page.evaluate(view)
    if (peer.sendsOnLeave === true) {
      // What is under way when a page is left is broken off, its configuration too.
      await page.waitForLoadState('networkidle')
      await page.evaluate(act, idsOf(peer))
      await page.goto('about:blank')
      await vi.waitUntil(() => callsIn(recorder.sent).length >= peer.calls.length, PATIENCE)
      return errors
    }
    // analytics-next fills in who is known when it sends.
    await vi.waitUntil(() => callsIn(recorder.sent).length >= 1, PATIENCE)
    await page.evaluate(act, idsOf(peer))
    await vi.waitUntil(() => callsIn(recorder.sent).length >= peer.calls.length, PATIENCE)
  } finally {
    await context.close()
    site.close()
  }
  return errors
}
