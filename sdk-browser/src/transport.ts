import type { Answer } from './sender.ts'

/** Longer than a healthy gateway ever takes; what was sent stays in the outbox and goes again. */
const TIMEOUT_MS = 15_000

/**
 * A text body, no header and no credentials: a "simple" request, which needs no preflight. A preflight could not
 * finish while the page goes away.
 */
export function createPost(host: string): (body: string, keepalive: boolean) => Promise<Answer> {
  return async (body, keepalive) => {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS)
    try {
      const response = await fetch(`${host}/v1/batch`, { method: 'POST', body, keepalive, credentials: 'omit', signal: abort.signal })
      return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() }
    } finally {
      clearTimeout(timer)
    }
  }
}
