import { randomInt, randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import type { PublicAddress } from '../console/frame/publicAddress.ts'
import { createEdge, type Edge } from '../edge/edge.ts'
import { createVisitorOrigin } from '../geo/visitorOrigin.ts'
import { createClosedDays } from '../ingest/closedDays.ts'
import { createHotSet } from '../ingest/dedupe.ts'
import { createRedaction } from '../ingest/enrich/redact.ts'
import { createNeverStored } from '../ingest/event/neverStored.ts'
import { createLiveFeed, type LiveFeed } from '../ingest/live/feed.ts'
import { createIngestCounters, type IngestCounters } from '../ingest/request/counters.ts'
import { createIngestRoutes } from '../ingest/routes.ts'
import { createStats, type Stats } from '../ingest/stats.ts'
import { createReachedAt } from '../ingest/wire/reachedAt.ts'
import { rudderPluginsFile } from '../ingest/wire/rudderPlugins.ts'
import { segmentScriptFolder } from '../ingest/wire/segmentScripts.ts'
import { createWireRoutes } from '../ingest/wire/wireRoutes.ts'
import { explainError } from '../log.ts'
import { createPlanGate } from '../plan/gate.ts'
import { createPlanRoutes } from '../plan/routes.ts'
import { createReplay, type Replay } from '../quarantine/replay.ts'
import { createQuarantineRoutes } from '../quarantine/routes.ts'
import type { SurfaceDeps } from './deps.ts'

/** What takes events in, says which are refused, and takes those in again; and what others may know of it. */
export interface Intake {
  readonly routes: readonly Hono[]
  readonly edge: Edge
  readonly live: LiveFeed
  readonly counters: IngestCounters
  readonly readStats: Stats
  readonly replay: Replay
}

export function createIntake(
  { config, url, db, keys, settings, plans, spool, loader, log, now, tally, life, below = () => '', origins, isSuppressed }: SurfaceDeps,
  address: PublicAddress,
): Intake {
  const counters = createIngestCounters()
  const redact = createRedaction(config.redactParameters)
  const live = createLiveFeed({ now, redact })
  const checkPlan = createPlanGate(plans, redact)
  const edge = createEdge({ config, settings, now, seed: randomInt(2 ** 32) })
  const neverStored = createNeverStored(source => settings.of(source)?.never_stored ?? [])
  const findSecretKey = (key: string) => keys.secretKey(key)
  const ingest = createIngestRoutes({
    onNoScanner: () =>
      log.warn(
        'usual requests cannot be scanned here: WebAssembly has no SIMD, or there is too little address space; each is parsed, which takes a multiple of the processor',
      ),
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
    life,
    isOriginAllowed: edge.isOriginAllowed,
    guard: edge.guard,
  })
  const wire = createWireRoutes({
    ingest,
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
  const replay = createReplay({ db, spool, checkPlan, neverStored, isSuppressed, now, randomUUID })
  return {
    routes: [
      ingest,
      wire,
      createPlanRoutes({ db, book: plans, findSecretKey, now, randomUUID }),
      createQuarantineRoutes({ replay, findSecretKey }),
    ],
    edge,
    live,
    counters,
    readStats: createStats({ db, spool, loader, counters, days: createClosedDays({ db, spool, now }) }),
    replay,
  }
}
