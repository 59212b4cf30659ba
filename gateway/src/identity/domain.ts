import disposable from 'disposable-email-domains' with { type: 'json' }
import free from 'free-email-domains'
import { getDomain } from 'tldts'

const PUBLIC_MAIL: ReadonlySet<string> = new Set([...free, ...disposable])

/**
 * The registrable domain (eTLD+1 of the public suffix list) of a host, URL or e-mail address in lower case; null for addresses
 * without one. `https://www.shop.acme.co.uk/x` → `acme.co.uk`.
 */
export function registrableDomain(text: string): string | null {
  const trimmed = text.trim().toLowerCase()
  // Private suffixes (github.io, herokuapp.com) hold one account under each name.
  const domain = getDomain(trimmed.slice(trimmed.lastIndexOf('@') + 1), { allowPrivateDomains: true })
  return domain === '' ? null : domain
}

/** The corporate domain behind an e-mail address or its host; null for free-mail and disposable addresses. */
export function corporateDomain(address: string): string | null {
  const host = address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase()
  const domain = registrableDomain(host)
  if (domain === null || PUBLIC_MAIL.has(host) || PUBLIC_MAIL.has(domain)) return null
  return domain
}
