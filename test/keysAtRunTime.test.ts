/** Keys and settings made by one process, in force at two others that share nothing with it but the warehouse. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { gatewayEnvironment, type RunningGateway, send, startGateway, temporaryDataDir } from './gateway.ts'
import { openTables } from './tables.ts'
import { waymark } from './waymark.ts'

const data = temporaryDataDir()
const gateways: RunningGateway[] = []
beforeAll(async () => {
  gateways.push(await startGateway({ dataDir: data.path }), await startGateway({ dataDir: data.path, env: { ROLE: 'ingest' } }))
}, 60_000)
afterAll(async () => {
  for (const gateway of gateways.reverse()) await gateway.stop()
  data.remove()
})

const cli = (...args: string[]) => waymark(args, gatewayEnvironment(data.path))
async function made(...args: string[]): Promise<{ key: string; id: string }> {
  const { code, output } = await cli(...args)
  expect(code, output).toBe(0)
  const [key = ''] = /\b(?:wk|sk)_\w{20,}/.exec(output) ?? []
  const [id = ''] = /\b[ws]_\w{9}\b/.exec(output.replace(key, '')) ?? []
  return { key, id }
}
const event = { type: 'track', event: 'Ping', userId: 'u_1' }
const statuses = (key: string, headers: Record<string, string> = {}) =>
  Promise.all(gateways.map(async gateway => (await send(gateway, [event], { key, headers })).status))
/** The promise is five seconds; a busy machine gets more, but a gateway that never looks fails. */
const soon = { timeout: 15_000, interval: 100 }

test('a write key is made, rotated with an overlap and revoked at every gateway', async () => {
  const old = await made('keys', 'create', 'shop')
  await vi.waitFor(async () => expect(await statuses(old.key)).toEqual([200, 200]), soon)
  const next = await made('keys', 'rotate', old.id, '--overlap', '1h')
  await vi.waitFor(async () => expect(await statuses(next.key)).toEqual([200, 200]), soon)
  expect(await statuses(old.key)).toEqual([200, 200])
  const list = (await cli('keys', 'list')).output
  expect(list).toMatch(new RegExp(`${old.id} .*${old.key} .*public, until 20`))
  expect(list).toContain(next.key)
  await cli('keys', 'revoke', old.id)
  await vi.waitFor(async () => expect(await statuses(old.key)).toEqual([401, 401]), soon)
  expect(await statuses(next.key)).toEqual([200, 200])
}, 90_000)

test('a rotated key ends by itself when its overlap is over', async () => {
  const old = await made('keys', 'create', 'brief', '--server')
  await vi.waitFor(async () => expect(await statuses(old.key)).toEqual([200, 200]), soon)
  await cli('keys', 'rotate', old.id, '--overlap', '0')
  await vi.waitFor(async () => expect(await statuses(old.key)).toEqual([401, 401]), soon)
  expect((await cli('keys', 'rotate', old.id)).code).toBe(1)
  expect((await cli('keys', 'rotate', old.id, '--overlap', 'soon')).code).toBe(2)
}, 60_000)

test('a secret key opens what its scopes say, never from a page, and nothing of it is on the disk', async () => {
  const { key } = await made('keys', 'create', 'crm', '--secret', '--scope', 'read')
  const ask = (headers: Record<string, string> = {}) =>
    Promise.all(
      gateways.map(
        async ({ url }) => (await fetch(`${url}/v1/rejected`, { headers: { authorization: `Bearer ${key}`, ...headers } })).status,
      ),
    )
  await vi.waitFor(async () => expect(await ask()).toEqual([200, 200]), soon)
  expect(await ask({ origin: 'https://www.acme.com' })).toEqual([403, 403])
  const jobs = gateways.map(({ url }) => fetch(`${url}/v1/jobs/run`, { method: 'POST', headers: { authorization: `Bearer ${key}` } }))
  expect((await Promise.all(jobs)).map(({ status }) => status)).toEqual([403, 403])
  const { execFileSync } = await import('node:child_process')
  const found = () => execFileSync('grep', ['-rlaF', key.slice(13), data.path]).toString()
  expect(found).toThrow()
}, 60_000)

