import { randomInt, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Event } from '@waymark/schemas/event'
import { type Context, Hono } from 'hono'
import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { createAccountPages } from './console/accounts/accountRoutes.ts'
import { createPublicAddress } from './console/frame/publicAddress.ts'
import { createHealthPages } from './console/health/healthRoutes.ts'
import { createLivePages } from './console/live/liveRoutes.ts'
import { createReplayPages } from './console/live/replayRoutes.ts'
import { createPlanPages } from './console/plan/planRoutes.ts'
import { createConsole } from './console/routes.ts'
import { createSourcePages } from './console/sources/sourceRoutes.ts'
import type { EngineState } from './db/engine/supervise.ts'
import type { Database } from './db/open.ts'
import { createDemo } from './demo/routes.ts'
import type { Connections } from './edge/connections.ts'
import { createEdge } from './edge/edge.ts'
import type { Origins } from './geo/originFiles.ts'
import { createVisitorOrigin } from './geo/visitorOrigin.ts'
import { engineFacts } from './health/engineFacts.ts'
import type { GatewayFacts } from './health/facts.ts'
import { createHealthReader } from './health/readHealth.ts'
import { createRunNow } from './health/runNow.ts'
import { watchWrites } from './health/writeWatch.ts'
import { undoMerge } from './identity/unmerge.ts'
import { createClosedDays } from './ingest/closedDays.ts'
import { createHotSet } from './ingest/dedupe.ts'
import { createRedaction } from './ingest/enrich/redact.ts'
import { createNeverStored } from './ingest/event/neverStored.ts'
import { createLiveFeed } from './ingest/live/feed.ts'
import type { Loader } from './ingest/load/loader.ts'
import { createIngestCounters } from './ingest/request/counters.ts'
import { createIngestRoutes } from './ingest/routes.ts'
import type { Spool } from './ingest/spool/spool.ts'
import { createStats } from './ingest/stats.ts'
import { createReachedAt } from './ingest/wire/reachedAt.ts'
import { rudderPluginsFile } from './ingest/wire/rudderPlugins.ts'
import { segmentScriptFolder } from './ingest/wire/segmentScripts.ts'
import { createWireRoutes } from './ingest/wire/wireRoutes.ts'
import { JOBS } from './jobs/list.ts'
import type { Pipeline } from './jobs/pipeline.ts'
import { createJobRoutes, createMergeRoutes } from './jobs/routes.ts'
import type { SecretKeySetting, WriteKeySetting } from './keys/parse.ts'
import type { KeyRing } from './keys/ring.ts'
import type { SettingsRing } from './keys/settings.ts'
import { explainError, type Log } from './log.ts'
import { edgeFamilies } from './metrics/edgeFamilies.ts'
import { createMetrics } from './metrics/readMetrics.ts'
import { createMetricsRoutes } from './metrics/routes.ts'
import type { Tally } from './metrics/tally.ts'
import type { Models } from './model/models.ts'
import { createOpenApiRoutes } from './openapi/openapiRoutes.ts'
import type { PlanBook } from './plan/book.ts'
import { createPlanGate } from './plan/gate.ts'
import { createPlanRoutes } from './plan/routes.ts'
import { createReplay } from './quarantine/replay.ts'
import { createQuarantineRoutes } from './quarantine/routes.ts'
import { requireScope } from './read/auth.ts'
import { createReadRoutes } from './read/routes.ts'
import { createReader } from './read/warehouseReader.ts'
import { readinessOf } from './readiness.ts'
import { createSdkRoutes } from './sdkRoutes.ts'

