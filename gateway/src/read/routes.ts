import { type Context, Hono } from 'hono'
import { BANDS } from '../model/intent/intentBands.ts'
import { ACCOUNT_SORTS, type AccountQuery, mainJourney, STATUSES } from './accounts.ts'
import { type FindSecretKey, requireScope } from './auth.ts'
import { csvResponse } from './csvResponse.ts'
import { type Ask, bad, instant, oneOf, pageSize, text, wholeNumber } from './parameters.ts'
import { problem } from './problem.ts'
import type { Reader } from './reader.ts'

export interface ReadDeps {
  readonly reader: Reader
  readonly keys: { readonly secretKey: FindSecretKey }
  readonly models: { readonly journeys: readonly { readonly id: string; readonly states: readonly { readonly id: string }[] }[] }
  readonly now: () => number
  /** Conservation of the events received in [from, to), epoch milliseconds. */
  /** Ends when the signal is aborted: nobody waits for it any more. */
  readonly readStats: (from: number, to: number, signal: AbortSignal) => Promise<object>
}

/** `GET /v1/accounts…`, `/v1/profiles…`, `/v1/stats`: what is known, for a secret key with scope `read`. */
export function createReadRoutes({ reader, keys, models, now, readStats }: ReadDeps): Hono {
  const app = new Hono()
  const mayRead = requireScope(name => keys.secretKey(name), 'read')
  for (const path of ['/v1/accounts', '/v1/accounts/*', '/v1/profiles/*', '/v1/stats']) app.get(path, mayRead)

  app.get('/v1/accounts', async c => {
    const query = accountQuery(asks(c), stageIds(models))
    if (oneOf(asks(c), 'format', ['json', 'csv']) !== 'csv') return c.json(await reader.accounts(query))
    for (const name of ['limit', 'cursor'])
      if (c.req.query(name) !== undefined) throw bad(name, 'is not for format=csv, which gives every account that matches; leave it out')
    return csvResponse(await reader.accountsCsv(query), now())
  })

  app.get('/v1/accounts/:id', async c => c.json((await reader.account(c.req.param('id'))) ?? unknownAccount(c.req.param('id'))))

  app.get('/v1/accounts/:id/score', async c => {
    const at = instant(asks(c), 'at')
    const accountId = await knownId(reader, c.req.param('id'))
    return c.json(await reader.score(accountId, at))
  })

  app.get('/v1/accounts/:id/changes', async c => {
    const days = wholeNumber(asks(c), 'days', { usual: 7, most: 365 })
    const accountId = await knownId(reader, c.req.param('id'))
    return c.json(await reader.changes(accountId, days))
  })

  app.get('/v1/accounts/:id/journey', async c => {
    const model = oneOf(
      asks(c),
      'model',
      models.journeys.map(journey => journey.id),
    )
    const accountId = await knownId(reader, c.req.param('id'))
    return c.json(await reader.journey(accountId, model))
  })

  app.get('/v1/accounts/:id/timeline', async c => {
    const limit = pageSize(asks(c))
    const accountId = await knownId(reader, c.req.param('id'))
    return c.json(await reader.timeline(accountId, limit, c.req.query('cursor')))
  })

  app.get('/v1/profiles/:type/:value', async c => {
    const { type, value } = c.req.param()
    const profile = await reader.profile(type, value)
    if (profile === null) throw unknownProfile(type, value)
    return c.json(profile)
  })

  app.get('/v1/profiles/:type/:value/merges', async c => {
    const { type, value } = c.req.param()
    const merges = await reader.merges(type, value)
    if (merges === null) throw unknownProfile(type, value)
    return c.json({ data: merges, nextCursor: null })
  })

  app.get('/v1/stats', async c => {
    const from = instant(asks(c), 'from') ?? 0
    const to = instant(asks(c), 'to') ?? now() + 1
    if (from >= to) throw bad('from', 'must be earlier than “to”')
    const { signal } = c.req.raw
    const stats = await readStats(from, to, signal).catch((error: unknown) => {
      // Nobody reads the answer, and a hang-up is no failure to be logged.
      if (signal.aborted) return null
      throw error
    })
    return stats === null ? c.body(null, 408) : c.json(stats)
  })

  return app
}

/** The account list's parameters; shared with the console, whose links carry the same ones. */
export function accountQuery(ask: Ask, stages: readonly string[]): AccountQuery {
  return {
    stage: oneOf(ask, 'stage', stages) ?? '',
    status: oneOf(ask, 'status', STATUSES) ?? '',
    band: oneOf(ask, 'band', BANDS) ?? '',
    q: text(ask, 'q'),
    sort: oneOf(ask, 'sort', ACCOUNT_SORTS) ?? '-score',
    limit: pageSize(ask),
    cursor: ask('cursor'),
  }
}

/** Stages of the journey that accounts are shown on. */
export function stageIds(models: ReadDeps['models']): readonly string[] {
  return models.journeys.find(({ id }) => id === mainJourney(models))?.states.map(state => state.id) ?? []
}

function asks(c: Context): Ask {
  return name => c.req.query(name)
}

async function knownId(reader: Reader, key: string): Promise<string> {
  return (await reader.accountId(key)) ?? unknownAccount(key)
}

function unknownAccount(key: string): never {
  throw problem(
    404,
    'unknown_account',
    `No account has the key “${key.slice(0, 200)}”. Give a domain, a group id or an internal id (a_…); GET /v1/accounts?q=… searches names and keys. An account exists once the jobs have run over its events (POST /v1/jobs/run).`,
  )
}

function unknownProfile(type: string, value: string) {
  return problem(
    404,
    'unknown_profile',
    `No profile has the identifier ${type.slice(0, 50)} “${value.slice(0, 200)}”. Types are user_id, anonymous_id and email; a profile exists once the jobs have run over its events.`,
  )
}
