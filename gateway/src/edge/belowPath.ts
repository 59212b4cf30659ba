import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { createIngestPath } from './ingestPath.ts'

export interface BelowPath {
  /** Reads the request as the one it stands for; to be called before anybody else looks at it. */
  readonly enter: (request: IncomingMessage) => void
  /** The path that its sender put before the usual address; '' where there was none. */
  readonly of: (c: Context) => string
}

/** Requests that come below `INGEST_PATH`. */
export function createBelowPath(path: string): BelowPath {
  const pathOf = createIngestPath(path)
  const entered = new WeakSet<IncomingMessage>()
  return {
    enter(request) {
      const given = request.url ?? '/'
      const address = pathOf(given)
      if (address === given) return
      entered.add(request)
      request.url = address
    },
    of: c => {
      const incoming = (c.env as { readonly incoming?: IncomingMessage } | undefined)?.incoming
      return incoming !== undefined && entered.has(incoming) ? path : ''
    },
  }
}
