import { backoffMs, isRetryable, retryAfterMs } from '@waymark/schemas/delivery'
import type { IngestReply } from '@waymark/schemas/event'

export interface SendEdges {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly sleep: (ms: number) => Promise<void>
  readonly random: () => number
  /** Told of each attempt that failed and is repeated after so many milliseconds. */
  readonly onRetry?: (reason: string, ms: number) => void
}

export interface SendTarget {
  /** Where the gateway listens, e.g. `http://127.0.0.1:8090`. */
  readonly host: string
  /** Secret key with scope `import`. */
  readonly key: string
}

const MOST_ATTEMPTS = 10
const TIMEOUT_MS = 60_000

/** A request as every attempt repeats it. */
export interface Delivery {
  readonly host: string
  readonly path: '/v1/import' | '/v1/batch'
  readonly authorization: string
  readonly body: string
}

/** Posts one body of `/v1/import`, as `deliver` does. */
export function sendImport(body: string, { host, key }: SendTarget, edges: SendEdges, stop: AbortSignal): Promise<IngestReply> {
  return deliver({ host, path: '/v1/import', authorization: `Bearer ${key}`, body }, edges, stop)
}

/**
 * Posts one body until the gateway has it; the body, and so every message id, is the same at each attempt.
 * An Error when it cannot be delivered, or after `stop`.
 */
export async function deliver(delivery: Delivery, edges: SendEdges, stop: AbortSignal): Promise<IngestReply> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await post(delivery, edges, stop)
    // Not `instanceof Response`: in the gateway's own process the server has put another class in that place.
    const isLost = answer instanceof Error
    if (!isLost && answer.ok) return readReply(answer)
    const reason = isLost ? `cannot reach ${delivery.host}: ${reasonOf(answer)}` : await refusal(answer)
    if (!isLost && !isRetryable(answer.status)) throw new Error(`The gateway refused the import: ${reason}`)
    if (attempt === MOST_ATTEMPTS) throw new Error(`Gave up after ${MOST_ATTEMPTS} attempts: ${reason}`)
    stop.throwIfAborted()
    const wish = isLost ? undefined : retryAfterMs(answer.headers.get('retry-after'))
    const wait = wish ?? backoffMs(attempt, edges.random, 500, 30_000)
    edges.onRetry?.(reason, wait)
    await edges.sleep(wait)
  }
}

async function post({ host, path, authorization, body }: Delivery, edges: SendEdges, stop: AbortSignal): Promise<Response | Error> {
  try {
    return await edges.fetch(new URL(path, host).href, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]),
    })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

async function readReply(response: Response): Promise<IngestReply> {
  const reply = (await response.json()) as IngestReply
  if (typeof reply.accepted !== 'number' || !Array.isArray(reply.rejected)) {
    throw new Error('The answer is not that of a Waymark gateway (no `accepted`, no `rejected`): check --host.')
  }
  return reply
}

async function refusal(response: Response): Promise<string> {
  const text = await response.text()
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } }
    return `${response.status} ${error?.message ?? ''}`.trim()
  } catch {
    // No JSON: something else than a gateway answered; its status has to do.
    return `${response.status} ${response.statusText}`.trim()
  }
}

/** The cause that `fetch` hides behind “fetch failed”. */
function reasonOf(error: Error): string {
  const { cause } = error
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : error.message
}