/** Everything that routes work with, opened. */
export interface SurfaceDeps {
  readonly config: Config
  readonly url: string
  readonly db: Database
  readonly models: Models
  readonly keys: KeyRing
  readonly settings: SettingsRing
  readonly plans: PlanBook
  readonly writeKeys: readonly WriteKeySetting[]
  readonly secretKeys: readonly SecretKeySetting[]
  readonly spool: Spool
  readonly loader: Loader
  readonly pipeline: Pipeline
  readonly log: Log
  readonly now: () => number
  readonly sdkFile: URL
  readonly demo: boolean
  readonly notReady: () => string | null
  /** Whether the warehouse could ever be used since the start. */
  readonly wasReached: () => boolean
  readonly tally: Tally
  /** Of the embedded engine; null with a server of its own. */
  readonly engineState: () => EngineState | null
  /** Of the server that listens; null before it does. */
  readonly connections: () => Connections['counts'] | null
  /** Path of INGEST_PATH that a request was called below; '' where it was not. */
  readonly below?: ((c: Context) => string) | undefined
  /** Of GEOIP_FILE and GEOIP_ASN_FILE; null without. */
  readonly origins: Origins | null
  /** This process, now. */
  readonly gateway: () => GatewayFacts
  /** Aborted when the gateway begins to stop: what would go on for ever ends. */
  readonly leaving: AbortSignal
  /** Whether an event is of somebody who must not be stored; of nobody by default. */
  readonly isSuppressed?: (event: Event) => boolean
}

