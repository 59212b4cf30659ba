import { resolve } from 'node:path'
import { pathComplaint } from './edge/ingestPath.ts'
import { type ProxyTrust, parseProxies } from './edge/proxies.ts'
import { type OriginRule, parseAllowedOrigins } from './keys/origins.ts'
import { parseSecretKeys, parseWriteKeys, type SecretKeySetting, type WriteKeySetting } from './keys/parse.ts'

export type Role = 'all' | 'ingest' | 'jobs'
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface Config {
  readonly port: number
  readonly host: string
  readonly role: Role
  /** Absolute. */
  readonly dataDir: string
  /** Of acknowledged events that wait for the engine. null: 4 GiB, or a fifth of the volume where that is less. */
  readonly spoolMaxBytes: number | null
  /** null: the embedded engine in `dataDir`. */
  readonly clickhouseUrl: string | null
  readonly cluster: string | null
  /** Empty: generated on first start. */
  readonly writeKeys: readonly WriteKeySetting[]
  readonly secretKeys: readonly SecretKeySetting[]
  readonly allowedOrigins: readonly OriginRule[]
  /** null: built-in models. */
  readonly modelsDir: string | null
  readonly logLevel: LogLevel
  readonly trustProxy: boolean
  /** Which proxies are believed. */
  readonly proxies: ProxyTrust
  /** Events a second that one source may send with its public keys, and one address of the internet; null: any number. */
  readonly sourceRate: number | null
  readonly addressRate: number | null
  readonly maxConnections: number
  /** Where pages may send besides the usual routes; null: nowhere. */
  readonly ingestPath: string | null
  /** Databases in MaxMind's format: of countries, or countries and networks; of networks. */
  readonly geoipFile: string | null
  readonly geoipAsnFile: string | null
  /** Parameters of addresses whose values are not stored, besides those that are known to be secret. */
  readonly redactParameters: readonly string[]
  /** Secret key for the gateway that a command's `--host` names. */
  readonly remoteKey: string | null
  /** With it, `/metrics` wants this key. */
  readonly metricsKey: string | null
  /** How long rejected events are kept. */
  readonly quarantineDays: number
}

/** Room for the largest frame. */
const LEAST_SPOOL_BYTES = 64 * 1024 ** 2
const MOST_REDACTED = 500

