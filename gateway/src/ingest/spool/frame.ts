import type { EventType } from '@waymark/schemas/event'
import type { CountRow, RejectedRow, Trust } from '@waymark/schemas/row'
import type { ClientHints } from '../enrich/hints.ts'
import type { Origin } from '../enrich/origin.ts'

/** What one request leaves behind, made durable as a whole: the events to store as they came, the rejected ones, and the counts of all of them. */
export interface Frame {
  /** null when none of its events is to be stored. */
  readonly request: KeptRequest | null
  readonly rejected: readonly RejectedRow[]
  /** One row per source and hour; there also when every event was a duplicate. */
  readonly counts: readonly CountRow[]
}

/** Events as the JSON text that they came in. Their rows are made of it when it is loaded: whoever waits for an answer does not wait for that. */
export interface KeptRequest {
  /** A request body, valid UTF-8, all of whose events are to be stored, none of which holds an address of a visitor. */
  readonly body: Buffer
  readonly events: number
  readonly facts: RequestFacts
}

/** What a request told besides its body. */
export interface RequestFacts {
  readonly source: string
  readonly trust: Trust
  /** Epoch milliseconds. */
  readonly receivedAt: number
  /** User agent of the visitor, '' where the request does not tell it. */
  readonly userAgent: string
  /** What the same headers say besides. */
  readonly userAgentData?: ClientHints
  /** An import from a trusted side: times are taken as they are, up to now. */
  readonly isHistorical: boolean
  /** Of events that do not say their own, from the route. */
  readonly type?: EventType
  /** When the request left, as it says itself. */
  readonly sentAt?: string | number
  /** Message ids for events that came without, by place in the body. */
  readonly ids?: { readonly [place: string]: string }
  /** Where the visitor's address is registered, looked up when the request came: the address is in no frame. */
  readonly origin?: Origin
  /** Of events that named a visitor's address themselves, by place in the body; null where nothing is known of it. */
  readonly origins?: { readonly [place: string]: Origin | null }
  /**
   * The life of a process (`life`) whose scanner took the request as a whole, so that nothing in it is to be changed or refused. Whoever
   * has other rules, and whoever cannot know that, judges it again.
   */
  readonly scannedIn?: string
}
