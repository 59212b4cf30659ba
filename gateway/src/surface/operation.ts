import type { Hono } from 'hono'
import { engineFacts } from '../health/engineFacts.ts'
import { createHealthReader, type HealthReader } from '../health/readHealth.ts'
import { watchWrites } from '../health/writeWatch.ts'
import { JOBS } from '../jobs/list.ts'
import { edgeFamilies } from '../metrics/edgeFamilies.ts'
import { createMetrics } from '../metrics/readMetrics.ts'
import { createMetricsRoutes } from '../metrics/routes.ts'
import { type Readiness, readinessOf } from '../readiness.ts'
import type { SurfaceDeps } from './deps.ts'
import type { Intake } from './intake.ts'

/** How the gateway is, for those who run it. */
export interface Operation {
  readonly routes: readonly Hono[]
  readonly health: HealthReader
  readonly readiness: () => Readiness
}

export function createOperation(
  { config, db, models, keys, spool, now, notReady, wasReached, tally, engineState, connections, gateway, leaving }: SurfaceDeps,
  { counters, readStats, edge }: Pick<Intake, 'counters' | 'readStats' | 'edge'>,
): Operation {
  const engine = () => engineFacts(db, engineState())
  const health = createHealthReader({
    db,
    now,
    dataDir: config.dataDir,
    gateway,
    engine,
    spool: () => spool.backlog(),
    counters,
    readStats,
    jobs: JOBS.map(({ name }) => name),
    models,
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
    engine,
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
  return { routes: [metricsRoutes], health, readiness }
}
