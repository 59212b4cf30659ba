/** Everything a service sees of the SDK. */
import type { Context, Json, RejectionCode } from '@waymark/schemas/event'

export type { Context, Json, RejectionCode }

export interface WaymarkOptions {
  /** Write key of the source; a server key may also alias. */
  writeKey: string
  /** Where the gateway listens, e.g. `https://events.acme.com`; a path in it is kept. */
  host: string
  /** Events that make a batch go at once, and the most in one request; default and at most 500. */
  flushAt?: number
  /** Longest time an event waits for company, milliseconds; default 1,000. */
  flushInterval?: number
  /** Requests in flight at once; default 4. With 1, batches arrive in the order of the calls. */
  concurrency?: number
  /** Deadline of one request, milliseconds; default 10,000. */
  httpRequestTimeout?: number
  /** Most events held, waiting and in flight; default 100,000. A call beyond it is dropped and reported. */
  maxQueueEvents?: number
  /** Most bytes of events held; default 32 MiB. */
  maxQueueBytes?: number
  /** Compresses requests above one packet; default true. */
  gzip?: boolean
}

type Identity =
  | { userId: string | number; anonymousId?: string | number | undefined }
  | { userId?: string | number | null | undefined; anonymousId: string | number }

interface Common {
  /** When it happened, if not now. */
  timestamp?: Date | string | number | undefined
  /** Chosen by the SDK (UUIDv7) unless given; the same id is never counted twice. */
  messageId?: string | undefined
  context?: Context | undefined
  integrations?: Json | undefined
}

/** The account this very event belongs to. */
interface OfAccount {
  groupId?: string | number | undefined
}

export type TrackMessage = Identity & Common & OfAccount & { event: string; properties?: Json | undefined }
export type PageMessage = Identity &
  Common &
  OfAccount & { name?: string | undefined; category?: string | undefined; properties?: Json | undefined }
export type ScreenMessage = PageMessage
export type IdentifyMessage = Identity & Common & OfAccount & { traits?: Json | undefined }
export type GroupMessage = Identity & Common & { groupId: string | number; traits?: Json | undefined }
export type AliasMessage = Common & { userId: string | number; previousId: string | number }

/** A code of the gateway for a rejected event, else one of the SDK's own. */
export type ErrorCode = RejectionCode | 'invalid_call' | 'queue_full' | 'unreachable' | 'refused' | 'closed'

/** Why events were not delivered (yet). */
export interface DeliveryError {
  code: ErrorCode
  message: string
  /** HTTP status; 0 where there was no answer. */
  status: number
  messageIds: string[]
  /** True: the events are kept and tried again. */
  willRetry: boolean
}

/** Runs once, when the fate of the event is known: without an argument the gateway has it, else it was not delivered. */
export type Callback = (error?: DeliveryError) => void

export interface Undelivered {
  code: ErrorCode
  /** The latest message of this code. */
  message: string
  events: number
}

export interface FlushResult {
  /** Acknowledged by the gateway. */
  delivered: number
  /** Taken into the queue, then refused by the gateway or given up. */
  failed: number
  /** Still in the queue; tried again. */
  pending: number
  /** Never taken into the queue: invalid, too large, queue full or closed. */
  dropped: number
  /** What `failed` and `dropped` consist of. */
  undelivered: Undelivered[]
}

/** Calls never throw into the host: what went wrong is told to the callback and to `on('error')`. */
export interface Client {
  track(message: TrackMessage, callback?: Callback): void
  page(message: PageMessage, callback?: Callback): void
  screen(message: ScreenMessage, callback?: Callback): void
  identify(message: IdentifyMessage, callback?: Callback): void
  group(message: GroupMessage, callback?: Callback): void
  alias(message: AliasMessage, callback?: Callback): void

  /**
   * Sends now. Resolves when every event accepted before this call is acknowledged or given up, at the latest after
   * `timeoutMs` (default 30,000); never rejects. Each event is counted as delivered, failed or dropped by one flush:
   * the first that was called after it and saw its end. `pending` counts all that wait.
   */
  flush(options?: { timeoutMs?: number }): Promise<FlushResult>

  /**
   * Accepts nothing more, flushes, and gives up at `timeoutMs` (default 30,000) what is not acknowledged by then.
   * Resolves with the account of the client's whole life, `pending` being 0; never rejects. With several calls
   * the earliest deadline holds.
   */
  close(options?: { timeoutMs?: number }): Promise<FlushResult>

  /** Returns a function that takes the listener away again. Without a listener, the first error of each code is a process warning. */
  on(name: 'error', listener: (error: DeliveryError) => void): () => void
}
