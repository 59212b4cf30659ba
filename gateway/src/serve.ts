import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import { joinGateways } from './addresses.ts'
import type { Config } from './config.ts'
import { consoleSetup } from './console/signIn/signInRoutes.ts'
import type { Database } from './db/open.ts'
import { createBelowPath } from './edge/belowPath.ts'
import { type Connections, connectionsFor, holdConnections, limitedBeside, openFilesLimit } from './edge/connections.ts'
import { foldSlashesOf } from './edge/foldSlashes.ts'
import { openOriginFiles } from './geo/originFiles.ts'
import { prepareGround } from './ground.ts'
import { keyCopy, settingsCopy } from './keys/files.ts'
import type { WriteKeySetting } from './keys/parse.ts'
import { openKeyRing } from './keys/ring.ts'
import { listSettings, openSettingsRing } from './keys/settings.ts'
import { listKeys } from './keys/table.ts'
import { reachWarehouse } from './lateWarehouse.ts'
import { freePort, listen, stopListening } from './listening.ts'
import { explainError, type Log } from './log.ts'
import { createTally } from './metrics/tally.ts'
import type { Models } from './model/models.ts'
import { pinModels } from './model/versions.ts'
import { openPlanBook } from './plan/book.ts'
import { planCopy } from './plan/copy.ts'
import { activePlans, listHeads } from './plan/store.ts'
import { keepRejectedFor } from './quarantine/retention.ts'
import { missingFor } from './readiness.ts'
import { createSurface } from './surface.ts'
import { createWork } from './work.ts'

export interface Gateway {
  readonly url: string
  /** One-time link to set the console's password; null once it is set. */
  readonly setupUrl: string | null
  /** Public key of the first browser source and first secret key, when they were generated; null when configured. */
  readonly generated: { readonly writeKey: string; readonly secretKey: string } | null
  /** What keeps it from answering readers now; null when nothing does. */
  notReady(): string | null
  /** Stops listening, finishes what was accepted, seals, ends jobs and engine. */
  close(): Promise<void>
}

export interface ServeEdges {
  readonly log: Log
  readonly now: () => number
  /** The built browser SDK. */
  readonly sdkFile: URL
  /** Whether to serve the demo site. */
  readonly demo?: boolean
  /** Work to be done before the first scheduled run of the jobs; the gateway answers meanwhile. What it throws is logged. */
  readonly firstly?: (opened: Opened) => Promise<void>
}

/** What `firstly` works with. */
export interface Opened {
  readonly url: string
  readonly db: Database
  readonly writeKeys: readonly WriteKeySetting[]
  /** Makes everything accepted so far readable. */
  settle(): Promise<void>
  runJobs(): Promise<unknown>
  /** Aborted when the gateway stops. */
  readonly signal: AbortSignal
}

const VERSION = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
/** How long the first try to reach the warehouse may hold the word that the gateway listens; it takes events from before that. */
const FIRST_TRY_MS = 8_000
/** Request line and headers; beyond it Node answers 431. */
const MOST_HEADER_BYTES = 16 * 1024

/**
 * Listens as soon as events can be made durable; the warehouse may come later, and readers are told so until it does.
 * What a failed start had opened is closed again.
 */
export async function serve(config: Config, edges: ServeEdges): Promise<Gateway> {
  const opened: (() => Promise<void>)[] = []
  try {
    return await start(config, edges, opened)
  } catch (error) {
    // The engine is a process of its own: left open, it would keep this one alive and its folder taken.
    for (const close of opened.reverse())
      await close().catch((cause: unknown) => edges.log.warn('a failed start could not close everything', { error: explainError(cause) }))
    throw error
  }
}

async function prepare(db: Database, { quarantineDays }: Config, models: Models, now: number): Promise<void> {
  await pinModels(db, models, now)
  await keepRejectedFor(db, quarantineDays)
}

