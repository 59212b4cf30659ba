import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Diagnosis } from '../gateway/src/cli/doctor/diagnosis.ts'
import { parseMetrics } from '../gateway/src/metrics/parse.fixture.ts'
import { freePort, gatewayEnvironment, KEYS, type RunningGateway, read, runJobs, send, startGateway, temporaryDataDir } from './gateway.ts'
import { waymark } from './waymark.ts'

/** What no log and no metric may ever show. */
const MARKS = [
  'markperson@secret.example',
  'MARKVALUE',
  'markuser',
  'markanon',
  'markname',
  'wk_mark_unknown',
  'sk_mark_unknown',
  'markpassword',
]

interface Doctor {
  readonly ok: boolean
  readonly checks: readonly Diagnosis[]
}

async function doctor(env: Record<string, string>): Promise<{ code: number | null; report: Doctor; output: string }> {
  const { code, output } = await waymark(['doctor', '--json'], env)
  return { code, output, report: JSON.parse(output) as Doctor }
}

const worst = ({ checks }: Doctor) => checks.filter(({ level }) => level !== 'ok').map(({ check, level }) => `${check} ${level}`)

describe('a gateway that is operated', () => {
  const folder = temporaryDataDir()
  let gateway: RunningGateway
  beforeAll(async () => {
    gateway = await startGateway({ dataDir: folder.path, env: { LOG_LEVEL: 'debug' } })
  }, 60_000)
  afterAll(async () => {
    await gateway.stop()
    folder.remove()
  })

  const metrics = async () => {
    const response = await fetch(`${gateway.url}/metrics`)
    return { type: response.headers.get('content-type'), text: await response.text() }
  }

  test('its metrics tell of the same events as its statistics, to the event', async () => {
    const event = (messageId: string, more: object = {}) => ({ type: 'track', event: 'markname', userId: 'markuser', messageId, ...more })
    await send(gateway, [event('m-1'), event('m-2'), event('m-2')])
    await send(gateway, [event('m-1'), { type: 'track', userId: 'markuser' }, { type: 'unheard' }, 'MARKVALUE' as never])
    await send(gateway, [event('m-3', { properties: { email: 'markperson@secret.example', note: 'MARKVALUE' } })], { key: KEYS.browser })
    expect((await send(gateway, [event('m-4')], { key: 'wk_mark_unknown' })).status).toBe(401)
    const broken = await fetch(`${gateway.url}/v1/batch`, { method: 'POST', body: '{"batch":[{"userId":"markuser' })
    expect(broken.status).toBe(400)
    await fetch(`${gateway.url}/v1/accounts/markperson@secret.example`, { headers: { authorization: 'Bearer sk_mark_unknown' } })
    await fetch(`${gateway.url}/v1/profiles/email/markperson@secret.example`, { headers: { authorization: `Bearer ${KEYS.secret}` } })
    await fetch(`${gateway.url}/markuser?writeKey=wk_mark_unknown`)
    await runJobs(gateway)

    const stats = await read<{ bySource: Record<string, Record<string, number>>; pending: number }>(gateway, '/v1/stats')
    const { type, text } = await metrics()
    expect(type).toContain('text/plain; version=0.0.4')
    const told = parseMetrics(text)
    const of = (name: string, start: string) =>
      [...(told.get(name)?.values ?? [])].filter(([key]) => key.includes(start)).reduce((sum, [, value]) => sum + value, 0)
    for (const source of ['web', 'backend']) {
      const label = `source="${source}"`
      expect(
        {
          received: of('waymark_events_received_total', label),
          stored: of('waymark_events_accepted_total', label),
          pending: 0,
          deduplicated: of('waymark_events_deduplicated_total', label),
          rejected: of('waymark_events_rejected_total', label),
          suppressed: of('waymark_events_suppressed_total', label),
        },
        source,
      ).toEqual(stats.bySource[source])
    }
    expect(of('waymark_events_received_total', '')).toBe(8)
    expect(of('waymark_loader_rows_total', 'events')).toBe(6)
    expect(of('waymark_ingest_requests_total', '"200"')).toBe(3)
    expect(of('waymark_ingest_requests_total', '"401"')).toBe(1)
    expect(of('waymark_ingest_ack_seconds', '_count')).toBe(3)
    expect(of('waymark_spool_sync_seconds', '_count')).toBeGreaterThan(0)
    expect([...told.keys()]).toEqual(
      expect.arrayContaining(['waymark_engine_up', 'waymark_ready', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']),
    )
  }, 60_000)

  test('jobs, tables and the account of events come with a later look', async () => {
    const names = ['waymark_job_last_success_timestamp_seconds', 'waymark_table_partition_parts', 'waymark_conservation_difference_events']
    await vi.waitFor(async () => expect([...parseMetrics((await metrics()).text).keys()]).toEqual(expect.arrayContaining(names)), {
      timeout: 40_000,
      interval: 500,
    })
    expect(
      parseMetrics((await metrics()).text)
        .get('waymark_conservation_difference_events')
        ?.values.values()
        .next().value,
    ).toBe(0)
  }, 60_000)

  test('every metric that docs/OPERATIONS.md names is there', async () => {
    const docs = readFileSync(new URL('../docs/OPERATIONS.md', import.meta.url), 'utf8')
    const named = new Set((docs.match(/\bwaymark_\w+/g) ?? []).map(name => name.replace(/_bucket$/, '')))
    const told = parseMetrics((await metrics()).text)
    expect(named.size).toBeGreaterThan(12)
    expect([...named].filter(name => !told.has(name))).toEqual([])
  })

  test('nothing of an event, a key or a person is in its output or in its metrics', async () => {
    const all = gateway.output() + (await metrics()).text
    expect(all).toContain('waymark listening on')
    for (const mark of [...MARKS.slice(0, -1), KEYS.secret, KEYS.server]) expect(all.includes(mark), mark).toBe(false)
  })

  test('each line of its log is an object with time, level and message', () => {
    const lines = gateway
      .output()
      .split('\n')
      .filter(line => line.startsWith('{'))
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ at: expect.stringMatching(/Z$/), level: expect.any(String), message: expect.any(String) })
  })

  test('/readyz tells of both uses, and the doctor finds nothing bad and leaves nothing behind', async () => {
    expect(await (await fetch(`${gateway.url}/readyz`)).json()).toMatchObject({
      status: 'ready',
      ingest: { ready: true },
      read: { ready: true },
      alerts: [],
    })
    const before = readdirSync(folder.path).sort()
    const { code, report, output } = await doctor(gatewayEnvironment(folder.path))
    expect([code, report.ok, worst(report).filter(words => words.endsWith('bad'))], output).toEqual([0, true, []])
    expect(report.checks.map(({ words }) => words).join('\n')).toMatch(/A gateway listens on .*: ready[\s\S]*/)
    expect(report.checks.find(({ check }) => check === 'tables')?.words).toBe('The tables are up to date.')
    expect(readdirSync(folder.path).sort()).toEqual(before)
  }, 30_000)
})

