// Controls, format characters (bidirectional marks and overrides, zero-width, tags, soft hyphen), line separators, lone surrogates.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Text of a stranger, fit for one line of a page: nothing invisible, nothing that turns the reading direction, at most `most` characters. */
export function label(text: string, most = 120): string {
  const clean = text.replace(/\s+/g, ' ').replace(INVISIBLE, '').trim()
  const characters = [...clean]
  return characters.length <= most ? clean : `${characters.slice(0, most - 1).join('')}…`
}

/** An address that may be linked: http or https with a host, without a user name in front; null for every other. */
export function safeLink(address: string): string | null {
  if (address.length > 2048 || !URL.canParse(address)) return null
  const url = new URL(address)
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '' ? url.href : null
}

/** `https://domain/` where it is a plain host name; null otherwise. */
export function domainLink(domain: string): string | null {
  return /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i.test(domain) ? `https://${domain}/` : null
}
