/** Rules of delivery that both SDKs share: what may be retried, when, and how large a batch may be. */

/** Statuses after which the same batch may succeed later; every other 4xx says the batch itself is at fault. */
export function isRetryable(status: number): boolean {
  return status >= 500 ? ![501, 505, 511].includes(status) : [408, 410, 429, 460].includes(status)
}

/**
 * Milliseconds to wait before attempt `attempt` (1 = first retry): full jitter over an exponential,
 * at least half of it so that a fleet spreads but a page does not hammer.
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, equal-jitter form.
 */
export function backoffMs(attempt: number, random: () => number, baseMs = 500, capMs = 60_000): number {
  return (Math.min(capMs, baseMs * 2 ** (attempt - 1)) * (1 + random())) / 2
}

/** `Retry-After` in milliseconds: whole seconds only, capped at 300 s; undefined where absent or unreadable, and for 0, after which many would ask without a pause. */
export function retryAfterMs(header: string | null): number | undefined {
  return (/^\d+$/.test(`${header}`) && Math.min(300, Number(header)) * 1000) || undefined
}
