export interface SpoolLimits {
  /** Bytes of all segments together. */
  readonly maxBytes: number
  /** Of the volume; below it nothing is accepted. */
  readonly minFreeFraction: number
  readonly sealBytes: number
  /** More would not be one block of an insert. */
  readonly sealRows: number
  readonly sealMs: number
  /** Bytes accepted while a slow commit is in flight. */
  readonly queueBytes: number
  readonly checkMs: number
  readonly retryAfterSeconds: number
}

export const SPOOL_LIMITS: SpoolLimits = {
  maxBytes: 4 * 1024 ** 3,
  minFreeFraction: 0.05,
  sealBytes: 4 * 1024 ** 2,
  sealRows: 50_000,
  sealMs: 250,
  queueBytes: 64 * 1024 ** 2,
  checkMs: 1000,
  retryAfterSeconds: 5,
}
