import { createHash } from 'node:crypto'

/** A value with its kind: `user_id`, `anonymous_id`, `email` of a person; `group_id`, `domain` of an account. */
export interface Identifier {
  readonly type: string
  readonly value: string
}

/** Unambiguous text of an identifier, for maps and for hashing. */
export function keyOf(identifier: Identifier): string {
  return `${identifier.type}\0${identifier.value}`
}

/** Inverse of `keyOf`. */
export function identifierOf(key: string): Identifier {
  const end = key.indexOf('\0')
  return { type: key.slice(0, end), value: key.slice(end + 1) }
}

/** Id of the profile whose canonical identifier this is; the same everywhere and for ever. */
export function profileId(canonical: Identifier): string {
  return `p_${digest(keyOf(canonical))}`
}

/** Id of the account whose canonical key this is. */
export function accountId(canonical: Identifier): string {
  return `a_${digest(keyOf(canonical))}`
}

/** First 24 hexadecimal digits of SHA-256. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}

/** Code-unit order: the same on every machine, unlike a locale's. */
export function byText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
