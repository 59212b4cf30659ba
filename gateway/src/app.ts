import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import { TooBusy } from './db/turns.ts'
import { readable } from './ingest/request/cors.ts'
import { explainError, type Log } from './log.ts'
import { type Readiness, refusalFor } from './readiness.ts'

export interface AppDeps {
  /** Mounted in order. */
  readonly routes: readonly Hono[]
  readonly log: Log
  /** null while everything needed to answer is there; else what is missing. */
  readonly notReady: () => string | null
  /** Told without a question to anybody. */
  readonly readiness: () => Readiness
}

const RETRY_AFTER_SECONDS = 5
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** The whole HTTP surface as a value: `app.request()` needs no port. Routes are logged as patterns: a path may hold an address. */
export function createApp({ routes, log, notReady, readiness }: AppDeps): Hono {
  const app = new Hono()
  // The ready line names this address: whoever opens it looks for something to see.
  app.get('/', context => context.redirect('/console/', 302))
  app.get('/healthz', context => context.json({ status: 'ok' }))
  app.get('/readyz', context => {
    const detail = readiness()
    const use = context.req.query('for')
    const missing = refusalFor(use === 'ingest' || use === 'read' ? use : null, detail)
    return missing === null ? context.json(detail) : context.json({ error: { code: 'not_ready', message: missing }, ...detail }, 503)
  })
  for (const route of routes) app.route('/', route)

  app.notFound(context => {
    const { method, path } = context.req
    const answer = context.json({ error: { code: 'not_found', message: `there is no ${method} ${path}` } }, 404)
    // Else all that a page's developer sees of a misspelt address is that it may not be asked.
    return path.startsWith('/v1/') && method !== 'OPTIONS' ? readable(context, answer) : answer
  })
  app.onError((error, context) => {
    if (error instanceof HTTPException) {
      if (error.status >= 500) log.error(error.message, { route: routePath(context), cause: explainError(error.cause) })
      if (error.res !== undefined) return error.getResponse()
      return context.json({ error: { code: codeOf(error), message: error.message } }, error.status)
    }
    if (error instanceof TooBusy) {
      log.warn('a read was turned away: too many at a time', { route: routePath(context) })
      context.header('retry-after', String(RETRY_AFTER_SECONDS))
      return context.json({ error: { code: 'busy', message: error.message } }, 503)
    }
    const missing = notReady() ?? (isUnreachable(error) ? 'the warehouse does not answer; events are accepted meanwhile' : null)
    if (missing !== null) {
      // Known and told by whoever watches the warehouse; a line for each request would bury it.
      log.debug('a request came while the warehouse is away', { route: routePath(context), error: explainError(error) })
      context.header('retry-after', String(RETRY_AFTER_SECONDS))
      return context.json({ error: { code: 'not_ready', message: missing } }, 503)
    }
    log.error('a request failed', { method: context.req.method, route: routePath(context), error: explainError(error) })
    return context.json(
      { error: { code: 'internal', message: 'the request could not be answered; the reason is in the log of the gateway' } },
      500,
    )
  })
  return app
}

/** A connection that was refused or cut, wherever in the chain of causes. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.some(isUnreachable)) return true
  if (!(error instanceof Error)) return false
  return UNREACHABLE.has((error as NodeJS.ErrnoException).code ?? '') || isUnreachable(error.cause)
}

function codeOf({ cause, status }: HTTPException): string {
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string') return cause.code
  return status >= 500 ? 'internal' : 'bad_request'
}
