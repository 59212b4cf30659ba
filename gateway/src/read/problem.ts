import { HTTPException } from 'hono/http-exception'
import type { TurnTaken } from '../db/sharedTurn.ts'

type ProblemStatus = 400 | 401 | 403 | 404 | 429

/** A bad request as an exception that carries its own `{ error: { code, message } }` answer, whatever the app's `onError` does. */
export function problem(status: ProblemStatus, code: string, message: string, headers: Record<string, string> = {}): HTTPException {
  return new HTTPException(status, { message, res: Response.json({ error: { code, message } }, { status, headers }) })
}

/** What takes turns takes a second or two. */
const TURN_AGAIN_S = 5

/** The refusal of what another process has the turn at: 429 with `Retry-After`. `outcome`: what became of the request. */
export function busy(outcome: string, { message }: TurnTaken): HTTPException {
  return problem(429, 'busy', `${outcome}: ${message}. Send it again in ${TURN_AGAIN_S} s.`, { 'Retry-After': String(TURN_AGAIN_S) })
}
