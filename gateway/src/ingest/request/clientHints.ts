import type { ClientHints } from '../enrich/hints.ts'

const MOST_CHARS = 512
/** As many as are looked at. */
const MOST_BRANDS = 8
/** A text of a structured header, at the beginning of an item. */
const ITEM = /(?:^|,)[ \t]*"((?:[^"\\]|\\["\\])*)"/g

/**
 * What browsers built on Chromium send with every request, where their user agents all say Chrome on a system of long ago: the headers
 * `Sec-CH-UA`, `-Platform` and `-Mobile`, in the shape of `navigator.userAgentData`, without versions. undefined where nothing is said. Pure.
 */
export function clientHints(brands: string | undefined, platform: string | undefined, mobile: string | undefined): ClientHints | undefined {
  if (brands === undefined && platform === undefined && mobile === undefined) return undefined
  const names = textsOf(brands)
  const [system = ''] = textsOf(platform)
  const hints = {
    ...(names.length === 0 ? {} : { brands: names.slice(0, MOST_BRANDS).map(brand => ({ brand })) }),
    ...(system === '' ? {} : { platform: system }),
    ...(mobile === '?1' || mobile === '?0' ? { mobile: mobile === '?1' } : {}),
  }
  return Object.keys(hints).length === 0 ? undefined : hints
}

function textsOf(header: string | undefined): string[] {
  if (header === undefined || header.length > MOST_CHARS) return []
  return [...header.matchAll(ITEM)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'))
}