async function start(
  config: Config,
  { log, now, sdkFile, demo = false, firstly }: ServeEdges,
  opened: (() => Promise<void>)[],
): Promise<Gateway> {
  const startedAt = now()
  const tally = createTally()
  const { models, generated, writeKeys, secretKeys, spool } = await prepareGround(config, { log, now, onSync: tally.synced })
  opened.push(() => spool.close())
  const warehouse = reachWarehouse({ config, log, prepare: db => prepare(db, config, models, now()) })
  opened.push(() => warehouse.close())
  const { db } = warehouse
  const leaving = new AbortController()
  let wasReached = false
  void warehouse.opened.then(() => {
    wasReached = true
  })
  // Before the warehouse is there, of which is told enough, and while this process leaves, it is no news.
  const stale = (message: string) => (error: unknown) => {
    if (wasReached && !leaving.signal.aborted) log.warn(message, { error: explainError(error) })
  }
  const keys = await openKeyRing({
    writeKeys,
    secretKeys,
    loadCreated: () => listKeys(db),
    copy: keyCopy(config.dataDir),
    onStale: stale('created keys cannot be read; the last good copy is used'),
  })
  opened.push(async () => keys.close())
  const plans = await openPlanBook({
    heads: () => listHeads(db),
    plans: () => activePlans(db),
    copy: planCopy(config.dataDir),
    onStale: stale('tracking plans cannot be read; those in force last hold'),
    onBroken: (plan, error) => log.error('events cannot be checked by their tracking plan and pass', { plan, error: explainError(error) }),
  })
  opened.push(async () => plans.close())
  const settings = await openSettingsRing({ load: () => listSettings(db), copy: settingsCopy(config.dataDir) })
  opened.push(async () => settings.close())
  const engineState = () => warehouse.engine()?.state() ?? null
  const notReady = () => missingFor(warehouse.state(), engineState())
  const life = randomUUID().slice(0, 8)
  const work = createWork({ config, db, spool, models, log, now, life, notReady, tally })
  const { loader, pipeline } = work

  const port = config.port === 0 ? await freePort(config.host) : config.port
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`

  const origins = await openOriginFiles({
    paths: { GEOIP_FILE: config.geoipFile, GEOIP_ASN_FILE: config.geoipAsnFile },
    onTrouble: (setting, error) =>
      log.warn('a file of countries or networks cannot be read anew; what was read before is used', {
        setting,
        error: explainError(error),
      }),
  })
  opened.push(async () => origins?.close())
  let connections: Connections | null = null
  const below = config.ingestPath === null ? null : createBelowPath(config.ingestPath)
  const app = createSurface({
    config,
    url,
    db,
    models,
    keys,
    settings,
    plans,
    writeKeys,
    secretKeys,
    spool,
    loader,
    pipeline,
    log,
    now,
    life,
    sdkFile,
    demo,
    notReady,
    wasReached: () => wasReached,
    tally,
    engineState,
    connections: () => connections?.counts ?? null,
    below: below?.of,
    origins,
    gateway: () => ({
      version: VERSION,
      node: process.version,
      role: config.role,
      pid: process.pid,
      startedAt,
      memoryBytes: process.memoryUsage.rss(),
    }),
    leaving: leaving.signal,
  })

  // Node looks at its time-outs every 30 s unless told; a slow client must be gone sooner.
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    serverOptions: {
      connectionsCheckingInterval: 5_000,
      headersTimeout: 15_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: MOST_HEADER_BYTES,
    },
  }) as Server
  const most = connectionsFor(config.maxConnections, openFilesLimit())
  if (most < config.maxConnections)
    log.warn('fewer connections are taken than MAX_CONNECTIONS says, for this process may open few files: raise its limit', { most })
  connections = holdConnections(server, most, now, limitedBeside(config.proxies))
  if (below !== null) server.prependListener('request', below.enter)
  server.prependListener('request', foldSlashesOf)
  await listen(server, config.host, port)
  opened.push(() => stopListening(server))
  const { found, takeBack } = await joinGateways(config.dataDir, basename(spool.folder), { url, pid: process.pid }, isAlone =>
    consoleSetup({ dataDir: config.dataDir, publicUrl: url, unused: isAlone ? 'replaced' : 'kept' }),
  )
  const { setupUrl } = found
  void warehouse.opened.then(() => Promise.all([keys.reload(), settings.reload(), plans.reload()]))
  work.startAfter(warehouse.opened, async signal =>
    firstly?.({ url, db, writeKeys, settle: work.settle, runJobs: () => pipeline.run(), signal }),
  )
  await Promise.race([warehouse.firstTry, wait(FIRST_TRY_MS)])

  return {
    url,
    setupUrl,
    notReady,
    generated: generated === null ? null : { writeKey: generated.write[0]?.key ?? '', secretKey: generated.secret[0]?.key ?? '' },
    async close() {
      leaving.abort()
      await takeBack()
      await stopListening(server)
      await work.stop()
      // The spool's lock goes late: until then nobody else may load from it.
      await spool.close()
      keys.close()
      plans.close()
      settings.close()
      origins?.close()
      await warehouse.close()
    },
  }
}
