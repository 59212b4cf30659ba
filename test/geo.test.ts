import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { mmdb } from '../gateway/src/geo/mmdb.fixture.ts'
import { KEYS, type RunningGateway, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'
import { openTables } from './tables.ts'

const data = temporaryDataDir()
const held: { gateway: RunningGateway | null } = { gateway: null }

beforeAll(async () => {
  const file = join(data.path, 'country.mmdb')
  writeFileSync(file, mmdb({ '203.0.113.0/24': { country: { iso_code: 'DE' } }, '198.51.100.0/24': { country: { iso_code: 'JP' } } }))
  const networks = join(data.path, 'asn.mmdb')
  const record = { autonomous_system_number: 3320, autonomous_system_organization: 'Deutsche Telekom AG' }
  writeFileSync(networks, mmdb({ '203.0.113.0/24': record }, 'GeoLite2-ASN'))
  held.gateway = await startGateway({
    dataDir: join(data.path, 'data'),
    env: { GEOIP_FILE: file, GEOIP_ASN_FILE: networks, TRUST_PROXY: 'on' },
  })
}, 60_000)
afterAll(async () => {
  await held.gateway?.stop()
  data.remove()
})

test('country and network of a visitor are stored and the address is not, neither his own nor one that an event names', {
  timeout: 90_000,
}, async () => {
  const gateway = held.gateway ?? expect.unreachable('no gateway')
  const headers = { 'x-forwarded-for': '192.0.2.1, 203.0.113.77' }
  const event = (messageId: string, more: object = {}) => ({ type: 'track', event: 'Seen', userId: 'u', messageId, ...more })
  const named = { context: { ip: '198.51.100.9' } }
  await send(gateway, [event('page'), event('page-named', named)], { key: KEYS.browser, headers })
  await send(gateway, [event('server'), event('server-named', named)], { key: KEYS.server, headers })
  await vi.waitFor(() => runJobs(gateway), { timeout: 60_000, interval: 300 })
  const tables = openTables(gateway.dataDir)
  const rows = await tables.query<{ message_id: string; country: string; network: string }>(
    `SELECT message_id, country, JSONExtractRaw(context, 'network') AS network FROM events ORDER BY message_id`,
  )
  expect(rows).toEqual([
    { message_id: 'page', country: 'DE', network: '{"asn":3320,"organisation":"Deutsche Telekom AG"}' },
    { message_id: 'page-named', country: 'JP', network: '' },
    { message_id: 'server', country: '', network: '' },
    { message_id: 'server-named', country: 'JP', network: '' },
  ])
  const [told] = await tables.query<{ n: number }>(
    `SELECT toUInt32(countIf(match(concat(context, properties, traits, url), '203[.]0[.]113|198[.]51[.]100'))) AS n FROM events`,
  )
  expect(told?.n).toBe(0)
  await tables.close()
})