/** All routes of a gateway on their deps: what listens, or answers `app.request()`. */
export function createSurface({
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
  sdkFile,
  demo,
  notReady,
  wasReached,
  tally,
  engineState,
  connections,
  below = () => '',
  origins,
  gateway,
  leaving,
  isSuppressed,
}: SurfaceDeps): Hono {
  const counters = createIngestCounters()
  const stats = createStats({ db, spool, loader, counters, days: createClosedDays({ db, spool, now }) })
  const redact = createRedaction(config.redactParameters)
  const live = createLiveFeed({ now, redact })
  const writeKey = writeKeys.find(key => !key.server)?.key ?? null
  const reader = createReader({ db, models, now })

  const checkPlan = createPlanGate(plans, redact)

  const jobRoutes = new Hono()
  jobRoutes.use(
    '/v1/jobs/*',
    requireScope(key => keys.secretKey(key), 'admin'),
  )
  jobRoutes.use(
    '/v1/merges/*',
    requireScope(key => keys.secretKey(key), 'merge'),
  )
  jobRoutes.route('/', createJobRoutes({ pipeline }))
  jobRoutes.route('/', createMergeRoutes({ undoMerge: mergeId => undoMerge(db, mergeId, now(), 'POST /v1/merges') }))

  const edge = createEdge({ config, settings, now, seed: randomInt(2 ** 32) })
  const neverStored = createNeverStored(source => settings.of(source)?.never_stored ?? [])
  const ingestRoutes = createIngestRoutes({
    origins: origins === null ? null : { find: origins.find, ofRequest: createVisitorOrigin(config.proxies, origins.find) },
    keys,
    spool,
    hotSet: createHotSet({
      now,
      onConflict(source, times) {
        counters.conflicts += times
        tally.conflicted(source, times)
      },
    }),
    db,
    counters,
    checkPlan,
    redact,
    neverStored,
    ...(isSuppressed === undefined ? {} : { isSuppressed }),
    needsLook: source => plans.decides(source),
    live: {
      ...live,
      storing(frame, accepted) {
        const [list, count] = [live.storing(frame, accepted), tally.storing(frame)]
        return () => {
          count()
          list()
        }
      },
    },
    onAnswered: tally.answered,
    now,
    randomUUID,
    isOriginAllowed: edge.isOriginAllowed,
    guard: edge.guard,
  })
  const replay = createReplay({ db, spool, checkPlan, neverStored, isSuppressed, now, randomUUID })
  const quarantineRoutes = createQuarantineRoutes({ replay, findSecretKey: key => keys.secretKey(key) })
  const planRoutes = createPlanRoutes({ db, book: plans, findSecretKey: key => keys.secretKey(key), now, randomUUID })
  const readRoutes = createReadRoutes({
    reader,
    keys,
    models,
    now,
    readStats: (from, to, signal) => stats({ from, to }, signal),
  })
  const address = createPublicAddress({
    proxies: config.proxies,
    url,
    remote: context => getConnInfo(context).remote.address ?? '',
  })
  const wireRoutes = createWireRoutes({
    ingest: ingestRoutes,
    keys,
    isOriginAllowed: edge.isOriginAllowed,
    live,
    now,
    reachedAt: createReachedAt({ url, proxied: address.proxied, below }),
    segmentScripts: segmentScriptFolder(),
    rudderPlugins: rudderPluginsFile(),
    guard: edge.guard,
    onFailure: error => log.error('a pixel could not be taken', { error: explainError(error) }),
  })
  const health = createHealthReader({
    db,
    now,
    dataDir: config.dataDir,
    gateway,
    engine: () => engineFacts(db, engineState()),
    spool: () => spool.backlog(),
    counters,
    readStats: stats,
    jobs: JOBS.map(({ name }) => name),
    models,
  })
  const generatedIn = join(config.dataDir, 'keys.json')
  const sourcePages = createSourcePages({
    db,
    writeKeys,
    secretKeys,
    allowedOrigins: config.allowedOrigins,
    settings: settings.of,
    settingsRing: settings,
    refusals: edge.refusals.ofSource,
    usualRate: config.sourceRate,
    ingestPath: config.ingestPath,
    readStats: stats,
    now,
    keys,
    address,
    log,
    randomUUID,
    setIn: {
      write: config.writeKeys.length > 0 ? 'WRITE_KEYS' : generatedIn,
      secret: config.secretKeys.length > 0 ? 'SECRET_KEYS' : generatedIn,
    },
  })
  const runNow = createRunNow({
    pipeline,
    onError: error => log.error('a run asked for in the console failed', { error: explainError(error) }),
  })
  const consoleRoutes = createConsole({
    now,
    dataDir: config.dataDir,
    pages: [
      createAccountPages({ reader, models, now }),
      createLivePages({
        feed: live,
        db,
        now,
        address,
        writeKey,
        hasDemo: demo,
        takesEvents: config.role !== 'jobs',
        stopping: leaving,
        onOpen: tally.streams,
      }),
      createReplayPages({ replay, now, randomUUID, log }),
      createPlanPages({ db, plans, now }),
      sourcePages,
      createHealthPages({ health, runNow }),
    ],
    address,
  })
  const isWriteFailing = watchWrites(now)
  const readiness = () => {
    const backlog = spool.backlog()
    return readinessOf({
      isStopping: leaving.aborted,
      wasReached: wasReached(),
      missing: notReady(),
      backlog,
      isWriteFailing: isWriteFailing(backlog),
      now: now(),
    })
  }
  const metrics = createMetrics({
    tally,
    gateway,
    backlog: () => spool.backlog(),
    oldestSealedAt: () => spool.sealed()[0]?.createdAt ?? null,
    engine: () => engineFacts(db, engineState()),
    quickFacts: () => health.quickFacts(),
    can: () => {
      const { ingest, read } = readiness()
      return { ingest: ingest.ready, read: read.ready }
    },
    more: () => edgeFamilies(edge.refusals.counts, connections()),
    now,
  })
  leaving.addEventListener('abort', metrics.stop)
  const metricsRoutes = createMetricsRoutes({
    metrics,
    metricsKey: config.metricsKey,
    host: config.host,
    trustProxy: config.trustProxy,
    mayRead: key => keys.secretKey(key)?.scopes.includes('read') === true,
  })
  const demoRoutes = demo ? [createDemo({ writeKey })] : []
  return createApp({
    routes: [
      createSdkRoutes(sdkFile),
      createOpenApiRoutes(gateway().version),
      metricsRoutes,
      ingestRoutes,
      wireRoutes,
      planRoutes,
      quarantineRoutes,
      readRoutes,
      jobRoutes,
      consoleRoutes,
      ...demoRoutes,
    ],
    log,
    notReady,
    readiness,
  })
}
