import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { createApp } from './app.ts'
import { createPublicAddress } from './console/frame/publicAddress.ts'
import { undoMerge } from './identity/unmerge.ts'
import { createJobRoutes, createMergeRoutes } from './jobs/routes.ts'
import { createOpenApiRoutes } from './openapi/openapiRoutes.ts'
import { requireScope } from './read/auth.ts'
import { createReadRoutes } from './read/routes.ts'
import { createReader } from './read/warehouseReader.ts'
import { createSdkRoutes } from './sdkRoutes.ts'
import type { SurfaceDeps } from './surface/deps.ts'
import { createIntake } from './surface/intake.ts'
import { createOperation } from './surface/operation.ts'
import { createPeoplePages } from './surface/people.ts'

export type { SurfaceDeps } from './surface/deps.ts'

/** All routes of a gateway on their deps: what listens, or answers `app.request()`. */
export function createSurface(deps: SurfaceDeps): Hono {
  const { config, url, db, models, keys, log, now, sdkFile, notReady, gateway } = deps
  const address = createPublicAddress({
    proxies: config.proxies,
    url,
    remote: context => getConnInfo(context).remote.address ?? '',
  })
  const intake = createIntake(deps, address)
  const operation = createOperation(deps, intake)
  const reader = createReader({ db, models, now })
  const readStats = (from: number, to: number, signal: AbortSignal) => intake.readStats({ from, to }, signal)
  return createApp({
    routes: [
      createSdkRoutes(sdkFile),
      createOpenApiRoutes(gateway().version),
      ...operation.routes,
      ...intake.routes,
      createReadRoutes({ reader, keys, models, now, readStats }),
      createWorkRoutes(deps),
      ...createPeoplePages(deps, { address, reader, intake, health: operation.health }),
    ],
    log,
    notReady,
    readiness: operation.readiness,
  })
}

/** Jobs and merges, started and undone by whoever may. */
function createWorkRoutes({ db, keys, pipeline, now }: SurfaceDeps): Hono {
  const findSecretKey = (key: string) => keys.secretKey(key)
  const routes = new Hono()
  routes.use('/v1/jobs/*', requireScope(findSecretKey, 'admin'))
  routes.use('/v1/merges/*', requireScope(findSecretKey, 'merge'))
  routes.route('/', createJobRoutes({ pipeline }))
  routes.route('/', createMergeRoutes({ undoMerge: mergeId => undoMerge(db, mergeId, now(), 'POST /v1/merges') }))
  return routes
}
