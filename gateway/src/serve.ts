import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import type { Config } from './config.ts'
import { consoleSetup } from './console/signIn/signInRoutes.ts'
import type { Database } from './db/open.ts'
import { createLoader } from './ingest/load/loader.ts'
import { openSpool } from './ingest/spool/spool.ts'
import { TIMETABLE } from './jobs/list.ts'
import { createScheduler, dueJobs } from './jobs/scheduler.ts'
import { loadedSegments, parseMark, unseenSegments } from './jobs/segments.ts'
import { generatedKeys, keyCopy } from './keys/files.ts'
import type { WriteKeySetting } from './keys/parse.ts'
import { openKeyRing } from './keys/ring.ts'
import { listKeys } from './keys/table.ts'
import { freePort, listen, stopListening } from './listening.ts'
import { explainError, type Log } from './log.ts'
import { loadModels } from './model/load.ts'
import { pinModels } from './model/versions.ts'
import { missingFor } from './readiness.ts'
import { createSurface } from './surface.ts'
import { openWarehouse, pipelineOf } from './warehouse.ts'

export interface Gateway {
  readonly url: string
  /** One-time link to set the console's password; null once it is set. */
  readonly setupUrl: string | null
  /** Public key of the first browser source and first secret key, when they were generated; null when configured. */
  readonly generated: { readonly writeKey: string; readonly secretKey: string } | null
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

/** File in DATA_DIR that tells the other commands where the gateway of this folder listens. */
export const ADDRESS_FILE = 'gateway.json'
const TICK_MS = 5_000
const VERSION = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
/** With what open requests may take (listening.ts), below the ten seconds in which a stop must be over. */
const LOAD_MS = 2_000

/** Opens everything in the order in which it depends on another, and listens last. What a failed start had opened is closed again. */
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

async function start(
  config: Config,
  { log, now, sdkFile, demo = false, firstly }: ServeEdges,
  opened: (() => Promise<void>)[],
): Promise<Gateway> {
  const startedAt = now()
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const models = loadModels(config.modelsDir ?? undefined)
  const generated = config.writeKeys.length === 0 || config.secretKeys.length === 0 ? await generatedKeys(config.dataDir) : null
  const writeKeys = config.writeKeys.length > 0 ? config.writeKeys : (generated?.write ?? [])
  const secretKeys = config.secretKeys.length > 0 ? config.secretKeys : (generated?.secret ?? [])

  const spool = await openSpool({
    dir: join(config.dataDir, 'spool'),
    instance: 'gateway',
    now,
    randomUUID,
    onDamage: damage => log.error('the spool was damaged; the damaged bytes are kept', { ...damage }),
    onUnreadable: (file, cause) => log.error('a spool file cannot be read and is left where it is', { file, error: explainError(cause) }),
  })
  opened.push(() => spool.close())
  const warehouse = await openWarehouse(config, log)
  opened.push(() => warehouse.close())
  const { db } = warehouse
  await pinModels(db, models, now())
  const keys = await openKeyRing({
    writeKeys,
    secretKeys,
    loadCreated: () => listKeys(db),
    copy: keyCopy(config.dataDir),
    onStale: error => log.warn('created keys cannot be read; the last good copy is used', { error: explainError(error) }),
  })
  opened.push(async () => keys.close())
  const loader = createLoader({
    spool,
    db,
    now,
    log: { warn: (message, details) => log.warn(message, { details: JSON.stringify(details) }) },
  })
  const stopping = new AbortController()
  const { pipeline, ledger } = pipelineOf({ db, models, settle: () => loader.drain(), clock: now, signal: stopping.signal })

  const scheduler = createScheduler({
    everyMs: TICK_MS,
    onError(error) {
      // A run that was cut short by the stop is no failure: the next start does it.
      if (!stopping.signal.aborted) log.error('a scheduled run failed; it is tried again', { error: explainError(error) })
    },
    async tick() {
      const lastRuns = await ledger.lastRuns()
      const mark = lastRuns.get('touches')?.watermark ?? ''
      const isNew = (await unseenSegments(db, mark, await loadedSegments(db, parseMark(mark).at))) !== null
      const due = dueJobs(TIMETABLE, lastRuns, now(), isNew)
      if (due.length > 0) await pipeline.run({ jobs: due })
    },
  })

  const port = config.port === 0 ? await freePort(config.host) : config.port
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`

  const leaving = new AbortController()
  const app = createSurface({
    config,
    url,
    db,
    models,
    keys,
    writeKeys,
    secretKeys,
    spool,
    loader,
    pipeline,
    log,
    now,
    sdkFile,
    demo,
    notReady: () => missingFor(warehouse.engine?.state() ?? null),
    engineState: () => warehouse.engine?.state() ?? null,
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
    serverOptions: { connectionsCheckingInterval: 5_000, headersTimeout: 15_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 },
  }) as Server
  await listen(server, config.host, port)
  loader.start()
  const { setupUrl } = await consoleSetup({ dataDir: config.dataDir, publicUrl: url })
  const addressFile = join(config.dataDir, ADDRESS_FILE)
  await writeFile(addressFile, `${JSON.stringify({ url, pid: process.pid })}\n`, { mode: 0o600 })
  const isReady = firstWork().finally(() => {
    if (config.role !== 'ingest' && !stopping.signal.aborted) scheduler.start()
  })

  async function firstWork(): Promise<void> {
    if (firstly === undefined) return
    const settle = () => loader.drain()
    try {
      await firstly({ url, db, writeKeys, settle, runJobs: () => pipeline.run(), signal: stopping.signal })
    } catch (error) {
      if (!stopping.signal.aborted) log.error('the work before the first run of the jobs failed', { error: explainError(error) })
    }
  }

  return {
    url,
    setupUrl,
    generated: generated === null ? null : { writeKey: generated.write[0]?.key ?? '', secretKey: generated.secret[0]?.key ?? '' },
    async close() {
      await rm(addressFile, { force: true })
      leaving.abort()
      await stopListening(server)
      stopping.abort()
      await isReady
      await scheduler.stop()
      await pipeline.idle()
      // What is not loaded by then stays on disk for the next start. The spool's lock goes last: until then nobody else may load from it.
      await Promise.race([loader.drain().catch(() => undefined), wait(LOAD_MS)])
      await loader.stop()
      await spool.close()
      keys.close()
      await warehouse.close()
    },
  }
}
