/** What a gateway learnt of a device's clock, after it was killed. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { KEYS, type RunningGateway, startGateway, temporaryDataDir } from './gateway.ts'
import { openTables } from './tables.ts'

const [HALF_AN_HOUR, AN_HOUR, TEN_DAYS] = [1_800_000, 3_600_000, 864_000_000]
const data = temporaryDataDir()
let gateway: RunningGateway

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path })
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  data.remove()
})

/** From a device whose clock is ten days ahead. */
async function send(messageId: string, happened: number, left: number): Promise<void> {
  const [timestamp, sentAt] = [happened, left].map(at => new Date(at + TEN_DAYS).toISOString())
  const answer = await fetch(`${gateway.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${KEYS.browser}:`)}` },
    body: JSON.stringify({ sentAt, batch: [{ type: 'track', event: 'Tested', anonymousId: 'ahead', messageId, timestamp }] }),
  })
  expect(answer.status).toBe(200)
}

async function placed(messageId: string): Promise<number> {
  // Of this engine: the next one has another address.
  const tables = openTables(data.path)
  const find = () =>
    tables.query<{ at: number }>(`SELECT toUnixTimestamp64Milli(timestamp) AS at FROM events WHERE message_id = '${messageId}'`)
  try {
    return Number(await vi.waitUntil(async () => (await find())[0]?.at, { timeout: 30_000, interval: 100 }))
  } finally {
    await tables.close()
  }
}

test('what a device did later stands later, though the gateway was killed between its two requests', { timeout: 90_000 }, async () => {
  const now = Date.now()
  // An hour under way: the clock looks an hour less ahead than it is.
  await send('earlier', now - AN_HOUR, now - AN_HOUR)
  const earlier = await placed('earlier')
  // What still lay there would be read again, and teach the same.
  const spool = () => readdirSync(join(data.path, 'spool', 'gateway')).filter(name => /\.(?:open|seg)$/.test(name))
  await vi.waitUntil(() => spool().length === 0, { timeout: 30_000, interval: 50 })
  await gateway.kill()
  gateway = await startGateway({ dataDir: data.path })
  await send('later', now - HALF_AN_HOUR, Date.now())
  expect(await placed('later')).toBeGreaterThanOrEqual(earlier)
})
