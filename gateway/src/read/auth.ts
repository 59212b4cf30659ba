import type { MiddlewareHandler } from 'hono'
import { problem } from './problem.ts'

/** What a secret key may do. */
export interface SecretKey {
  readonly name: string
  readonly scopes: readonly string[]
}

/** Finds the live secret key that was presented; null for an unknown or revoked one. Compares in constant time. */
export type FindSecretKey = (presented: string) => SecretKey | null

/**
 * Lets a request through when it brings a secret key with `scope`.
 * A secret key that arrives from a web page is refused before its scope is looked at: it has leaked into a browser.
 */
export function requireScope(find: FindSecretKey, scope: string): MiddlewareHandler {
  return async (c, next) => {
    const key = presentedKey(c.req.header('authorization'))
    const found = key === null ? null : find(key)
    if (found === null) {
      throw problem(
        401,
        'unauthorized',
        'A secret key is needed: send “Authorization: Bearer <secret key>”. Start-up prints one, `waymark keys` lists them.',
        {
          'WWW-Authenticate': 'Bearer',
        },
      )
    }
    if (c.req.header('origin') !== undefined) {
      throw problem(
        403,
        'secret_key_in_browser',
        'A secret key must not be used from a web page (the request has an Origin). Call from a server, and replace this key.',
      )
    }
    if (!found.scopes.includes(scope)) {
      throw problem(
        403,
        'missing_scope',
        `The key “${found.name}” has no scope “${scope}”. Create one that has it: waymark keys create --scope ${scope}.`,
      )
    }
    await next()
  }
}

function presentedKey(header: string | undefined): string | null {
  const match = /^Bearer +(\S+) *$/i.exec(header ?? '')
  return match?.[1] ?? null
}
