/** Rules of delivery that both SDKs share: what may be retried, when, and how large a batch may be. */

/** Statuses after which the same batch may succeed later; every other 4xx says the batch itself is at fault. */
export function isRetryable(status: number): boolean {
  if (status === 408 || status === 410 || status === 429 || status === 460) return true
  return status >= 500 && status !== 501 && status !== 505 && status !== 511
}

/**
 * Milliseconds to wait before attempt `attempt` (1 = first retry): full jitter over an exponential,
 * at least half of it so that a fleet spreads but a page does not hammer.
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, equal-jitter form.
 */
export function backoffMs(attempt: number, random: () => number, baseMs = 500, capMs = 60_000): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 20))
  return ceiling / 2 + (random() * ceiling) / 2
}

/** `Retry-After` in milliseconds: whole seconds only, capped at 300 s; undefined where absent or unreadable. */
export function retryAfterMs(header: string | null): number | undefined {
  if (header === null || !/^\d{1,9}$/.test(header.trim())) return undefined
  return Math.min(300, Number(header)) * 1000
}
