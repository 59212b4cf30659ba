/** What an address says: the page, the campaign that led there, and whether a change of it is another page. */
import type { Campaign, PageContext } from '@waymark/schemas/event'

/** Without the anchor, which is a place on the page (or carries a token), unless it is a route such as `#/pricing`. */
export function pageUrl(href: string): string {
  return href.replace(/#(?![!/]).*/, '')
}

export function pageContext(href: string, title: string, referrer: string): PageContext {
  const { pathname, search } = new URL(href)
  return { url: pageUrl(href), path: pathname, search, title, referrer }
}

/** `utm_campaign` is the name; every other `utm_x` drops its prefix. Undefined without any. */
export function campaignOf(href: string): Campaign | undefined {
  const found: Campaign = {}
  for (const [key, value] of new URL(href).searchParams) {
    const [, name] = /^utm_(\w+)$/.exec(key) || []
    if (name && value) found[name === 'campaign' ? 'name' : name] = value
  }
  return Object.keys(found).length ? found : undefined
}

/**
 * A replaced address counts only with another path: pages keep filters and scroll positions in the query by `replaceState`,
 * and routers replace the state alone before they push.
 */
export function isNewView(from: string, to: string, replaced: boolean): boolean {
  const bare = (href: string) => (replaced ? pageUrl(href).replace(/\?[^#]*/, '') : pageUrl(href))
  return bare(from) !== bare(to)
}
