import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { Config } from '../../config.ts'
import { readHandover } from '../../db/engine/handover.ts'
import { engineLibrary } from '../../db/engine/library.ts'
import { openEngine } from '../../db/engine/supervise.ts'
import { type Applied, pendingMigrations, readMigrations } from '../../db/migrate.ts'
import { placeOf } from '../../db/open.ts'
import { row, rows, sqlFile } from '../../db/query.ts'
import { PINNED_SETTINGS } from '../../db/settings.ts'
import { enginePing } from '../../health/queries.ts'
import { spanWords } from '../../health/words.ts'
import { type BrokenPartsWish, brokenParts } from './brokenParts.ts'
import { type Diagnosis, errorWords, say } from './diagnosis.ts'

const at = say('warehouse')
const PATIENCE_MS = 5_000
const SLOW_MS = 1_000
/** Settings that are pinned came in 23.x; what is older than the second was never tried. */
const VERSIONS = { least: 24, tried: 25 }
/** A server tells its time in whole seconds. */
const CLOCK_MS = { warn: 3_000, bad: 60_000 }

interface Where {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly database: string
}

export const settingsQuery = sqlFile<{ names: readonly string[] }, { name: string; value: string }>('doctor_settings')
export const rightsQuery = sqlFile<Record<string, never>, { grants: number }>('doctor_rights')
export const tablesQuery = sqlFile<{ database: string }, { has_database: number; has_history: number }>('doctor_tables')

/** Whether the engine or the server can be used as it is. Changes nothing there, unless it is told to remove what was set aside. */
export async function warehouseChecks(config: Config, now: () => number, dropsBroken = false): Promise<Diagnosis[]> {
  const broken = { isDropped: dropsBroken, days: config.cluster === null ? config.quarantineDays : null }
  if (config.clickhouseUrl !== null) {
    const url = new URL(config.clickhouseUrl)
    const { name } = placeOf({ url: config.clickhouseUrl })
    const user = { username: decodeURIComponent(url.username) || 'default', password: decodeURIComponent(url.password) }
    return server({ url: `${url.protocol}//${url.host}`, ...user, database: name }, now, true, broken)
  }
  const there = readHandover(config.dataDir)
  if (there !== null && isAlive(there.pid))
    return server({ url: there.url, ...there.writer, database: placeOf({}).name }, now, false, broken)
  const words = 'The tables are looked at while a gateway runs: its engine is not started for that.'
  return [
    await ownEngine(),
    dropsBroken ? say('tables')('bad', words, 'Start the gateway, then give --drop-broken again.') : say('tables')('ok', words),
  ]
}

