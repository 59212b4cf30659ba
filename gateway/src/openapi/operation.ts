/** A route as it is documented: what to send, what comes back, what it may be refused for. */

export type Tag = 'Send events' | 'Settings of other SDKs' | 'Accounts and people' | 'Tracking plans' | 'Operate' | 'Micro mode'

/** Who may ask: `read` and its like are scopes of a secret key. */
export type Access = 'anybody' | 'write key' | 'read' | 'admin' | 'import' | 'merge' | 'metrics'

export interface Parameter {
  readonly name: string
  readonly says: string
  /** JSON Schema. */
  readonly schema: { readonly [keyword: string]: unknown }
  readonly isRequired?: boolean
  /** A value that works. */
  readonly example?: string
}

export interface Answer {
  readonly says: string
  readonly type: string
  /** Name among the schemas; '' for what is no JSON. */
  readonly schema: string
}

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** `/v1/accounts/{id}`. */
  readonly path: string
  readonly tag: Tag
  readonly summary: string
  readonly says?: string
  readonly access: Access
  readonly inPath?: readonly Parameter[]
  readonly query?: readonly Parameter[]
  readonly headers?: readonly Parameter[]
  /** `asText`: taken as `text/plain` too, which needs no preflight of a browser. */
  readonly body?: {
    readonly schema: string
    readonly type?: string
    readonly asText?: true
    readonly isRequired: boolean
    readonly example: unknown
  }
  readonly answers: { readonly [status: number]: Answer }
  /** Statuses that are answered with an error. */
  readonly refusals: readonly number[]
}

export function json(schema: string, says: string): Answer {
  return { says, type: 'application/json', schema }
}

export function other(type: string, says: string): Answer {
  return { says, type, schema: '' }
}

export const TEXT = { type: 'string' } as const
export const INSTANT = { type: 'string', description: 'a day (2026-03-01) or an instant with a zone (2026-03-01T09:05:00Z)' } as const

export function whole(most: number, usual: number) {
  return { type: 'integer', minimum: 1, maximum: most, default: usual }
}

/** Both of every list. */
export const PAGED: readonly Parameter[] = [
  { name: 'limit', says: 'Entries of a page.', schema: whole(200, 50) },
  { name: 'cursor', says: '`nextCursor` of the page before.', schema: TEXT },
]

export const oneOf = (words: readonly string[]) => ({ enum: [...words] })
