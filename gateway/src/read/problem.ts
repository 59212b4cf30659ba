import { HTTPException } from 'hono/http-exception'

type ProblemStatus = 400 | 401 | 403 | 404 | 429

/** A bad request as an exception that carries its own `{ error: { code, message } }` answer, whatever the app's `onError` does. */
export function problem(status: ProblemStatus, code: string, message: string, headers: Record<string, string> = {}): HTTPException {
  return new HTTPException(status, { message, res: Response.json({ error: { code, message } }, { status, headers }) })
}
