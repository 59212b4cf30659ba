import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { KEYS, type RunningGateway, read, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'
import { openTables } from './tables.ts'

const data = temporaryDataDir()
let gateway: RunningGateway

beforeAll(async () => {
  gateway = await startGateway({ dataDir: data.path, env: { REDACT_PARAMETERS: 'patient-id, case' } })
}, 60_000)
afterAll(async () => {
  await gateway?.stop()
  data.remove()
})

test('what REDACT_PARAMETERS names is stored of no event, taken or rejected', { timeout: 90_000 }, async () => {
  const url = 'https://acme.com/visit?patientId=4711&case=0815&page=2'
  const escaped = `{"href":"https:\\/\\/acme.com\\/?a\\u003d1\\u0026patient_id\\u003d4711"}`
  const context = { page: { url, referrer: url } }
  const event = { type: 'track', event: 'Seen', userId: 'u', properties: { url, escaped }, context }
  await send(
    gateway,
    [
      { ...event, messageId: 'taken' },
      { ...event, messageId: 'rejected', event: '' },
    ],
    { key: KEYS.browser },
  )
  await vi.waitFor(() => runJobs(gateway), { timeout: 60_000, interval: 300 })
  const tables = openTables(data.path)
  const [row] = await tables.query<{ url: string; referrer: string; properties: string; all: string }>(
    `SELECT url, referrer, properties, concat(path, title, context, traits) AS all FROM events WHERE message_id = 'taken'`,
  )
  const clean = 'https://acme.com/visit?patientId=redacted&case=redacted&page=2'
  expect(row).toMatchObject({ url: clean, referrer: clean })
  expect(`${row?.properties}${row?.all}`).not.toMatch(/4711|0815/)
  await tables.close()
  const { data: rejected } = await read<{ data: { messageId: string; raw: string }[] }>(gateway, '/v1/rejected')
  expect(rejected.map(({ messageId }) => messageId)).toEqual(['rejected'])
  expect(JSON.stringify(rejected)).not.toMatch(/4711|0815/)
  expect(JSON.stringify(rejected)).toContain('page=2')
})
