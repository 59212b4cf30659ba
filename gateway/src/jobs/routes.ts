import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { JobsBusy } from './ledger.ts'
import { JobFailed, type Pipeline, UnknownJob } from './pipeline.ts'

/** `POST /v1/jobs/run {jobs?, at?}`: runs the pipeline now and answers when it is done. The caller's key is checked before. */
export function createJobRoutes({ pipeline }: { pipeline: Pipeline }): Hono {
  const routes = new Hono()
  routes.post('/v1/jobs/run', async context => {
    const request = parseRequest(await context.req.text())
    try {
      return context.json({ runs: await pipeline.run(request) })
    } catch (error) {
      if (error instanceof UnknownJob) throw new HTTPException(400, { message: error.message, cause: { code: 'unknown_job' } })
      if (error instanceof JobsBusy) throw new HTTPException(409, { message: error.message, cause: { code: 'jobs_busy' } })
      if (error instanceof JobFailed)
        throw new HTTPException(500, { message: `job ${error.job} failed; its reason is in the log and in job_runs`, cause: error })
      throw error
    }
  })
  return routes
}

/** Said by the route and by the command. */
export const UNDONE = 'The merge is cut. The next run of the jobs divides the people: POST /v1/jobs/run, or waymark run.'

/** `POST /v1/merges/:id/undo`: cuts the link of a merge; the ledger keeps both the merge and its undoing. The caller's key is checked before. */
export function createMergeRoutes({ undoMerge }: { undoMerge: (mergeId: string) => Promise<boolean> }): Hono {
  const routes = new Hono()
  routes.post('/v1/merges/:id/undo', async context => {
    const mergeId = context.req.param('id')
    if (!(await undoMerge(mergeId))) throw new HTTPException(404, { message: unknownMerge(mergeId), cause: { code: 'unknown_merge' } })
    return context.json({ mergeId, undone: true, message: UNDONE })
  })
  return routes
}

export function unknownMerge(mergeId: string): string {
  return `No merge has the id “${mergeId.slice(0, 100)}”, or it was undone already. GET /v1/profiles/:type/:value/merges lists the merges of a person.`
}

function parseRequest(text: string): { jobs?: string[]; now?: number } {
  const body = parseBody(text)
  const jobs = body.jobs
  if (jobs !== undefined && (!Array.isArray(jobs) || jobs.some(job => typeof job !== 'string')))
    throw bad('jobs', 'must be an array of job names')
  if (body.at !== undefined && (typeof body.at !== 'string' || Number.isNaN(Date.parse(body.at))))
    throw bad('at', 'must be an ISO 8601 date, e.g. 2026-03-01T00:00:00Z')
  return {
    ...(jobs === undefined ? {} : { jobs: jobs as string[] }),
    ...(body.at === undefined ? {} : { now: Date.parse(body.at as string) }),
  }
}

function parseBody(text: string): Record<string, unknown> {
  if (text.trim() === '') return {}
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>
  } catch {
    // Answered below with the same words as any other body that is no object.
  }
  throw bad('body', 'must be a JSON object, e.g. {"at":"2026-03-01T00:00:00Z"}, or empty')
}

function bad(what: string, wanted: string): HTTPException {
  return new HTTPException(400, { message: `${what} ${wanted}`, cause: { code: 'bad_request' } })
}
