/** Takes out of addresses what must not be stored: keys, passwords, sessions, and what tells of a person. Pure. */

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

// Of a value in JSON text, an escaped character is a part and a quote is the end.
const PARAMETER = /([?&#;])([\w.%[\]$-]{1,80})=((?:\\.|[^&#;"\\\s<>])*)/g
const LOGIN = /(https?:\/\/)[^\s/?#"\\@]{1,300}@/gi
const EMAIL_IN_PATH = /\/[^\s/?#&="\\]{1,64}(?:@|%40)[a-z0-9.-]{1,200}\.[a-z]{2,24}(?=[/?#"\\\s]|$)/gi
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

  return text => {
    // Most texts have none of these, and cost two looks.
    const hasParameter = text.includes('=')
    const hasAt = text.includes('@') || text.includes('%40')
    if (!hasParameter && !hasAt) return text
    // An OAuth code comes with a state; without one, a code is a voucher's.
    const hasState = hasParameter && /[?&#]state=/.test(text)
    let clean = text
    if (hasParameter) {
      clean = clean.replace(PARAMETER, (all: string, before: string, name: string, value: string) => {
        if (value === '') return all
        const isTaken = isSecretName(name) || SECRET_VALUE.test(value) || EMAIL_VALUE.test(value) || (hasState && OAUTH.has(name))
        return isTaken ? `${before}${name}=${REDACTED}` : all
      })
    }
    if (!hasAt) return clean
    return clean.replace(LOGIN, '$1').replace(EMAIL_IN_PATH, (all: string, at: number) => (isInAddress(clean, at) ? `/${REDACTED}` : all))
  }
}

const OAUTH: ReadonlySet<string> = new Set(['code', 'state'])

function plain(name: string): string {
  return name.toLowerCase().replace(/%5b|%5d|[-_.[\]$]/g, '')
}

/** Whether that place lies in the path of an address, or of a path that stands alone in its text. */
function isInAddress(text: string, at: number): boolean {
  let from = at
  while (from > 0 && at - from < 500 && !/[\s"?#]/.test(text[from - 1] ?? '')) from--
  return /^(?:https?:\/)?\//i.test(text.slice(from, at + 1))
}

/** What addresses are cleaned with unless the operator's list says more. */
export const REDACT: Redact = createRedaction()