test('a first start and a stop say nothing to worry about', async () => {
  const folder = temporaryDataDir()
  const gateway = await startGateway({ dataDir: folder.path })
  await gateway.stop()
  expect(gateway.output()).not.toMatch(/"level":"(?:warn|error)"/)
  folder.remove()
}, 30_000)

test('the doctor names a damaged spool, an unreachable server and a dead gateway, and no password; it changes no byte', async () => {
  const folder = temporaryDataDir()
  const CLICKHOUSE_URL = `http://default:markpassword@127.0.0.1:${await freePort()}/waymark`
  const gateway = await startGateway({ dataDir: folder.path, env: { CLICKHOUSE_URL } })
  expect((await send(gateway, [{ type: 'track', event: 'Kept', userId: 'u', messageId: 'kept' }])).status).toBe(200)
  await gateway.stop()
  const spool = join(folder.path, 'spool', 'gateway')
  const segment = join(spool, readdirSync(spool).find(name => name.endsWith('.seg')) ?? 'none')
  const bytes = readFileSync(segment)
  bytes.writeUInt8(bytes.readUInt8(120) ^ 1, 120)
  writeFileSync(segment, bytes)
  writeFileSync(join(spool, '0000000000000001.bad'), 'x')
  writeFileSync(join(folder.path, 'gateway.json'), JSON.stringify({ url: gateway.url, pid: 2 ** 30 }))

  const { code, report, output } = await doctor(gatewayEnvironment(folder.path, { CLICKHOUSE_URL }))
  expect([code, report.ok], output).toEqual([1, false])
  expect(worst(report)).toEqual(expect.arrayContaining(['spool bad', 'spool warn', 'warehouse bad', 'gateway warn']))
  expect(report.checks.filter(({ level }) => level === 'bad').every(({ todo }) => todo !== null)).toBe(true)
  expect(output).not.toContain('markpassword')
  expect(createHash('sha256').update(readFileSync(segment)).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(gateway.output()).not.toContain('markpassword')
  folder.remove()
}, 60_000)

test('the doctor says that nothing can be taken where DATA_DIR cannot be written', async () => {
  const folder = temporaryDataDir()
  // Rights do not stop root; a file system of the kernel does.
  const isRoot = process.getuid?.() === 0 && existsSync('/sys')
  const dataDir = isRoot ? '/sys' : join(folder.path, 'closed')
  if (!isRoot) {
    mkdirSync(dataDir)
    chmodSync(dataDir, 0o500)
  }
  const { code, report } = await doctor(gatewayEnvironment(dataDir))
  expect([code, worst(report).includes('folder bad')]).toEqual([1, true])
  expect(report.checks.find(({ check, level }) => check === 'folder' && level === 'bad')?.words).toMatch(/cannot be written/)
  folder.remove()
}, 30_000)

test('the doctor says in words for people what it says to programs, and what usage it has', async () => {
  const folder = temporaryDataDir()
  const { code, output } = await waymark(['doctor'], gatewayEnvironment(folder.path))
  expect([code, output]).toEqual([0, expect.stringMatching(/ok\s+folder\s+DATA_DIR can be written; an fdatasync takes[\s\S]*0 bad/)])
  expect((await waymark(['doctor', '--loud'], gatewayEnvironment(folder.path))).code).toBe(2)
  folder.remove()
}, 30_000)

test('what an engine set aside is gone with the first look of a gateway after QUARANTINE_DAYS, what is younger stays', async () => {
  const folder = temporaryDataDir()
  const first = await startGateway({ dataDir: folder.path })
  await first.stop()
  const store = join(folder.path, 'engine/data/store')
  const detached = readdirSync(store, { recursive: true, encoding: 'utf8' }).find(path => path.endsWith('/detached')) ?? ''
  const [old, young] = ['broken-on-start_202601_1_1_0', 'broken-on-start_202601_2_2_0'].map(name => join(store, detached, name))
  for (const [path, days] of [[old, 8] as const, [young, 6] as const]) {
    mkdirSync(path ?? '')
    writeFileSync(join(path ?? '', 'data.bin'), 'markperson@secret.example')
    const at = Date.now() / 1000 - days * 86_400
    utimesSync(path ?? '', at, at)
  }
  const gateway = await startGateway({ dataDir: folder.path, env: { QUARANTINE_DAYS: '7' } })
  await vi.waitFor(() => expect(existsSync(old ?? '')).toBe(false), { timeout: 20_000, interval: 50 })
  expect(existsSync(young ?? '')).toBe(true)
  await vi.waitFor(() => expect(gateway.output()).toMatch(/"parts that could not be read[^\n]*"parts":1/), { timeout: 5_000, interval: 20 })
  await gateway.stop()
  folder.remove()
}, 60_000)
