import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../browser.ts'
import { type RunningGateway, startGateway, temporaryDataDir } from '../gateway.ts'
import { openTables, type Tables } from '../tables.ts'
import { capture, goldenOf, isCapturing } from './golden.ts'
import { idsOf, PEERS, type Peer } from './peers.ts'
import { type Run, runPeer } from './run.ts'
import { shapeOf } from './wire.ts'

const PAID_AT = new Date(Date.now() - 3 * 3_600_000)

const data = temporaryDataDir()
const runs = new Map<string, PromiseSettledResult<Run>>()
let gateway: RunningGateway
let tables: Tables
let browser: Browser

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path })
  tables = openTables(data.path)
  browser = await launchChromium()
  // Side by side: most of their time is waiting.
  const ended = await Promise.allSettled(PEERS.map(peer => runPeer(peer, { gateway, tables, browser, paidAt: PAID_AT })))
  for (const [place, { id }] of PEERS.entries()) runs.set(id, ended[place] as PromiseSettledResult<Run>)
})
afterAll(async () => {
  await browser.close()
  await tables.close()
  await gateway.stop()
  data.remove()
})

describe.each(PEERS as readonly Peer[])('$package, $form, in $runsIn', peer => {
  const ids = idsOf(peer)
  let run: Run
  const row = (type: string) => run.rows.get(type) ?? expect.fail(`no event of type ${type} arrived`)

  beforeAll(() => {
    const ended = runs.get(peer.id)
    if (ended?.status !== 'fulfilled') throw new Error(`${peer.id} did not get through`, { cause: ended?.reason })
    run = ended.value
    if (isCapturing) capture(peer, run.calls)
  })

  test('has every request answered with success, and no error in the page', () => {
    expect(run.sent.filter(({ status }) => status >= 300).map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([])
    expect(run.errors).toEqual([])
    expect(run.calls.map(({ type }) => type)).toEqual(peer.calls)
  })

  test('has all its calls arrive with their ids', () => {
    expect([...run.rows.keys()].sort()).toEqual([...peer.calls].sort())
    expect(new Set([...run.rows.values()].map(({ source_id }) => source_id))).toEqual(new Set([peer.runsIn === 'Node' ? 'backend' : 'web']))
    for (const type of ['identify', 'track', 'group'] as const) expect(row(type).user_id, type).toBe(ids.userId)
    expect(row('group').group_id).toBe(ids.groupId)
    expect(row('alias').user_id).toBe(ids.newUserId)
    expect(JSON.parse(row('alias').properties)).toMatchObject({ previousId: ids.oldUserId })
  })

  if (peer.runsIn === 'Chromium')
    test('has one anonymous id in all of them, before and after the visitor is known', () => {
      const anonymousId = row('page').anonymous_id
      expect(anonymousId).toMatch(/^[0-9a-f-]{36}$/)
      expect(new Set([...run.rows.values()].map(({ anonymous_id }) => anonymous_id))).toEqual(new Set([anonymousId]))
      expect([row('page').user_id, row('identify').user_id]).toEqual(['', ids.userId])
    })

  test('has them say what they said', () => {
    expect(row('track').event).toBe('Demo Requested')
    expect(JSON.parse(row('track').properties)).toMatchObject({ plan: 'team', seats: 5 })
    expect(JSON.parse(row('identify').traits)).toMatchObject({ email: `${ids.userId}@acme.test`, name: 'Ana Almeida' })
    expect(JSON.parse(row('group').traits)).toMatchObject({ name: 'Acme', website: 'https://acme.test' })
    expect(JSON.parse(row('page').properties)).toMatchObject({ section: 'plans', name: 'Plans' })
    expect(row('page')).toMatchObject({ path: '/plans', campaign_name: peer.runsIn === 'Chromium' ? 'spring' : '' })
    if (peer.calls.includes('screen')) expect(JSON.parse(row('screen').properties)).toMatchObject({ tab: 'billing', name: 'Settings' })
  })

  test('has them at the times when they were made, or when their caller says that they happened', () => {
    for (const [type, { at }] of run.rows) {
      if (type === 'track' && peer.runsIn === 'Node') expect(at).toBe(PAID_AT.getTime())
      else {
        expect(at, type).toBeGreaterThanOrEqual(run.startedAt)
        expect(at, type).toBeLessThanOrEqual(run.endedAt)
      }
    }
  })

  test('sends them in the shape that was captured for its version', () => {
    expect(shapeOf(run.calls)).toEqual(shapeOf(goldenOf(peer).calls))
  })
})
