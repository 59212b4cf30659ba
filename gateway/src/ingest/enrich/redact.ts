/** Takes out of addresses what must not be stored: keys, passwords, sessions, and what tells of a person. Pure. */
import { withoutEncodedParameters } from './encodedParameters.ts'
import { withoutEscapedSecrets } from './escapedSecrets.ts'
import { createSecretNames } from './secretNames.ts'
import { withoutSecretsInPath } from './secretsInPath.ts'

/** A text, or JSON text, without the secrets in the addresses of it. */
export type Redact = (text: string) => string

/** Stands in the place of what was taken out. */
export const REDACTED = 'redacted'

/** Secrets that are known by how they look, whatever the parameter is called: JWTs and the keys that vendors mark for scanners. */
const SECRET_VALUE =
  /^(?:eyJ[\w-]{8,}\.[\w-]+\.|(?:sk|rk|pk)_(?:live|test)_|sk-[\w-]{20}|gh[opsur]_\w{20}|github_pat_|glpat-|xox[abeoprs]-|AKIA[0-9A-Z]{12}|ASIA[0-9A-Z]{12}|AIza[\w-]{30}|ya29\.|SG\.[\w-]{16}|npm_\w{30}|sk_[a-z0-9]{4,32}_|[Bb]earer(?:%20|\+)+[\w.~-]{16})/
const EMAIL_VALUE = /[^\s@%]@[^\s@]+\.|%40[^\s@%]+\./i

