import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import type { LiveFeed } from '../live/feed.ts'
import { refusalCode } from '../request/refuse.ts'

export type TellRefusal = (c: Context, refusal: HTTPException) => void

/** Lists a refused request where people look whether their events arrive: an SDK that gets no settings sends nothing else. */
export function createTellRefusal(live: Pick<LiveFeed, 'refused'>, now: () => number): TellRefusal {
  return (c, refusal) =>
    live.refused({
      at: now(),
      // The pattern: an address may hold a key or a person.
      path: routePath(c),
      status: refusal.status,
      code: refusalCode(refusal),
      message: refusal.message,
      source: '',
      origin: c.req.header('origin') ?? '',
    })
}

/** For routes that refuse by throwing. */
export function tellingRefusals(tell: TellRefusal): MiddlewareHandler {
  return async (c, next) => {
    await next()
    if (c.error instanceof HTTPException) tell(c, c.error)
  }
}
