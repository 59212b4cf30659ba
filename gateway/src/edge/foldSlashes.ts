import type { IncomingMessage } from 'node:http'

/**
 * The address that somebody meant who gave an SDK a host with a slash at its end (`//v1/batch`, `/v1//t`), or a path with one. Only for
 * what is asked under `/v1/`: pages have slashes at their ends. Pure.
 */
export function foldSlashes(address: string): string {
  const query = address.indexOf('?')
  const path = query === -1 ? address : address.slice(0, query)
  // Almost no address needs more than this look.
  if (!path.startsWith('//') && !path.endsWith('/') && !path.includes('//v1/') && !path.includes('/v1//')) return address
  const folded = path.replace(/(?<!\/)\/+v1\/+/, '/v1/')
  if (!folded.includes('/v1/') || folded.endsWith('/v1/')) return address
  const meant = folded.replace(/^\/+/, '/').replace(/(?<=[^/])\/+$/, '')
  return query === -1 ? meant : meant + address.slice(query)
}

/** To be called before anybody else looks at the request. */
export function foldSlashesOf(request: IncomingMessage): void {
  if (request.url !== undefined) request.url = foldSlashes(request.url)
}
