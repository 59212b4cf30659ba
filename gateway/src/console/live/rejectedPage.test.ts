import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../../test/engine.ts'
import { insertRows, sqlTime } from '../../db/query.ts'
import { createLiveFeed } from '../../ingest/live/feed.ts'
import { countRejected, readRejected, rejectedCounts } from '../../ingest/request/rejectedList.ts'
import { ADVICE } from './advice.ts'
import { createLivePages } from './liveRoutes.ts'

const NOW = Date.UTC(2026, 2, 10, 12)
const DAY = 86_400_000
const EVIL = `"'></code><script>alert(1)</script> \u202e\u200b\u001b${'W'.repeat(20_000)}`

describe('the page of rejected events', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
    const row = (segment_index: number, at: number, source_id: string, code: string, more: object = {}) => ({
      source_id,
      received_at: sqlTime(at),
      index: segment_index,
      message_id: `m${segment_index}`,
      code,
      path: '/event',
      message: `said ${segment_index}`,
      raw: `{"event":${segment_index}}`,
      segment_id: randomUUID(),
      segment_index,
      ...more,
    })
    await insertRows(test.db.client, 'rejected_events', [
      row(1, NOW - 8 * DAY, 'web', 'too_long'),
      ...Array.from({ length: 110 }, (_, index) => row(100 + index, NOW - 3 * DAY + index * 1000, 'web', 'required')),
      row(2, NOW - 2 * DAY, 'shop', 'required'),
      row(3, NOW - 1000, 'web', 'wrong_type', { path: EVIL, message: EVIL, message_id: EVIL, raw: JSON.stringify({ [EVIL]: EVIL }) }),
    ])
  })
  afterAll(() => test.close())

  const app = (db = test.db) =>
    createLivePages({
      feed: createLiveFeed({ now: () => NOW }),
      db,
      now: () => NOW,
      address: { origin: () => 'https://collect.acme.test' },
      writeKey: null,
      hasDemo: false,
      takesEvents: true,
      stopping: new AbortController().signal,
    })
  const visit = async (path: string) => (await app().request(path)).text()
  const idsOn = (page: string) => [...page.matchAll(/message id (\S+?),/g)].map(([, id]) => id)

  it('has a neighbour that tells newcomers where events go: the address that senders use', async () => {
    expect(await visit('/console/live')).toContain('curl https://collect.acme.test/v1/track')
  })

  it('counts the last seven days by source and reason, most first, with what to do', async () => {
    expect(await countRejected(test.db, NOW - 7 * DAY)).toEqual([
      { source_id: 'web', code: 'required', n: 110, last_at: NOW - 3 * DAY + 109_000, message: 'said 209' },
      { source_id: 'shop', code: 'required', n: 1, last_at: NOW - 2 * DAY, message: 'said 2' },
      { source_id: 'web', code: 'wrong_type', n: 1, last_at: NOW - 1000, message: EVIL },
    ])
    const page = await visit('/console/rejected')
    expect(page).toContain('<td class="number" data-label="Events">110</td>')
    expect(page).toContain(ADVICE.required)
    expect(page).toContain('said 209')
    expect(page).toContain('href="/console/rejected?source=shop&amp;code=required"')
  })

  it('pages from the newest to the oldest without gap or repetition, within its filter', async () => {
    const seen: (string | undefined)[] = []
    let path: string | undefined = '/console/rejected?source=web&code=required'
    let pages = 0
    while (path !== undefined) {
      const page: string = await visit(path)
      seen.push(...idsOn(page))
      pages++
      path = /href="([^"]*cursor=[^"]*)">Older/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(pages).toBe(3)
    expect(seen).toEqual(Array.from({ length: 110 }, (_, index) => `m${209 - index}`))
  })

  it('filters for programs too', async () => {
    const found = async (source: string, code: string) =>
      (await readRejected(test.db, { source, code, limit: 200, cursor: '' })).data.length
    expect([await found('', ''), await found('shop', ''), await found('', 'required'), await found('shop', 'too_long')]).toEqual([
      113, 1, 111, 0,
    ])
    expect(await describeQuery(test.db.client, rejectedCounts, { since: sqlTime(NOW) })).toEqual({
      source_id: 'LowCardinality(String)',
      code: 'LowCardinality(String)',
      n: 'UInt64',
      last_at: 'Int64',
      message: 'String',
    })
  })

  it('shows hostile events as text, cut, with what is invisible made visible', async () => {
    for (const path of [
      '/console/rejected?code=wrong_type',
      `/console/rejected?source=${encodeURIComponent(EVIL)}&code=${encodeURIComponent(EVIL)}`,
    ]) {
      const page = await visit(path)
      expect(page).not.toMatch(/<(?:script|img)/i)
      expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(page).not.toMatch(/W{7000}/)
    }
    expect(await visit('/console/rejected?code=wrong_type')).toContain('\\u202e\\u200b')
  })

  it('says what is wrong with a cursor that it never gave out', async () => {
    expect((await app().request('/console/rejected?cursor=%27%3BDROP')).status).toBe(400)
  })
})
