/** Everything a page sees of the SDK. */
import type { Campaign, Context, Json, RejectionCode } from '@waymark/schemas/event'

export type { Campaign, Context, Json, RejectionCode }

export interface WaymarkOptions {
  /** Public write key of the source. */
  writeKey: string
  /** Origin of the gateway, e.g. `https://events.acme.com`. */
  host: string
  /** Where the gateway takes batches; default `/v1/batch`. What its `INGEST_PATH` says, where blockers would find that. */
  path?: string | undefined
  /** Page views on load and on every change of the address; default true. */
  autoPage?: boolean
  /** Consent before anything is said with `consent()`; default 'granted'. */
  consent?: Consent
  /** Start denied where the browser sends Global Privacy Control; default true. `consent({ analytics: true })` outranks it. */
  respectGpc?: boolean
}

/** 'denied' stores nothing, sends nothing and has erased every `wm_*` name. */
export type Consent = 'granted' | 'denied'

/** Segment's options of a call. */
export interface CallOptions {
  /** When it happened, if not now. */
  timestamp?: Date | string | number
  /** Added to the event's context; `groupId` says which account this event belongs to. */
  context?: Context
  integrations?: Json
  userId?: string
  anonymousId?: string
  messageId?: string
}

/** Runs once the event is safe in the outbox: from then on the page may be left. */
export type Callback = () => void

export interface FlushResult {
  /** Acknowledged by the gateway. */
  delivered: number
  /** Still in the outbox: this page tries again, or the next one does. */
  pending: number
  /** Refused by the gateway or dropped; each was reported to `on('error')`. */
  failed: number
}

/** Why events were not delivered (yet). */
export interface DeliveryError {
  /** A code of the gateway for a rejected event, else one of the SDK's own. */
  code: RejectionCode | 'invalid_call' | 'outbox_full' | 'unreachable' | 'refused'
  message: string
  /** HTTP status; 0 where there was no answer. */
  status: number
  messageIds: string[]
  /** True: the events are kept and tried again. */
  willRetry: boolean
}

/** Calls never throw into the page: what went wrong is told to `on('error')`. */
export interface Waymark {
  page(properties?: Json, options?: CallOptions, callback?: Callback): void
  page(name: string, properties?: Json, options?: CallOptions, callback?: Callback): void
  page(category: string | null | undefined, name: string, properties?: Json, options?: CallOptions, callback?: Callback): void
  page(name: string, callback: Callback): void

  track(event: string, properties?: Json | null, options?: CallOptions | null, callback?: Callback): void
  track(event: string, callback: Callback): void
  track(event: string, properties: Json, callback: Callback): void

  identify(userId: string | number | null | undefined, traits?: Json | null, options?: CallOptions | null, callback?: Callback): void
  identify(userId: string | number, callback: Callback): void
  identify(traits: Json, options?: CallOptions, callback?: Callback): void

  group(groupId: string | number, traits?: Json | null, options?: CallOptions | null, callback?: Callback): void
  group(groupId: string | number, callback: Callback): void

  /** Without `previousId`: the user known so far, else the anonymous id. */
  alias(userId: string | number, previousId?: string | number | null, options?: CallOptions | null, callback?: Callback): void

  /** Forgets user, account and their traits, e.g. at sign-out; the anonymous id is replaced unless kept. */
  reset(options?: { keepAnonymousId?: boolean }): void

  /** Sends now. Resolves with the fate of every event accepted before this call; never rejects. */
  flush(): Promise<FlushResult>

  /** `analytics: false` erases every `wm_*` name and the outbox. Nothing is stored to remember it: say it again on each page. */
  consent(choice: { analytics: boolean }): void

  /** Returns a function that takes the listener away again. */
  on(name: 'error', listener: (error: DeliveryError) => void): () => void

  /** For links to your own services; '' while consent is denied. */
  anonymousId(): string
}