test('pages and limits of a source are set for every gateway', async () => {
  const { key } = await made('keys', 'create', 'docs')
  const from = (origin: string) => statuses(key, { origin })
  await vi.waitFor(async () => expect(await from('https://evil.test')).toEqual([200, 200]), soon)
  const set = await cli('sources', 'set', 'docs', '--origin', 'https://*.acme.com', '--events-per-second', '7')
  expect(set.output).toMatch(/docs +7 events\/s +first-party id off +https:\/\/\*\.acme\.com/)
  await vi.waitFor(async () => expect(await from('https://evil.test')).toEqual([403, 403]), soon)
  expect(await from('https://docs.acme.com')).toEqual([200, 200])
  expect((await cli('sources', 'set', 'docs', '--origin', 'acme.com')).code).toBe(2)
  const narrowed = await cli('sources', 'set', 'docs', '--never-store', 'ssn,birth-day')
  expect(narrowed.output).toMatch(/docs +7 events\/s .*https:\/\/\*\.acme\.com +never stored: ssn, birth-day/)
  expect((await cli('sources', 'set', 'docs', '--never-store', '---')).code).toBe(2)
  expect((await cli('sources', 'set', 'docs', '--store-all')).output).not.toContain('never stored')
  // Both kinds of refusal can be read by the page that is refused.
  const refused = async (url: string) => {
    const answer = await fetch(`${url}/v1/batch`, {
      method: 'POST',
      headers: { origin: 'https://evil.test' },
      body: JSON.stringify({ writeKey: key, batch: [event] }),
    })
    return [answer.status, answer.headers.get('access-control-allow-origin')]
  }
  expect(await refused(gateways[0]?.url ?? '')).toEqual([403, 'https://evil.test'])
  const many = Array.from({ length: 2_500 }, () => event)
  const flood = async (url: string) => {
    const headers = { origin: 'https://docs.acme.com' }
    for (let n = 0; n < 4; n++) {
      const answer = await fetch(`${url}/v1/batch`, { method: 'POST', headers, body: JSON.stringify({ writeKey: key, batch: many }) })
      if (answer.status !== 200) return answer
    }
    return null
  }
  const limited = await flood(gateways[1]?.url ?? '')
  expect(limited?.status).toBe(429)
  expect(limited?.headers.get('access-control-allow-origin')).toBe('https://docs.acme.com')
  expect(limited?.headers.get('access-control-expose-headers')).toContain('Retry-After')
  expect(limited?.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(Number(limited?.headers.get('retry-after'))).toBeLessThanOrEqual(300)
}, 60_000)

test('what is never stored of a source is taken out at every gateway', async () => {
  const { key } = await made('keys', 'create', 'forms')
  await vi.waitFor(async () => expect(await statuses(key)).toEqual([200, 200]), soon)
  expect((await cli('sources', 'set', 'forms', '--never-store', 'birth-day')).code).toBe(0)
  const tables = openTables(data.path)
  const stored = (mark: string) =>
    tables.query<{ properties: string }>(`SELECT properties FROM events WHERE startsWith(message_id, '${mark}-')`)
  let tries = 0
  try {
    await vi.waitFor(
      async () => {
        const mark = `try${++tries}`
        const told = (n: number) => ({ ...event, messageId: `${mark}-${n}`, properties: { birthday: '1999-01-01', kept: 1 } })
        await Promise.all(gateways.map((gateway, n) => send(gateway, [told(n)], { key })))
        await vi.waitUntil(async () => (await stored(mark)).length === gateways.length, soon)
        expect((await stored(mark)).map(({ properties }) => properties)).toEqual(['{"kept":1}', '{"kept":1}'])
      },
      { ...soon, timeout: 40_000 },
    )
  } finally {
    await tables.close()
  }
}, 90_000)
