import type { Answer } from './sender.ts'

/** Longer than a healthy gateway ever takes; what was sent stays in the outbox and goes again. */
const TIMEOUT_MS = 15_000

/**
 * A text body and no header: a "simple" request, which needs no preflight. A preflight could not finish while the page goes away.
 * Credentials go to the page's own origin only: a gateway there may keep the anonymous id in a cookie that outlives those of scripts.
 */
export function createPost(url: string): (body: string, keepalive: boolean) => Promise<Answer> {
  return async (body, keepalive) => {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS)
    try {
      const response = await fetch(url, { method: 'POST', body, keepalive, signal: abort.signal })
      return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() }
    } finally {
      clearTimeout(timer)
    }
  }
}
