import { type Context, Hono } from 'hono'
import { type Ask, bad, text, wholeNumber } from '../read/parameters.ts'
import type { BrokenRule } from './brokenRule.ts'
import type { BadEvent, GoodEvent, Memory } from './memory.ts'

const MOST_LISTED = 1000
const LONGEST_WAIT_MS = 30_000

/** Filters of the good ones by parameter, with the column that each looks at. */
export const GOOD_FILTERS = {
  type: 'type',
  event: 'event',
  user: 'user_id',
  anonymous: 'anonymous_id',
  group: 'group_id',
  source: 'source_id',
  messageId: 'message_id',
  path: 'path',
} as const satisfies { readonly [parameter: string]: keyof GoodEvent }

export const BAD_FILTERS = { code: 'code', source: 'source', messageId: 'messageId', path: 'path' } as const satisfies {
  readonly [parameter: string]: keyof BadEvent
}

export const VIOLATION_FILTERS = {
  ...BAD_FILTERS,
  plan: 'plan',
  mode: 'mode',
  event: 'event',
} as const satisfies { readonly [parameter: string]: keyof BrokenRule }

export interface MicroDeps {
  readonly memory: Memory
  /** Forgets everything, also which message ids were seen. */
  readonly reset: () => void
  readonly now: () => number
}

/** `/micro/*`: what arrived, for a test to look at. No key is asked for: nothing is here that its own test did not send. */
export function createMicroRoutes({ memory, reset, now }: MicroDeps): Hono {
  const app = new Hono()

  async function list<T>(c: Context, items: () => readonly T[], filters: { readonly [parameter: string]: keyof T }): Promise<Response> {
    const ask: Ask = name => c.req.query(name)
    for (const name of Object.keys(c.req.query()))
      if (!(name in filters) && !['limit', 'least', 'within'].includes(name))
        throw bad(name, `is not known here; use ${[...Object.keys(filters), 'limit', 'least', 'within'].join(', ')}`)
    const wanted = Object.entries(filters).flatMap(([name, field]) => (ask(name) === undefined ? [] : [{ field, value: text(ask, name) }]))
    const limit = wholeNumber(ask, 'limit', { usual: 100, most: MOST_LISTED })
    const matching = () => items().filter(item => wanted.every(({ field, value }) => String(item[field] ?? '') === value))
    await atLeast(ask, () => matching().length)
    const found = matching()
    return c.json({ total: found.length, data: found.slice(-limit) })
  }

  /** `least=3&within=2000`: answers as soon as there are three, at the latest after two seconds. */
  async function atLeast(ask: Ask, count: () => number): Promise<void> {
    if (ask('least') === undefined && ask('within') === undefined) return
    const least = wholeNumber(ask, 'least', { usual: 1, most: 100_000 })
    const until = now() + wholeNumber(ask, 'within', { usual: 2_000, most: LONGEST_WAIT_MS })
    while (count() < least && now() < until) await memory.change(until - now())
  }

  app.get('/micro/all', c => c.json(memory.totals()))
  app.get('/micro/good', c => list(c, memory.good, GOOD_FILTERS))
  app.get('/micro/bad', c => list(c, memory.bad, BAD_FILTERS))
  app.get('/micro/violations', c => list(c, memory.violations, VIOLATION_FILTERS))
  app.post('/micro/reset', c => {
    reset()
    return c.json(memory.totals())
  })
  for (const path of ['/micro', '/micro/', '/console/']) app.get(path, c => c.redirect('/micro/all', 302))
  return app
}
