import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { testDatabase } from '../../../../test/engine.ts'
import type { Database } from '../../db/open.ts'
import { createRefusals, type Refusals } from '../../edge/refusals.ts'
import { loaderBench } from '../../ingest/load/loader.fixture.ts'
import { memoryDisk } from '../../ingest/spool/disk.fixture.ts'
import { testFrame } from '../../ingest/spool/frame.fixture.ts'
import { testSpool } from '../../ingest/spool/spool.fixture.ts'
import { type IngestStats, readStats, type StatsPeriod } from '../../ingest/stats.ts'
import { type KeyRing, openKeyRing } from '../../keys/ring.ts'
import { listSettings, openSettingsRing, type SettingsRing } from '../../keys/settings.ts'
import { listKeys } from '../../keys/table.ts'
import { type SignedIn, signedInConsole } from '../pages.fixture.ts'
import { createSourcePages } from './sourceRoutes.ts'

export const NOW = Date.UTC(2026, 10, 20, 12)
/** A name that a stranger chose. */
export const HOSTILE = `<script>alert(1)</script>\u202e"'`
const DAY_MS = 86_400_000
const WRITE_KEYS = [
  { name: 'web', key: 'wk_public_of_the_site', server: false },
  { name: 'backend', key: 'wk_private_of_the_service', server: true },
]
const SECRET_KEYS = [{ name: 'ops', key: 'sk_secret_of_the_operator', scopes: ['read', 'admin'] as const }]

export type Fields = readonly (readonly [name: string, value: string])[]

/** A console with sources: those of the configuration, and `old import`, `shop window` and one with a hostile name, which only sent. */
export interface SourcesWorld {
  readonly db: Database
  readonly ring: KeyRing
  readonly settings: SettingsRing
  readonly refusals: Refusals
  readonly console: SignedIn
  readonly log: readonly string[]
  /** The page of all sources. */
  page(): Promise<string>
  /** The word that lets a form be sent once. */
  once(): Promise<string>
  /** Sends the form for a new key. */
  create(fields: Fields): Promise<{ answer: Response; body: string; key: string }>
}

/** One world for the tests of a file, which see what those before them did. */
export function sourcesWorld(): () => SourcesWorld {
  const shared: { opened?: Awaited<ReturnType<typeof open>> } = {}
  beforeAll(async () => {
    shared.opened = await open()
  })
  afterAll(() => shared.opened?.close())
  return () => {
    if (shared.opened === undefined) throw new Error('The world is there for tests and hooks, not while a file is read.')
    return shared.opened
  }
}

/** What the page says of one source. */
export function block(body: string, name: string): string {
  return body.split('<section').find(part => part.includes(`>${name}</h2>`)) ?? ''
}

export function onceIn(form: string): string {
  return /name="once" value="([^"]+)"/.exec(form)?.[1] ?? ''
}

async function open(): Promise<SourcesWorld & { close(): Promise<void> }> {
  const test = await testDatabase()
  const { db } = test
  const spool = await testSpool({ fs: memoryDisk() })
  const loader = loaderBench(db).loaderOf(spool)
  await spool.append(testFrame(['m1', 'm2'], { source: 'web', rejected: 1, deduplicated: 3, at: NOW - 60_000 }))
  await spool.seal()
  await spool.append(testFrame(['m3'], { source: 'old import', at: NOW - 3 * DAY_MS }))
  await spool.seal()
  const driven = (id: string) => ({
    context: id < 'b3' ? { userAgent: 'Mozilla/5.0 HeadlessChrome/142.0' } : { screen: { width: 0, height: 0 } },
  })
  for (const daysAgo of [1, 2]) // The second time these are copies.
    await spool.append(testFrame(['b1', 'b2', 'b3'], { source: 'shop window', at: NOW - daysAgo * DAY_MS, event: driven }))
  await spool.append(testFrame(['b0'], { source: 'shop window', at: NOW - 8 * DAY_MS, event: driven }))
  await spool.seal()
  await spool.append(testFrame(['m4'], { source: HOSTILE, at: NOW - 60_000 }))
  await loader.drain()
  const copy = { read: async () => [], write: async () => undefined }
  const loadCreated = () => listKeys(db)
  const ring = await openKeyRing({ writeKeys: WRITE_KEYS, secretKeys: SECRET_KEYS, loadCreated, copy, reloadMs: 0 })
  const settings = await openSettingsRing({ load: () => listSettings(db), copy, reloadMs: 0 })
  const refusals = createRefusals()
  const log: string[] = []
  const write = (message: string, fields: object = {}) => void log.push(`${message} ${JSON.stringify(fields)}`)
  const stats = (period: StatsPeriod = {}): Promise<IngestStats> => readStats({ db, spool, loader }, period)
  const console = await signedInConsole(
    address => [
      createSourcePages({
        db,
        writeKeys: WRITE_KEYS,
        secretKeys: SECRET_KEYS,
        allowedOrigins: [{ source: 'web', origins: ['https://www.acme.com'] }],
        settings: settings.of,
        settingsRing: settings,
        refusals: refusals.ofSource,
        usualRate: 20_000,
        ingestPath: null,
        readStats: stats,
        now: () => NOW,
        keys: ring,
        address,
        log: { info: write, error: write },
        randomUUID,
        setIn: { write: 'WRITE_KEYS', secret: 'SECRET_KEYS' },
      }),
    ],
    () => NOW,
  )
  const once = async () => onceIn(await (await console.get('/console/sources/keys/new')).text())
  return {
    db,
    ring,
    settings,
    refusals,
    console,
    log,
    page: async () => (await console.get('/console/sources')).text(),
    once,
    async create(fields) {
      const answer = await console.post('/console/sources/keys', [['once', await once()], ...fields])
      const body = await answer.text()
      return { answer, body, key: /(?:wk|sk)_[0-9A-Za-z_]{20,}/.exec(body)?.[0] ?? '' }
    },
    async close() {
      ring.close()
      settings.close()
      await loader.stop()
      await console.close()
      await test.close()
    },
  }
}
