/** Limits of the wire, one place for SDKs and gateway (bytes are UTF-8 bytes). */
export const LIMITS = {
  /** Body as it travels. */
  bodyBytes: 1024 * 1024,
  /** Body after decompression. */
  inflatedBytes: 5 * 1024 * 1024,
  batchEvents: 2500,
  eventBytes: 64 * 1024,
  depth: 32,
  keys: 512,
  nameChars: 200,
  idChars: 200,
  messageIdChars: 100,
  userAgentChars: 512,
  /** What browsers allow in flight for keepalive requests and beacons together. */
  keepaliveBytes: 64 * 1024,
  /** Longest `Retry-After` ever sent, seconds. */
  retryAfterSeconds: 300,
} as const

/**
 * Instants that the warehouse tells apart, epoch milliseconds, both inclusive: days are 16 bits there (to June 2149), and jobs look a
 * day or two around each. An event that claims to be from outside has an unreadable time, and the moment of its arrival stands for it.
 */
export const TIME_SPAN = {
  from: Date.UTC(1970, 0, 3),
  to: Date.UTC(2148, 11, 31, 23, 59, 59, 999),
} as const

/**
 * From this size on (up or down; 2^63) numbers of an event are stored as their decimal text. JavaScript writes them without an exponent
 * up to 1e21, and one integer beyond 64 bits makes the engine's JSON functions find nothing in the whole document.
 */
export const LARGEST_NUMBER = 2 ** 63
