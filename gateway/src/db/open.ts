import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client'
import { createDatabaseStatement, type Form } from './ddl.ts'
import type { Credentials } from './engine/config.ts'
import type { EngineAccess } from './engine/handover.ts'
import { soundWriter } from './engine/soundWrites.ts'
import { patientReader } from './patientReader.ts'
import { PINNED_WHERE_KNOWN, pinnedSettings, READER_SETTINGS } from './settings.ts'

export interface Database {
  /** Full rights on the workspace's database. */
  readonly client: ClickHouseClient
  /**
   * Read-only session with limits on time, memory and rows: every query made on behalf of a reader goes here. They take turns: a query
   * throws `TooBusy` when its own does not come in time. Whoever asks must read the answer.
   */
  readonly reader: ClickHouseClient
  /** Name of the database, and the form its tables have. */
  readonly name: string
  readonly form: Form
  close(): Promise<void>
}

export interface OpenOptions {
  /** `http(s)://user:password@host:8123/database`; without it `engine` is used. */
  readonly url?: string | undefined
  readonly engine?: EngineAccess | undefined
  /** Name of the cluster whose shards and replicas hold the tables. */
  readonly cluster?: string | undefined
  /** Overrides the database of the URL. */
  readonly database?: string | undefined
}

/** The server cannot be used. The message, for the log, names its address and the user. */
export class ServerUnusable extends Error {
  override readonly name = 'ServerUnusable'
}

const DEFAULT_DATABASE = 'waymark'
const WRITE_TIMEOUT_MS = 15 * 60_000
/** Proxies close a connection that is silent for long: a long job's answer starts with a header every 110 s. */
const SIGNS_OF_LIFE = { send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '110000' } as const
/** A little longer than a read may run, so that the engine's own error arrives. */
const READ_TIMEOUT_MS = 40_000

interface Address {
  readonly url: string
  readonly database: string
  readonly writer: Credentials
  readonly reader: Credentials
  readonly form: Form
}

/** Connects, creates the database when there is none, and asserts the pinned settings. Tables are `migrate`'s. */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  const address = addressOf(options)
  const pinned = pinnedSettings(address.form, await prepare(address))
  const client = connect(address, address.writer, WRITE_TIMEOUT_MS, { ...pinned, ...SIGNS_OF_LIFE })
  const reader = connect(address, address.reader, READ_TIMEOUT_MS, {
    ...pinned,
    ...(address.form.kind === 'embedded' ? {} : READER_SETTINGS),
    // The engine lets go of a query whose asker hung up; it does so for read-only sessions alone.
    cancel_http_readonly_queries_on_client_close: 1,
  })
  // From the first question on: other processes may read at the same engine.
  const patient = patientReader(reader)
  const close = async () => void (await Promise.all([client.close(), reader.close()]))
  try {
    await assertSettings(client, pinned)
    await assertSettings(patient, pinned)
    const isOwn = options.url === undefined && options.engine !== undefined
    const writer = isOwn ? await soundWriter(client, options.engine) : client
    return { client: writer, reader: patient, name: address.database, form: address.form, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Name and form of the database that these options lead to; needs nothing that answers. */
export function placeOf({ url, cluster, database }: Omit<OpenOptions, 'engine'>): { name: string; form: Form } {
  if (url === undefined) return { name: database ?? DEFAULT_DATABASE, form: { kind: 'embedded' } }
  return {
    name: database ?? (decodeURIComponent(new URL(url).pathname.slice(1)) || DEFAULT_DATABASE),
    form: cluster === undefined ? { kind: 'server' } : { kind: 'cluster', cluster },
  }
}

function addressOf({ url, engine, cluster, database }: OpenOptions): Address {
  const { name, form } = placeOf({ url, cluster, database })
  if (url === undefined) {
    if (engine === undefined) throw new Error('openDatabase needs a url or an engine')
    return {
      url: engine.url,
      database: name,
      writer: engine.writer,
      reader: engine.reader,
      form,
    }
  }
  const { protocol, host, username, password } = new URL(url)
  const user = { username: decodeURIComponent(username) || 'default', password: decodeURIComponent(password) }
  return {
    url: `${protocol}//${host}`,
    database: name,
    writer: user,
    reader: user,
    form,
  }
}

function connect(
  { url, database }: Pick<Address, 'url' | 'database'>,
  user: Credentials,
  timeout: number,
  settings: ClickHouseSettings,
): ClickHouseClient {
  return createClient({
    url,
    database,
    ...user,
    application: 'waymark',
    request_timeout: timeout,
    max_open_connections: 16,
    keep_alive: { enabled: true },
    // Every error is thrown to a caller who tells it; the client's own log would repeat it with the rows that the engine quotes.
    log: { level: ClickHouseLogLevel.OFF },
    // On loopback compression only costs; elsewhere answers are worth it.
    compression: { request: false, response: !/\/\/(127\.|localhost|\[::1\])/.test(url) },
    clickhouse_settings: settings,
  })
}

/** Creates the database, from a session that is in none of ours; answers with the optional settings that this server knows. */
async function prepare({ url, database, writer, form }: Address): Promise<ReadonlySet<string>> {
  const outside = connect({ url, database: 'system' }, writer, READ_TIMEOUT_MS, {})
  try {
    const known = await outside.query({
      query: 'SELECT name FROM system.settings WHERE name IN ({names:Array(String)})',
      query_params: { names: Object.keys(PINNED_WHERE_KNOWN) },
      format: 'JSONEachRow',
    })
    const names = new Set((await known.json<{ name: string }>()).map(setting => setting.name))
    const there = await outside.query({
      query: 'SELECT name FROM system.databases WHERE name = {database:String}',
      query_params: { database },
      format: 'JSONEachRow',
    })
    if ((await there.json()).length === 0) await outside.command({ query: createDatabaseStatement(database, form) })
    return names
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause)
    throw new ServerUnusable(
      form.kind === 'embedded'
        ? `The embedded engine at ${url} cannot be used: ${words}. It is started again by itself; if that goes on, see what waymark doctor says.`
        : `ClickHouse at ${url} cannot be used as ${writer.username}: ${words}. Check CLICKHOUSE_URL, the user's rights and that the server runs.`,
      { cause },
    )
  } finally {
    await outside.close()
  }
}

/** A proxy, a profile or a constraint may override what we send; results would then be silently different. */
async function assertSettings(client: ClickHouseClient, pinned: ClickHouseSettings): Promise<void> {
  const result = await client.query({
    query: 'SELECT name, value FROM system.settings WHERE name IN ({names:Array(String)})',
    query_params: { names: Object.keys(pinned) },
    format: 'JSONEachRow',
  })
  const effective = new Map((await result.json<{ name: string; value: string }>()).map(({ name, value }) => [name, value]))
  const wrong = Object.entries(pinned).filter(([name, value]) => effective.get(name) !== String(value))
  if (wrong.length === 0) return
  const list = wrong.map(([name, value]) => `${name} is ${effective.get(name) ?? 'unknown'}, not ${value}`).join('; ')
  throw new Error(
    `ClickHouse does not take the settings Waymark depends on: ${list}. Remove the constraint on them from the user's profile, or upgrade the server.`,
  )
}
