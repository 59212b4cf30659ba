import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { createAccountPages } from '../console/accounts/accountRoutes.ts'
import type { PublicAddress } from '../console/frame/publicAddress.ts'
import { createHealthPages } from '../console/health/healthRoutes.ts'
import { createLivePages } from '../console/live/liveRoutes.ts'
import { createReplayPages } from '../console/live/replayRoutes.ts'
import { createPlanPages } from '../console/plan/planRoutes.ts'
import { createConsole } from '../console/routes.ts'
import { createSourcePages } from '../console/sources/sourceRoutes.ts'
import { createDemo } from '../demo/routes.ts'
import { createRunNow } from '../health/runNow.ts'
import { explainError } from '../log.ts'
import type { Reader } from '../read/reader.ts'
import type { SurfaceDeps } from './deps.ts'
import type { Intake } from './intake.ts'
import type { Operation } from './operation.ts'

/** What people look at: the console, and the site to try things on. */
export function createPeoplePages(
  { config, db, models, keys, settings, plans, writeKeys, secretKeys, pipeline, log, now, demo, tally, leaving }: SurfaceDeps,
  { address, reader, intake, health }: { address: PublicAddress; reader: Reader; intake: Intake; health: Operation['health'] },
): readonly Hono[] {
  const writeKey = writeKeys.find(key => !key.server)?.key ?? null
  const generatedIn = join(config.dataDir, 'keys.json')
  const sources = createSourcePages({
    db,
    writeKeys,
    secretKeys,
    allowedOrigins: config.allowedOrigins,
    settings: settings.of,
    settingsRing: settings,
    refusals: intake.edge.refusals.ofSource,
    usualRate: config.sourceRate,
    ingestPath: config.ingestPath,
    readStats: intake.readStats,
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
  const live = createLivePages({
    feed: intake.live,
    db,
    now,
    address,
    writeKey,
    hasDemo: demo,
    takesEvents: config.role !== 'jobs',
    stopping: leaving,
    onOpen: tally.streams,
  })
  const runNow = createRunNow({
    pipeline,
    onError: error => log.error('a run asked for in the console failed', { error: explainError(error) }),
  })
  const pages = [
    createAccountPages({ reader, models, now }),
    live,
    createReplayPages({ replay: intake.replay, now, randomUUID, log }),
    createPlanPages({ db, plans, now }),
    sources,
    createHealthPages({ health, runNow }),
  ]
  return [createConsole({ now, dataDir: config.dataDir, pages, address }), ...(demo ? [createDemo({ writeKey })] : [])]
}
