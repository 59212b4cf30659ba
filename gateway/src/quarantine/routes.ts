import { type Context, Hono } from 'hono'
import { TurnTaken } from '../db/sharedTurn.ts'
import { overloaded } from '../ingest/request/overloaded.ts'
import { readTime } from '../ingest/request/rejectedList.ts'
import { SpoolFull } from '../ingest/spool/spoolFull.ts'
import { type FindSecretKey, requireScope } from '../read/auth.ts'
import { busy, problem } from '../read/problem.ts'
import { type Place, type RejectedFilter, START } from './candidates.ts'
import type { Replay, ReplayResult } from './replay.ts'
import { HINDRANCES } from './revive.ts'

export interface QuarantineRoutesDeps {
  readonly replay: Replay
  readonly findSecretKey: FindSecretKey
}

/** Looked at by one request: a second or two of the gateway's time. */
const MOST_AT_ONCE = 2000
const MOST_IDS = 1000
/** A day on which nothing will be received any more. */
const FAR_MS = Date.UTC(2200, 0, 1)
const FIELDS = ['source', 'code', 'event', 'from', 'to', 'ids', 'limit', 'cursor']

/** `POST /v1/rejected/replay` `{ source?, code?, event?, from?, to?, ids?, limit?, cursor? }`: takes rejected events in again. */
export function createQuarantineRoutes({ replay, findSecretKey }: QuarantineRoutesDeps): Hono {
  const app = new Hono()
  // It writes events under the name of a source, as an import does.
  app.post('/v1/rejected/replay', requireScope(findSecretKey, 'import'), async c => {
    const { filter, after, limit } = readRequest(await bodyOf(c))
    return c.json(told(await replay(filter, after, limit).catch(asRefusal)))
  })
  return app
}

/** What is told of a replay: `hindered` with the reasons, `nextCursor` where there is more. */
export function told({ replayed, already, flawed, hindered, suppressed, next }: ReplayResult) {
  const reasons = Object.entries(hindered).filter(([, events]) => events > 0)
  return {
    replayed,
    alreadyReplayed: already,
    stillRejected: flawed,
    notReplayable: reasons.map(([reason, events]) => ({ reason, events, message: HINDRANCES[reason as keyof typeof HINDRANCES] })),
    suppressed,
    nextCursor: next === null ? null : cursorOf(next),
  }
}

function asRefusal(error: unknown): never {
  if (error instanceof TurnTaken) throw busy('Not everything was replayed', error)
  throw error instanceof SpoolFull ? overloaded('Not everything was replayed', error) : error
}

type Body = { readonly [field: string]: unknown }

async function bodyOf(c: Context): Promise<Body> {
  const text = await c.req.text()
  if (text.length > 256 * 1024) throw bad('The request is larger than 256 KiB: name fewer ids.')
  let body: unknown
  try {
    body = text === '' ? {} : JSON.parse(text)
  } catch {
    throw bad('The body must be JSON: { "source": "web", "code": "plan_wrong_type" }.')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw bad('The body must be a JSON object.')
  const unknown = Object.keys(body).find(field => !FIELDS.includes(field))
  // A mistyped filter would replay everything.
  if (unknown !== undefined) throw bad(`There is no field “${unknown.slice(0, 40)}”; there are ${FIELDS.join(', ')}.`)
  return body as Body
}

function readRequest(body: Body): { filter: RejectedFilter; after: Place; limit: number } {
  const text = (name: string) => {
    const value = body[name] ?? ''
    if (typeof value !== 'string') throw bad(`“${name}” must be a text.`)
    return value
  }
  const ids = body.ids ?? []
  if (!Array.isArray(ids) || ids.length > MOST_IDS || !ids.every(id => typeof id === 'string' && /^[0-9a-f-]{36}:\d{1,10}$/.test(id)))
    throw bad(`“ids” must be a list of at most ${MOST_IDS} ids of GET /v1/rejected.`)
  if (Array.isArray(body.ids) && ids.length === 0) throw bad('“ids” names none. Leave it out to replay all that the filter lets through.')
  const limit = body.limit ?? MOST_AT_ONCE
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MOST_AT_ONCE)
    throw bad(`“limit” must be a whole number from 1 to ${MOST_AT_ONCE}.`)
  const [from, to] = [readTime('from', text('from')) ?? 0, readTime('to', text('to')) ?? FAR_MS]
  return {
    filter: { source: text('source'), code: text('code'), event: text('event'), from, to, ids },
    after: placeOf(text('cursor')),
    limit,
  }
}

function cursorOf({ received_at, segment_id, segment_index }: Place): string {
  return Buffer.from(`${received_at} ${segment_id} ${segment_index}`).toString('base64url')
}

function placeOf(cursor: string): Place {
  if (cursor === '') return START
  const [, at, id, index] = /^(\d{1,13}) ([0-9a-f-]{36}) (\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? []
  if (id === undefined || Number(at) > FAR_MS) throw bad('“cursor” is not one that this route gave out. Leave it out to start.')
  return { received_at: Number(at), segment_id: id, segment_index: Number(index) }
}

function bad(message: string) {
  return problem(400, 'bad_parameter', message)
}
