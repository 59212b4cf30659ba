import { Hono } from 'hono'
import type { HealthReader } from '../../health/readHealth.ts'
import type { Ran } from '../../health/runNow.ts'
import { told } from '../../health/told.ts'
import { page } from '../frame/respond.ts'
import { healthPage, RAN_NOTES } from './healthPage.ts'

export interface HealthPagesDeps {
  readonly health: Pick<HealthReader, 'facts' | 'runs'>
  readonly runNow: () => Promise<Ran>
}

const PATIENCE_MS = 5_000

/** Whether the gateway works, and how its jobs went. */
export function createHealthPages({ health, runNow }: HealthPagesDeps): Hono {
  const app = new Hono()

  app.get('/console/health', async c => {
    const onlyFailed = c.req.query('runs') === 'failed'
    const [facts, runs] = await Promise.all([health.facts(), told(() => health.runs(onlyFailed), PATIENCE_MS)])
    const ran = Object.keys(RAN_NOTES).find(known => known === c.req.query('ran')) as Ran | undefined
    return page(c, healthPage({ facts, runs, onlyFailed, ran: ran ?? null }))
  })

  app.post('/console/health/run', async c => c.redirect(`/console/health?ran=${await runNow()}`, 303))

  return app
}
