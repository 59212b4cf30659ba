/** Which pages may send with a source's public key. Advisory: it stops accidents and copies of a site, not a forger. */
export interface OriginRule {
  readonly source: string
  /** `https://www.acme.com`, or `https://*.acme.com` for every subdomain. */
  readonly origins: readonly string[]
}

export interface ParsedOrigins {
  readonly rules: readonly OriginRule[]
  readonly problems: readonly string[]
}

const ORIGIN = /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/

/** `ALLOWED_ORIGINS`: `web=https://www.acme.com https://*.acme.com,shop=https://shop.acme.com`. */
export function parseAllowedOrigins(text: string): ParsedOrigins {
  const rules: OriginRule[] = []
  const problems: string[] = []
  for (const entry of text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')) {
    const [source = '', list = ''] = entry.split('=', 2).map(part => part.trim())
    const origins = list
      .toLowerCase()
      .split(/\s+/)
      .filter(origin => origin !== '')
    const wrong = origins.filter(origin => !ORIGIN.test(origin))
    if (source === '' || origins.length === 0)
      problems.push(`ALLOWED_ORIGINS, “${entry}”: must have the form source=https://one.example https://*.two.example.`)
    for (const origin of wrong)
      problems.push(`ALLOWED_ORIGINS, source “${source}”: “${origin}” is no origin; write scheme and host only, e.g. https://www.acme.com.`)
    if (source !== '' && origins.length > 0 && wrong.length === 0) rules.push({ source, origins })
  }
  return { rules, problems }
}

/** A source without a rule takes events from every page. */
export function originAllowed(rules: readonly OriginRule[], source: string, origin: string): boolean {
  const own = rules.filter(rule => rule.source === source)
  return own.length === 0 || own.some(rule => rule.origins.some(allowed => matches(allowed, origin.toLowerCase())))
}

function matches(allowed: string, origin: string): boolean {
  const [scheme, host = ''] = allowed.split('//*.')
  if (host === '') return allowed === origin
  return origin.startsWith(`${scheme}//`) && origin.endsWith(`.${host}`)
}
