import { Hono } from 'hono'
import type { Database } from '../../db/open.ts'
import type { PlanBook } from '../../plan/book.ts'
import { countViolations } from '../../plan/violations.ts'
import { DAY_MS } from '../../read/times.ts'
import { page } from '../frame/respond.ts'
import { planPage } from './planPage.ts'

export interface PlanPagesDeps {
  readonly db: Database
  readonly plans: Pick<PlanBook, 'active' | 'reload'>
  readonly now: () => number
}

const COUNTED_DAYS = 7

/** What is planned, and how it is kept to: `/console/plan`. */
export function createPlanPages({ db, plans, now }: PlanPagesDeps): Hono {
  const app = new Hono()
  app.get('/console/plan', async c => {
    const [violations] = await Promise.all([
      countViolations(db, { from: now() - COUNTED_DAYS * DAY_MS, to: now() + DAY_MS }),
      plans.reload(),
    ])
    return page(c, planPage({ plans: plans.active(), violations, days: COUNTED_DAYS, now: now() }))
  })
  return app
}