/** The engine of this machine in a folder of its own, which goes again: that of DATA_DIR stays untouched. */
async function ownEngine(): Promise<Diagnosis> {
  const folder = await mkdtemp(join(tmpdir(), 'waymark-doctor-'))
  const started = performance.now()
  try {
    engineLibrary()
    const engine = await openEngine({ dataDir: folder })
    try {
      const client = connect({ url: engine.url, ...engine.writer, database: 'system' })
      const { version } = await row(client, enginePing, {}).finally(() => client.close())
      return at('ok', `The embedded engine ${version} starts and answers here within ${spanWords(performance.now() - started)}.`)
    } finally {
      await engine.close()
    }
  } catch (error) {
    return at(
      'bad',
      `The embedded engine does not run here: ${errorWords(error)}`,
      'Do what it says, or set CLICKHOUSE_URL to a ClickHouse server.',
    )
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

async function server(where: Where, now: () => number, isOwnServer: boolean, broken: BrokenPartsWish): Promise<Diagnosis[]> {
  const client = connect({ ...where, database: 'system' })
  const name = isOwnServer ? `ClickHouse at ${where.url}` : 'The embedded engine'
  try {
    const before = now()
    const answer = await client.query({ query: enginePing.sql, format: 'JSONEachRow', abort_signal: AbortSignal.timeout(PATIENCE_MS) })
    const [told] = await answer.json<{ version: string }>()
    const after = now()
    return [
      answered(name, told?.version ?? '', after - before),
      ...clocks(Date.parse(String(answer.response_headers.date)) + 500 - (before + after) / 2),
      ...(await settings(client)),
      ...(isOwnServer ? await rights(client, where) : []),
      ...(await tables(client, where)),
      ...(await setAside(where, broken)),
    ]
  } catch (error) {
    return [
      at(
        'bad',
        `${name} cannot be used as ${where.username}: ${errorWords(error).slice(0, 200)}`,
        isOwnServer
          ? 'Check that it runs, that this machine may reach it, and user and password of CLICKHOUSE_URL. Events are taken and wait in the spool meanwhile.'
          : 'If a gateway runs here, its log says why; else the next start mends it.',
      ),
    ]
  } finally {
    await client.close()
  }
}

function connect({ url, username, password, database }: Where): ClickHouseClient {
  return createClient({ url, username, password, database, request_timeout: PATIENCE_MS, log: { level: ClickHouseLogLevel.OFF } })
}

function answered(name: string, version: string, ms: number): Diagnosis {
  const major = Number(version.split('.')[0])
  const words = `${name} is version ${version} and answers in ${spanWords(ms)}.`
  if (major < VERSIONS.least)
    return at('bad', words, `Upgrade it to ${VERSIONS.tried} or newer: settings that Waymark depends on are missing.`)
  if (major < VERSIONS.tried) return at('warn', words, 'It is older than what Waymark was tried with: upgrade it.')
  return ms > SLOW_MS ? at('warn', words, 'That is slow: look at its load and at the network.') : at('ok', words)
}

function clocks(aheadMs: number): Diagnosis[] {
  const off = Math.abs(aheadMs)
  // Without a time in the answer nothing is known: NaN is above nothing.
  const level = off > CLOCK_MS.bad ? 'bad' : off > CLOCK_MS.warn ? 'warn' : 'ok'
  if (level === 'ok') return []
  return [
    say('clock')(
      level,
      `The clock of the server is ${spanWords(off)} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine’s.`,
      'Run NTP (chrony, systemd-timesyncd) on both.',
    ),
  ]
}

async function settings(client: ClickHouseClient): Promise<Diagnosis[]> {
  const found = await rows(client, settingsQuery, { names: Object.keys(PINNED_SETTINGS) }, { settings: PINNED_SETTINGS }).catch(errorWords)
  if (typeof found === 'string')
    return [
      at(
        'bad',
        `The settings Waymark sends are refused: ${found.slice(0, 200)}`,
        'The user must be allowed to change settings: readonly=0 in its profile.',
      ),
    ]
  const effective = new Map(found.map(({ name, value }) => [name, value]))
  const wrong = Object.entries(PINNED_SETTINGS).filter(([name, value]) => effective.get(name) !== String(value))
  if (wrong.length === 0) return []
  const list = wrong.map(([name, value]) => `${name} is ${effective.get(name) ?? 'unknown'}, not ${value}`).join('; ')
  return [
    at(
      'bad',
      `Settings differ from what Waymark depends on: ${list}.`,
      'Remove the constraint on them from the user’s profile, or upgrade the server.',
    ),
  ]
}

async function rights(client: ClickHouseClient, { database, username }: Where): Promise<Diagnosis[]> {
  const found = await row(client, rightsQuery, {}).catch(() => null)
  if (found === null)
    return [at('warn', 'The rights of the user cannot be looked up.', `It needs: GRANT ALL ON ${database}.* TO ${username}`)]
  return found.grants > 0
    ? []
    : [at('bad', `The user ${username} may not create, alter, write and read tables.`, `Run: GRANT ALL ON ${database}.* TO ${username}`)]
}

async function tables(client: ClickHouseClient, where: Where): Promise<Diagnosis[]> {
  const say_ = say('tables')
  const { has_database, has_history } = await row(client, tablesQuery, { database: where.database })
  if (has_database === 0 || has_history === 0)
    return [
      say_('warn', `The database ${where.database} has no tables of Waymark yet.`, 'The first start makes them; so does waymark migrate.'),
    ]
  const inside = connect(where)
  try {
    const result = await inside.query({
      query: 'SELECT version, name, checksum FROM schema_migrations FINAL ORDER BY version',
      format: 'JSONEachRow',
    })
    const pending = pendingMigrations(readMigrations(), await result.json<Applied>())
    if (pending.length === 0) return [say_('ok', 'The tables are up to date.')]
    return [
      say_(
        'warn',
        `${pending.length} of the tables' files are not applied: ${pending.map(({ name }) => name).join(', ')}.`,
        'The next start applies them; so does waymark migrate.',
      ),
    ]
  } catch (error) {
    return [say_('bad', errorWords(error), 'Back up before anything else.')]
  } finally {
    await inside.close()
  }
}

async function setAside(where: Where, wish: BrokenPartsWish): Promise<Diagnosis[]> {
  const inside = connect(where)
  return brokenParts(inside, where.database, wish).finally(() => inside.close())
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
