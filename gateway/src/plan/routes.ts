import { PLAN_LIMITS } from '@waymark/schemas/plan'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { Database } from '../db/open.ts'
import { TurnTaken } from '../db/sharedTurn.ts'
import { type FindSecretKey, requireScope } from '../read/auth.ts'
import { busy, problem } from '../read/problem.ts'
import type { PlanBook } from './book.ts'
import { breathe } from './breathe.ts'
import { lintPlanText } from './lint/lintPlan.ts'
import type { PlanProblem } from './lint/problem.ts'
import { type ActivePlan, planHistory, pushPlan, readPlan } from './store.ts'
import { countViolations } from './violations.ts'

export interface PlanRoutesDeps {
  readonly db: Database
  readonly book: Pick<PlanBook, 'reload' | 'active'>
  readonly findSecretKey: FindSecretKey
  readonly now: () => number
  readonly randomUUID: () => string
}

const DAY_MS = 86_400_000
const USUAL_DAYS = 7

/** `/v1/plans`: what is planned, and putting a plan in force; `/v1/plan/violations`: how it is kept to. */
export function createPlanRoutes({ db, book, findSecretKey, now, randomUUID }: PlanRoutesDeps): Hono {
  const app = new Hono()
  const [mayRead, mayPush] = [requireScope(findSecretKey, 'read'), requireScope(findSecretKey, 'admin')]

  app.get('/v1/plans', mayRead, async c => {
    await book.reload()
    return c.json({ data: book.active().map(summary), nextCursor: null })
  })

  app.get('/v1/plans/:id', mayRead, async c => {
    const id = c.req.param('id')
    const version = wholeNumber(c, 'version')
    const found = await readPlan(db, id, version)
    if (found === null)
      throw problem(
        404,
        'no_such_plan',
        `There is no plan “${id.slice(0, 64)}”${version === 0 ? '' : ` with version ${version}`}. GET /v1/plans lists them.`,
      )
    const versions = (await planHistory(db, id)).map(one => ({ version: one.version, pushedAt: iso(one.pushed_at) }))
    return c.json({ plan: found.plan, pushedAt: iso(found.pushedAt), versions })
  })

  const limit = bodyLimit({
    maxSize: PLAN_LIMITS.bytes,
    onError: () => {
      throw refusal(413, 'plan_too_large', `A plan may have ${PLAN_LIMITS.bytes / 1024} KiB; make two of it.`)
    },
  })
  app.put('/v1/plans/:id', mayPush, limit, async c => {
    const { plan, problems } = await lintPlanText(await c.req.text(), breathe)
    if (plan === null) throw refusal(400, 'plan_invalid', faults(problems), problems)
    if (plan.id !== c.req.param('id'))
      throw refusal(400, 'plan_invalid', `The plan says that it is “${plan.id}”, the address says “${c.req.param('id').slice(0, 64)}”.`)
    const pushed = await pushPlan(db, plan, { now, randomUUID }).catch(asRefusal)
    if (pushed.outcome === 'refused') throw refusal(409, pushed.code, sentence(pushed.message))
    await book.reload()
    return c.json({ ...pushed, warnings: problems })
  })

  app.get('/v1/plan/violations', mayRead, async c => {
    const to = time(c, 'to') ?? now()
    const from = time(c, 'from') ?? to - USUAL_DAYS * DAY_MS
    const found = await countViolations(db, { from, to, source: c.req.query('source') ?? '', event: c.req.query('event') ?? '' })
    const data = found.map(({ source_id, last_at, ...rest }) => ({ source: source_id, ...rest, lastAt: iso(last_at) }))
    return c.json({ data, nextCursor: null, from: iso(from), to: iso(to) })
  })
  return app
}

function summary({ plan, pushedAt }: ActivePlan) {
  const { id, version, sources, description = '' } = plan
  return { id, version, pushedAt: iso(pushedAt), description, sources, events: Object.keys(plan.events).length }
}

function faults(problems: readonly PlanProblem[]): string {
  const errors = problems.filter(({ level }) => level === 'error')
  const [first] = errors
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  return first === undefined ? '' : `The plan cannot be used: ${first.path === '' ? 'it' : first.path} ${first.message}${more}.`
}

function refusal(status: 400 | 409 | 413, code: string, message: string, problems?: readonly PlanProblem[]): HTTPException {
  return new HTTPException(status, { message, res: Response.json({ error: { code, message, ...(problems && { problems }) } }, { status }) })
}

function asRefusal(error: unknown): never {
  throw error instanceof TurnTaken ? busy('The plan was not put in force', error) : error
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function wholeNumber(c: Context, name: string): number {
  const text = c.req.query(name) ?? '0'
  if (!/^\d{1,7}$/.test(text)) throw problem(400, 'bad_parameter', `Parameter “${name}” must be a whole number.`)
  return Number(text)
}

function time(c: Context, name: string): number | null {
  const text = c.req.query(name)
  if (text === undefined || text === '') return null
  const at = Date.parse(text)
  // Within what the engine's times hold.
  if (!(at >= 0 && at < Date.UTC(2200, 0, 1)))
    throw problem(400, 'bad_parameter', `Parameter “${name}” must be an ISO 8601 time, e.g. 2026-03-01T00:00:00Z.`)
  return at
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
