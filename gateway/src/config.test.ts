import { expect, test } from 'vitest'
import { ConfigError, loadConfig } from './config.ts'

test('an empty environment gives the documented defaults', () => {
  expect(loadConfig({}, '/srv/app')).toMatchObject({
    port: 8090,
    host: '127.0.0.1',
    role: 'all',
    dataDir: '/srv/app/.waymark',
    spoolMaxBytes: null,
    clickhouseUrl: null,
    cluster: null,
    writeKeys: [],
    secretKeys: [],
    modelsDir: null,
    logLevel: 'info',
    trustProxy: false,
    proxies: { kind: 'nobody' },
    sourceRate: 20_000,
    addressRate: 500,
    maxConnections: 10_000,
    ingestPath: null,
    geoipFile: null,
    geoipAsnFile: null,
    redactParameters: [],
    remoteKey: null,
    metricsKey: null,
    quarantineDays: 30,
  })
})

test('values are read', () => {
  const config = loadConfig(
    {
      PORT: '0',
      ROLE: 'ingest',
      DATA_DIR: '/var/lib/waymark',
      SPOOL_MAX_BYTES: '8GiB',
      CLICKHOUSE_URL: 'https://u:p@db:8443/waymark',
      WRITE_KEYS: 'web:wk_1,api:wk_2:server',
      ALLOWED_ORIGINS: 'web=https://*.acme.com',
      TRUST_PROXY: 'on',
      SOURCE_EVENTS_PER_SECOND: '100',
      ADDRESS_EVENTS_PER_SECOND: 'off',
      MAX_CONNECTIONS: '500',
      INGEST_PATH: '/news/hello',
      GEOIP_FILE: 'country.mmdb',
      GEOIP_ASN_FILE: '/srv/asn.mmdb',
      REDACT_PARAMETERS: 'patient-id, user[ref] caseNo',
      METRICS_KEY: 'a-key-of-sixteen',
      QUARANTINE_DAYS: '7',
    },
    '/',
  )
  expect(config).toMatchObject({
    port: 0,
    role: 'ingest',
    dataDir: '/var/lib/waymark',
    spoolMaxBytes: 8 * 1024 ** 3,
    clickhouseUrl: 'https://u:p@db:8443/waymark',
    trustProxy: true,
    proxies: { kind: 'nearest' },
    sourceRate: 100,
    addressRate: null,
    maxConnections: 500,
    ingestPath: '/news/hello',
    geoipFile: '/country.mmdb',
    geoipAsnFile: '/srv/asn.mmdb',
    redactParameters: ['patient-id', 'user[ref]', 'caseNo'],
    metricsKey: 'a-key-of-sixteen',
    quarantineDays: 7,
  })
  expect(config.writeKeys).toEqual([
    { name: 'web', key: 'wk_1', server: false },
    { name: 'api', key: 'wk_2', server: true },
  ])
  expect(config.allowedOrigins).toEqual([{ source: 'web', origins: ['https://*.acme.com'] }])
})

test('every problem is reported at once, each naming its variable', () => {
  const wrong = {
    PORT: 'http',
    ROLE: 'both',
    CLICKHOUSE_URL: 'db:9000',
    LOG_LEVEL: 'loud',
    SPOOL_MAX_BYTES: '4GB',
    WRITE_KEYS: 'web',
    SECRET_KEYS: 'ops:sk_1:fly',
    ALLOWED_ORIGINS: 'acme.com',
    TRUST_PROXY: 'proxy.acme.com',
    SOURCE_EVENTS_PER_SECOND: '1.5',
    ADDRESS_EVENTS_PER_SECOND: 'many',
    MAX_CONNECTIONS: '00',
    METRICS_KEY: 'short',
    QUARANTINE_DAYS: '0',
    INGEST_PATH: '/my-analytics',
    REDACT_PARAMETERS: 'ref, a=b',
  }
  const problems = problemsOf(wrong)
  for (const name of Object.keys(wrong))
    expect(
      problems.some(problem => problem.startsWith(name)),
      `${name} in ${problems.join(' | ')}`,
    ).toBe(true)
})

test('a cluster needs a server, and no problem shows a key or a password', () => {
  expect(problemsOf({ CLICKHOUSE_CLUSTER: 'main' })).toEqual([expect.stringContaining('CLICKHOUSE_URL')])
  expect(problemsOf({ CLICKHOUSE_URL: 'tcp://u:hunter2@db', WRITE_KEYS: 'web:very/secret' }).join()).not.toMatch(/hunter2|very\/secret/)
})

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env, '/')
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}
