import type { Waymark, WaymarkOptions } from './api.ts'
import { createClient } from './client.ts'

export type { Callback, CallOptions, Campaign, Consent, Context, DeliveryError, FlushResult, Json, Waymark, WaymarkOptions } from './api.ts'

/**
 * A client for this page. It works at once: no settings are fetched first.
 * Where there is no `document` (server rendering) every call does nothing.
 */
export function createWaymark(options: WaymarkOptions): Waymark {
  return typeof document === 'object' ? createClient(options) : silentClient()
}

function silentClient(): Waymark {
  const nothing = () => undefined
  return {
    page: nothing,
    track: nothing,
    identify: nothing,
    group: nothing,
    alias: nothing,
    reset: nothing,
    consent: nothing,
    flush: () => Promise.resolve({ delivered: 0, pending: 0, failed: 0 }),
    on: () => nothing,
    anonymousId: () => '',
  }
}
