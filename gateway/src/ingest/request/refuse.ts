import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** A request that cannot be read or may not be made, as an exception that carries its own `{ error: { code, message } }` answer. */
export function refuse(status: ContentfulStatusCode, code: string, message: string, headers: Record<string, string> = {}): HTTPException {
  return new HTTPException(status, { message, cause: { code }, res: Response.json({ error: { code, message } }, { status, headers }) })
}

/** The code that `refuse` was given. */
export function refusalCode({ cause }: HTTPException): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
}
