/** Parameters whose values must not be stored, told by their names. Pure. */

/** Without case and `-`, `_`, `.`: `reset_token`, `X-Amz-Signature` and `apiKey` are found by their endings. */
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
/** What a second one of the same has behind its name: `password1`, `user[password_confirmation]`. */
const SECOND = /(?:\d|confirmation|confirm|repeat)+$/
/** The place in a list: `token[0]`, `token[]`. */
const PLACE = /(?:\[[^\]]*\])+$/
const MOST_NAMES = 2000

/** `extra`: names of one's own, which end as they are given. */
export function createSecretNames(extra: readonly string[]): (name: string) => boolean {
  const own: ReadonlySet<string> = new Set(extra.map(name => plain(read(name))))
  const known = new Map<string, boolean>()

  function isSecretWord(word: string): boolean {
    if (own.has(word)) return true
    const first = word.replace(SECOND, '')
    return SECRET_NAMES.has(first) || (SECRET_ENDINGS.test(first) && !KNOWN_HARMLESS.has(first))
  }

  function isSecret(given: string): boolean {
    const name = read(given)
    return isSecretWord(plain(name)) || (name.endsWith(']') && isSecretWord(plain(name.replace(PLACE, ''))))
  }

  /** Sites have few parameters; what strangers make up must not fill the memory. */
  return name => {
    const answer = known.get(name)
    if (answer !== undefined) return answer
    const secret = isSecret(name)
    if (known.size < MOST_NAMES) known.set(name, secret)
    return secret
  }
}

/** Any character of a name may be written by its code. */
function read(name: string): string {
  if (!name.includes('%')) return name
  return name.replace(/%([2-7][\da-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_.[\]$+ ]/g, '')
}
