import type { WaymarkOptions } from './api.ts'
import type { QueueLimits } from './queue.ts'
import type { TransportOptions } from './transport.ts'

const BATCH_EVENTS = 500
/** A batch and its envelope, far below the 1 MiB that the gateway takes. */
const BATCH_BYTES = 480_000

export interface Settings {
  readonly limits: QueueLimits
  readonly concurrency: number
  readonly flushInterval: number
  readonly transport: TransportOptions
}

/** Defaults filled in, every option checked; throws a TypeError that names the option. */
export function resolveOptions(options: WaymarkOptions): Settings {
  const { writeKey, host, gzip = true } = options ?? {}
  if (typeof writeKey !== 'string' || writeKey.trim() === '') {
    throw new TypeError('new Waymark: writeKey is missing. Pass the write key of a source, from `waymark keys list`.')
  }
  const whole = (name: keyof WaymarkOptions, fallback: number, most: number): number => {
    const value = options[name] ?? fallback
    if (typeof value === 'number' && value >= 1 && value <= most) return Math.floor(value)
    throw new TypeError(`new Waymark: ${name} has to be a number from 1 to ${most}, not ${String(value)}.`)
  }
  const concurrency = whole('concurrency', 4, 64)
  return {
    limits: {
      maxEvents: whole('maxQueueEvents', 100_000, Number.MAX_SAFE_INTEGER),
      maxBytes: whole('maxQueueBytes', 32 * 1024 * 1024, Number.MAX_SAFE_INTEGER),
      batchEvents: Math.min(BATCH_EVENTS, whole('flushAt', BATCH_EVENTS, Number.MAX_SAFE_INTEGER)),
      batchBytes: BATCH_BYTES,
    },
    concurrency,
    flushInterval: whole('flushInterval', 1_000, 3_600_000),
    transport: {
      url: batchUrl(host),
      writeKey,
      concurrency,
      timeoutMs: whole('httpRequestTimeout', 10_000, 600_000),
      gzip: gzip !== false,
    },
  }
}

function batchUrl(host: unknown): URL {
  const text = typeof host === 'string' ? host.replace(/\/+$/, '') : ''
  if (/^https?:\/\/[^/?#]/.test(text) && URL.canParse(text)) return new URL(`${text}/v1/batch`)
  throw new TypeError(`new Waymark: host has to be an http or https address such as https://events.acme.com, not ${String(host)}.`)
}