/** The path of an address, from its host on, or a path that stands alone in its text. */
const PATH = /(?<=(?:^|[\s"?#])(?:https?:\/)?)\/[^\s"?#]*/gi
/** Behind `http:` browsers take one slash for two. */
const LOGIN = /(:\/\/|https?:\/)(?:[^\s/?#"\\@]{1,300}@){1,8}/gi
const EMAIL_IN_PATH = /\/[^\s/?#&="\\]{1,64}(?:@|%40)[a-z0-9.-]{1,200}\.[a-z]{2,24}(?=[/?#"\\\s]|$)/gi
/** `=`, also where an address stands in an address in an address. */
const ENCODED_EQUALS = /%(?:25){0,3}3d/i
/** What stands around names and values. */
const ENCODED = /%(?:25){0,3}(2[36f]|3[abdf]|40)/gi
/** A member of JSON that is a value: `{"token":"…"}`, in JSON text or encoded. */
const MEMBER = /(?:"|%(?:25){0,3}22)([\w.$-]{1,80})\\{0,8}(?:"|%(?:25){0,3}22)(?:%20|\+)*(?::|%(?:25){0,3}3a)/gi

/** `extra`: parameters of one's own that must not be stored, in any case, without regard to `-`, `_` and `.`. */
export function createRedaction(extra: readonly string[] = []): Redact {
  const isSecretName = createSecretNames(extra)

  /** An address with a secret in it, written as a value: `?next=%2Freset%3Ftoken%3Ds3cret`. */
  function holdsSecret(value: string): boolean {
    if (!ENCODED_EQUALS.test(value)) return false
    const read = value.replace(ENCODED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    return cleaned(read) !== read
  }

  function holdsSecretMember(value: string): boolean {
    if (!value.includes('"') && !(value.includes('%') && value.includes('22'))) return false
    for (const [, name = ''] of value.matchAll(MEMBER)) if (isSecretName(name)) return true
    return false
  }

  function isSecret(name: string, value: string): boolean {
    return isSecretName(name) || SECRET_VALUE.test(value) || holdsSecretMember(value)
  }

  /** The names and values around each `=`: looking for those costs less than looking for what may stand before a name. */
  function withoutParameters(text: string, first: number, hasAt: boolean): string {
    let clean = ''
    let from = 0
    let signIn: boolean | undefined
    // Once for all the text, which may be nothing but codes.
    const isOfSignIn = (name: string) => {
      if (name !== 'code' && name !== 'state') return false
      signIn ??= hasSignIn(text)
      return signIn
    }
    for (let at = first; at !== -1; at = text.indexOf('=', at + 1)) {
      const start = nameStart(text, at)
      if (start === at || !isSeparator(text.charCodeAt(start - 1))) continue
      const end = valueEnd(text, at + 1, true)
      if (end === at + 1) continue
      const name = text.slice(start, at)
      const value = text.slice(at + 1, end)
      const isTaken = isSecret(name, value) || (hasAt && EMAIL_VALUE.test(value)) || isOfSignIn(name) || holdsSecret(value)
      if (!isTaken) continue
      clean += text.slice(from, at + 1) + REDACTED
      from = valueEnd(text, end, false)
      at = from - 1
    }
    return from === 0 ? text : clean + text.slice(from)
  }

  const cleaned: Redact = given => {
    const text = withoutSecretsInPath(given, REDACTED)
    // Most texts have none of these, and cost four looks.
    const first = text.indexOf('=')
    const hasAt = mayHoldAddress(text)
    const clean = withoutEncodedParameters(first === -1 ? text : withoutParameters(text, first, hasAt), isSecret, REDACTED)
    if (!hasAt || !clean.includes('/')) return clean
    return clean.replace(LOGIN, '$1').replace(PATH, path => path.replace(EMAIL_IN_PATH, `/${REDACTED}`))
  }
  return text => cleaned(text.includes('\\') ? withoutEscapedSecrets(text, cleaned) : text)
}

/** Whether an `@` stands behind something: that of `"@waymark/browser"` and of `/@ana` does not, and those are common. */
function mayHoldAddress(text: string): boolean {
  for (let at = text.indexOf('@', 1); at !== -1; at = text.indexOf('@', at + 1)) {
    const before = text.charCodeAt(at - 1)
    if (before > 0x22 && before !== 0x2f) return true
  }
  return text.includes('%40')
}

/** An OAuth code comes with a state; without one, a code is a voucher's. */
function hasSignIn(text: string): boolean {
  return /[?&#]state=/.test(text) && /[?&#]code=/.test(text)
}

/** Where the name that ends at `end` begins: letters, digits and `_ . % [ ] $ - +`. */
function nameStart(text: string, end: number): number {
  let start = end
  while (start > 0 && end - start < MOST_NAME && isNameChar(text.charCodeAt(start - 1))) start--
  return start
}

function isNameChar(code: number): boolean {
  if (code >= 97 && code <= 122) return true
  if (code >= 65 && code <= 93) return code !== 0x5c
  return (code >= 48 && code <= 57) || code === 0x5f || code === 0x2e || code === 0x25 || code === 0x24 || code === 0x2d || code === 0x2b
}

/** `?`, `&`, `#` or `;`. */
function isSeparator(code: number): boolean {
  return code === 0x3f || code === 0x26 || code === 0x23 || code === 0x3b
}

/** The end of a value; in JSON text an escaped character is a part of it, and a quote ends it. `stopsAtMark`: also at a `?`, where an address in the value has its own parameters. */
function valueEnd(text: string, start: number, stopsAtMark: boolean): number {
  let at = start
  // What is only looked at needs no more than its beginning; looking at all of it for each name in it would take time without end.
  const most = stopsAtMark ? Math.min(text.length, start + MOST_LOOKED_AT) : text.length
  for (; at < most; at++) {
    const code = text.charCodeAt(at)
    // JSON escapes no separator: one behind a backslash ends the value all the same.
    if (code === 0x5c && !isSeparator(text.charCodeAt(at + 1))) at++
    else if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e) break
    else if (isSeparator(code) && (stopsAtMark || code !== 0x3f)) break
  }
  // Beyond `most` by what an escape before it speaks of: half an escape, and the quote in it would end the value.
  return Math.min(at, text.length)
}

const MOST_NAME = 80
const MOST_LOOKED_AT = 1024

/** What addresses are cleaned with unless the operator's list says more. */
export const REDACT: Redact = createRedaction()
