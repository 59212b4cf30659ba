/** Takes out of addresses what must not be stored: keys, passwords, sessions, and what tells of a person. Pure. */
import { withoutEscapedSecrets } from './escapedSecrets.ts'
import { withoutSecretsInPath } from './secretsInPath.ts'

/** A text, or JSON text, without the secrets in the addresses of it. */
export type Redact = (text: string) => string

/** Stands in the place of what was taken out. */
export const REDACTED = 'redacted'

/** Names of parameters, without case and `-`, `_`, `.`: `reset_token`, `X-Amz-Signature` and `apiKey` are found by their endings. */
const SECRET_ENDINGS =
  /(?:token|tokens|secret|password|passwd|passphrase|passcode|apikey|accesskey|privatekey|secretkey|signature|credential|credentials|sessionid|sessid|jwt|otp|assertion|verifier|nonce|csrf|xsrf|email|emailaddress|phone|phonenumber|ssn|iban|creditcard|cardnumber|cvv|cvc)$/
const SECRET_NAMES: ReadonlySet<string> = new Set([
  ...['pass', 'pwd', 'pw', 'pin', 'key', 'auth', 'authorization', 'bearer', 'sig', 'hmac', 'sid', 'session', 'ticket', 'saml'],
  ...['samlresponse', 'samlrequest', 'relaystate', 'oauthcode', 'authcode', 'authorizationcode', 'devicecode', 'usercode', 'magic'],
  ...['magiclink', 'resetcode', 'verificationcode', 'confirmationcode', 'invitecode', 'activationcode', 'licensekey', 'mkttok', 'mail'],
  ...['emailhash', 'hashedemail', 'mobile', 'tel', 'telephone', 'msisdn', 'dob', 'birthday', 'birthdate', 'passport', 'wechatopenid'],
])
/** Advertisers' click ids and campaigns end like secrets now and then. */
const KNOWN_HARMLESS: ReadonlySet<string> = new Set(['utmtoken', 'utmemail', 'utmcontent', 'utmterm', 'sourceemail'])

/** Secrets that are known by how they look, whatever the parameter is called: JWTs and the keys that vendors mark for scanners. */
const SECRET_VALUE =
  /^(?:eyJ[\w-]{8,}\.[\w-]+\.|(?:sk|rk|pk)_(?:live|test)_|sk-[\w-]{20}|gh[opsur]_\w{20}|github_pat_|glpat-|xox[abeoprs]-|AKIA[0-9A-Z]{12}|ASIA[0-9A-Z]{12}|AIza[\w-]{30}|ya29\.|SG\.[\w-]{16}|npm_\w{30}|sk_[a-z0-9]{4,32}_)/
const EMAIL_VALUE = /[^\s@%]@[^\s@]+\.|%40[^\s@%]+\./i

/** The path of an address, from its host on, or a path that stands alone in its text. */
const PATH = /(?<=(?:^|[\s"?#])(?:https?:\/)?)\/[^\s"?#]*/gi
const LOGIN = /(https?:\/\/)[^\s/?#"\\@]{1,300}@/gi
const EMAIL_IN_PATH = /\/[^\s/?#&="\\]{1,64}(?:@|%40)[a-z0-9.-]{1,200}\.[a-z]{2,24}(?=[/?#"\\\s]|$)/gi
/** `=`, also where an address stands in an address in an address. */
const ENCODED_EQUALS = /%(?:25){0,3}3d/i
/** What stands around names and values. */
const ENCODED = /%(?:25){0,3}(2[36f]|3[abdf]|40)/gi
const MOST_NAMES = 2000

/** `extra`: parameters of one's own that must not be stored, in any case, without regard to `-`, `_` and `.`. */
export function createRedaction(extra: readonly string[] = []): Redact {
  const own: ReadonlySet<string> = new Set(extra.map(plain))
  const known = new Map<string, boolean>()

  function isSecret(name: string): boolean {
    const word = plain(name)
    if (own.has(word) || SECRET_NAMES.has(word)) return true
    return SECRET_ENDINGS.test(word) && !KNOWN_HARMLESS.has(word)
  }

  /** Sites have few parameters; what strangers make up must not fill the memory. */
  function isSecretName(name: string): boolean {
    const answer = known.get(name)
    if (answer !== undefined) return answer
    const secret = isSecret(name)
    if (known.size < MOST_NAMES) known.set(name, secret)
    return secret
  }

  /** An address with a secret in it, written as a value: `?next=%2Freset%3Ftoken%3Ds3cret`. */
  function holdsSecret(value: string): boolean {
    if (!ENCODED_EQUALS.test(value)) return false
    const read = value.replace(ENCODED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    return cleaned(read) !== read
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
      const isTaken =
        isSecretName(name) || SECRET_VALUE.test(value) || (hasAt && EMAIL_VALUE.test(value)) || isOfSignIn(name) || holdsSecret(value)
      if (!isTaken) continue
      clean += text.slice(from, at + 1) + REDACTED
      from = valueEnd(text, end, false)
      at = from - 1
    }
    return from === 0 ? text : clean + text.slice(from)
  }

  const cleaned: Redact = given => {
    const text = withoutSecretsInPath(given, REDACTED)
    // Most texts have none of these, and cost three looks.
    const first = text.indexOf('=')
    const hasAt = mayHoldAddress(text)
    if (first === -1 && !hasAt) return text
    const clean = first === -1 ? text : withoutParameters(text, first, hasAt)
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

/** Where the name that ends at `end` begins: letters, digits and `_ . % [ ] $ -`. */
function nameStart(text: string, end: number): number {
  let start = end
  while (start > 0 && end - start < MOST_NAME && isNameChar(text.charCodeAt(start - 1))) start--
  return start
}

function isNameChar(code: number): boolean {
  if (code >= 97 && code <= 122) return true
  if (code >= 65 && code <= 93) return code !== 0x5c
  return (code >= 48 && code <= 57) || code === 0x5f || code === 0x2e || code === 0x25 || code === 0x24 || code === 0x2d
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

function plain(name: string): string {
  return name.toLowerCase().replace(/%5b|%5d|[-_.[\]$]/g, '')
}

/** What addresses are cleaned with unless the operator's list says more. */
export const REDACT: Redact = createRedaction()
