import type { HonoRequest } from 'hono'
import type { HTTPException } from 'hono/http-exception'
import { isKeyName, KEY_NAME_RULE, type Scope } from '../../keys/parse.ts'
import type { KeyRing, SecretKey, Source } from '../../keys/ring.ts'
import { refuse } from './refuse.ts'

export interface SourceEdges {
  readonly keys: Pick<KeyRing, 'writeKey' | 'secretKey'>
  /** Advisory list of pages by source; every page by default. */
  readonly isOriginAllowed?: (sourceId: string, origin: string) => boolean
}

/** The key of `Authorization: Basic` or of `X-Write-Key`, before the body is read; null when no header names one. A missing colon is tolerated. */
export function basicKey(request: HonoRequest): string | null {
  const [, encoded = ''] = /^Basic +(\S+) *$/i.exec(request.header('authorization') ?? '') ?? []
  const [key = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return key === '' ? request.header('x-write-key') || null : key
}

/**
 * The source that a write key stands for. 401 for a missing or unknown key. 403 for a private key that a page sends
 * (it is public from then on), or for a page that the source does not list.
 */
export function sourceOfWriteKey(key: string | null, request: HonoRequest, { keys, isOriginAllowed = () => true }: SourceEdges): Source {
  if (key === null) {
    throw refuse(
      401,
      'no_write_key',
      'No write key was given. Send it as the user name of Basic authentication, in a header X-Write-Key, as “writeKey” in the body, or as ?writeKey= in the address.',
    )
  }
  const source = keys.writeKey(key)
  if (source === null) throw wrong(unknownWriteKey(), key)
  const origin = request.header('origin')
  if (origin === undefined) return source
  if (source.trust === 'server') {
    throw refuse(
      403,
      'server_key_in_browser',
      `The key of source “${source.sourceId}” is a server key, and this request comes from a web page. Use a public key in pages, and replace this one: it has been seen.`,
    )
  }
  if (!isOriginAllowed(source.sourceId, origin)) {
    throw refuse(
      403,
      'origin_not_allowed',
      `Pages of ${origin.slice(0, 200)} may not send to source “${source.sourceId}”. Add the origin to those of the source: in its settings in the console, by \`waymark sources set ${source.sourceId} --origin …\` with all of them, or in ALLOWED_ORIGINS, which counts first.`,
    )
  }
  return source
}

/** The holder of the secret key in `Authorization: Bearer`, null when none was brought. 401 unknown, 403 from a web page or without the scope. */
export function secretKeyOf(request: HonoRequest, scope: Scope, { keys }: Pick<SourceEdges, 'keys'>): SecretKey | null {
  const [, presented] = /^Bearer +(\S+) *$/i.exec(request.header('authorization') ?? '') ?? []
  if (presented === undefined) return null
  const key = keys.secretKey(presented)
  if (key === null)
    throw wrong(
      refuse(
        401,
        'unauthorized',
        'The secret key is not known here or was revoked. `waymark keys list` shows the keys of this gateway.',
        CHALLENGE,
      ),
      presented,
    )
  if (request.header('origin') !== undefined) {
    throw refuse(
      403,
      'secret_key_in_browser',
      'A secret key must not be used from a web page (the request has an Origin). Call from a server, and replace this key.',
    )
  }
  if (!key.scopes.includes(scope)) {
    throw refuse(
      403,
      'missing_scope',
      `The key “${key.name}” has no scope “${scope}”. Create one that has it: waymark keys create --scope ${scope}.`,
    )
  }
  return key
}

export function unknownWriteKey() {
  return refuse(
    401,
    'unknown_write_key',
    'The write key is not known here or was revoked. `waymark keys list` shows the keys of this gateway.',
  )
}

export function noSecretKey() {
  return refuse(
    401,
    'unauthorized',
    'A secret key is needed: send “Authorization: Bearer <secret key>”. `waymark keys list` shows the keys of this gateway.',
    CHALLENGE,
  )
}

/** The key that a request was refused for, because nobody has it; null where it was refused for something else, or brought none. */
export function wrongKeyOf(error: Error | undefined): string | null {
  return error === undefined ? null : (WRONG_KEYS.get(error) ?? null)
}

function wrong(refusal: HTTPException, key: string): HTTPException {
  WRONG_KEYS.set(refusal, key)
  return refusal
}

/** Beside the refusals, not in them: what is thrown may be logged. */
const WRONG_KEYS = new WeakMap<Error, string>()
const CHALLENGE = { 'WWW-Authenticate': 'Bearer' }

/** An import with a secret key says itself where its events come from. */
export function importedSource(name: unknown): Source {
  if (typeof name !== 'string' || !isKeyName(name)) {
    throw refuse(
      400,
      'no_source',
      `An import with a secret key must name its source: { "source": "crm", "batch": [ … ] }. A name has ${KEY_NAME_RULE}.`,
    )
  }
  return { sourceId: name, trust: 'server' }
}
