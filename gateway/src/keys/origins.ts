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

/** Pages that `ALLOWED_ORIGINS` lets send for a source; null: it says nothing about that source. */
export function configuredOrigins(rules: readonly OriginRule[], source: string): readonly string[] | null {
  const own = rules.filter(rule => rule.source === source)
  return own.length === 0 ? null : own.flatMap(rule => rule.origins)
}

/** Whether a page is in the list; an empty one takes every page. */
export function originListed(origins: readonly string[], origin: string): boolean {
  return origins.length === 0 || origins.some(allowed => matches(allowed, origin.toLowerCase()))
}

export interface ReadOrigins {
  readonly origins: readonly string[]
  /** Words that are no origins. */
  readonly wrong: readonly string[]
}

/** That may be set for a source at run time: each request of a page looks through them. */
export const MOST_ORIGINS = 200

/** A list that a person wrote, by blanks, commas or lines. A slash at the end is forgiven: it is how browsers show an address. */
export function readOrigins(text: string): ReadOrigins {
  const words = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(word => word !== '')
    .map(word => word.replace(/\/$/, ''))
  return { origins: [...new Set(words.filter(word => ORIGIN.test(word)))], wrong: words.filter(word => !ORIGIN.test(word)) }
}

function matches(allowed: string, origin: string): boolean {
  const [scheme, host = ''] = allowed.split('//*.')
  if (host === '') return allowed === origin
  return origin.startsWith(`${scheme}//`) && origin.endsWith(`.${host}`)
}
