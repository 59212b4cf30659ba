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
