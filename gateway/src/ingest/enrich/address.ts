/** The address if it is one of a page. */
export function parseAddress(text: string): URL | null {
  if (!/^https?:\/\//i.test(text)) return null
  return URL.parse(text)
}

/** Path of a page: as the sender says, else out of its address. */
export function pathOf(said: string, url: URL | null): string {
  return said === '' ? (url?.pathname ?? '') : said
}