/** Every problem of the environment at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      `the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map(problem => `  - ${problem}`).join('\n')}`,
    )
    this.problems = problems
  }
}

export type Environment = { readonly [name: string]: string | undefined }

/** Reads the variables of the public contract; throws ConfigError. */
export function loadConfig(env: Environment, cwd: string): Config {
  const problems: string[] = []
  const text = (name: string) => env[name]?.trim() || null
  const path = (name: string) => {
    const value = text(name)
    return value === null ? null : resolve(cwd, value)
  }
  const problem = (name: string, wanted: string) => problems.push(`${name}=${env[name]}: ${wanted}`)

  function oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const value = text(name)
    if (value === null) return fallback
    const found = values.find(candidate => candidate === value)
    if (found === undefined) problem(name, `use one of ${values.join(', ')}`)
    return found ?? fallback
  }

  function port(): number {
    const value = text('PORT')
    if (value === null) return 8090
    const parsed = Number(value)
    if (!Number.isInteger(parsed) || parsed < 0 || parsed > 65_535) problem('PORT', 'use a whole number from 0 (any free port) to 65535')
    return parsed
  }

  function spoolMaxBytes(): number | null {
    const value = text('SPOOL_MAX_BYTES')
    if (value === null) return null
    const [, digits, unit = ''] = /^(\d+) ?(KiB|MiB|GiB|)$/.exec(value) ?? []
    const bytes = Number(digits) * 1024 ** ['', 'KiB', 'MiB', 'GiB'].indexOf(unit)
    if (!(bytes >= LEAST_SPOOL_BYTES)) problem('SPOOL_MAX_BYTES', 'use bytes, or a number of KiB, MiB or GiB such as 8GiB; at least 64MiB')
    return bytes
  }

  function metricsKey(): string | null {
    const value = text('METRICS_KEY')
    if (value !== null && !/^\S{16,200}$/.test(value)) problems.push('METRICS_KEY: use 16 to 200 characters without spaces')
    return value
  }

  /** Events a second; null: `off`. */
  function rate(name: string, usual: number): number | null {
    const value = text(name)
    if (value === null) return usual
    if (/^(?:off|0)$/i.test(value)) return null
    if (!/^[1-9]\d{0,8}$/.test(value)) problem(name, 'use a whole number of events a second, or off')
    return Number(value)
  }

  function quarantineDays(): number {
    const value = text('QUARANTINE_DAYS')
    if (value === null) return 30
    if (!/^[1-9]\d{0,3}$/.test(value)) problem('QUARANTINE_DAYS', 'use a whole number of days from 1 to 9999')
    return Number(value)
  }

  function redactParameters(): readonly string[] {
    const names = (text('REDACT_PARAMETERS') ?? '').split(/[\s,]+/).filter(name => name !== '')
    const wrong = names.find(name => !/^[\w.%$[\]-]{1,80}$/.test(name) || !/[a-z\d]/i.test(name))
    if (wrong !== undefined)
      problem('REDACT_PARAMETERS', `“${wrong}” is no parameter's name; write names of letters, digits and _ - . % [ ] with commas between`)
    if (names.length > MOST_REDACTED) problem('REDACT_PARAMETERS', `names ${names.length} parameters; ${MOST_REDACTED} are the most`)
    return names
  }

  function maxConnections(): number {
    const value = text('MAX_CONNECTIONS')
    if (value === null) return 10_000
    if (!/^[1-9]\d{1,6}$/.test(value)) problem('MAX_CONNECTIONS', 'use a whole number from 10 to 9999999')
    return Number(value)
  }

  function ingestPath(): string | null {
    const value = text('INGEST_PATH')
    const complaint = value === null ? null : pathComplaint(value)
    if (complaint !== null) problem('INGEST_PATH', complaint)
    return value
  }

  function clickhouseUrl(): string | null {
    const value = text('CLICKHOUSE_URL')
    if (value === null) return null
    const url = URL.canParse(value) ? new URL(value) : null
    if (url === null || !/^https?:$/.test(url.protocol)) problems.push('CLICKHOUSE_URL: use http(s)://user:password@host:8123/database')
    return value
  }

  const writeKeys = parseWriteKeys(env.WRITE_KEYS ?? '')
  const secretKeys = parseSecretKeys(env.SECRET_KEYS ?? '')
  const origins = parseAllowedOrigins(env.ALLOWED_ORIGINS ?? '')
  const proxies = parseProxies(env.TRUST_PROXY ?? '')
  problems.push(...writeKeys.problems, ...secretKeys.problems, ...origins.problems, ...proxies.problems)
  if (text('CLICKHOUSE_CLUSTER') !== null && text('CLICKHOUSE_URL') === null)
    problems.push('CLICKHOUSE_CLUSTER: needs CLICKHOUSE_URL; the embedded engine is one node')

  const config: Config = {
    port: port(),
    host: text('HOST') ?? '127.0.0.1',
    role: oneOf('ROLE', ['all', 'ingest', 'jobs'], 'all'),
    dataDir: resolve(cwd, text('DATA_DIR') ?? '.waymark'),
    spoolMaxBytes: spoolMaxBytes(),
    clickhouseUrl: clickhouseUrl(),
    cluster: text('CLICKHOUSE_CLUSTER'),
    writeKeys: writeKeys.keys,
    secretKeys: secretKeys.keys,
    allowedOrigins: origins.rules,
    modelsDir: path('MODELS_DIR'),
    logLevel: oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error'], 'info'),
    trustProxy: proxies.trust.kind !== 'nobody',
    proxies: proxies.trust,
    sourceRate: rate('SOURCE_EVENTS_PER_SECOND', 20_000),
    addressRate: rate('ADDRESS_EVENTS_PER_SECOND', 500),
    maxConnections: maxConnections(),
    ingestPath: ingestPath(),
    geoipFile: path('GEOIP_FILE'),
    geoipAsnFile: path('GEOIP_ASN_FILE'),
    redactParameters: redactParameters(),
    remoteKey: text('WAYMARK_KEY'),
    metricsKey: metricsKey(),
    quarantineDays: quarantineDays(),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}
