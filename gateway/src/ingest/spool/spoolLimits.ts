export interface SpoolLimits {
  /** Bytes of all segments together; those of all processes on one folder, each of which has an equal part. */
  readonly maxBytes: number
  /** Of the volume; the smaller of the two holds. */
  readonly maxFraction: number
  /** Of the volume; below it nothing is accepted. */
  readonly minFreeFraction: number
  /** Size of a file that is deleted when the volume is full, so that sealing, loading and logs still have room. 0: none. */
  readonly ballastBytes: number
  /** Before they are packed: what is loaded at once is held in memory. */
  readonly sealBytes: number
  /** Frames that are written together are packed when they are so much: less is hardly smaller then, and slower. */
  readonly packFromBytes: number
  /** More would not be one block of an insert. */
  readonly sealRows: number
  /** Shortest time for which a segment is open. */
  readonly sealMs: number
  /** Between two seals for age. */
  readonly sealGapMs: number
  /** Bytes accepted while a slow commit is in flight. */
  readonly queueBytes: number
  /** Between two looks at the volume. */
  readonly checkMs: number
  /** Between two looks for what processes that died have left. */
  readonly adoptMs: number
  /** Told to senders where the disk, not the fill, is the trouble. */
  readonly retryAfterSeconds: number
  /** For so long after it sent something a source counts as one that needs room. */
  readonly activeMs: number
}

export const SPOOL_LIMITS: SpoolLimits = {
  maxBytes: 4 * 1024 ** 3,
  maxFraction: 0.2,
  minFreeFraction: 0.05,
  ballastBytes: 16 * 1024 ** 2,
  sealBytes: 4 * 1024 ** 2,
  packFromBytes: 2 * 1024,
  sealRows: 50_000,
  sealMs: 250,
  sealGapMs: 1000,
  queueBytes: 64 * 1024 ** 2,
  checkMs: 1000,
  adoptMs: 5000,
  retryAfterSeconds: 5,
  activeMs: 5 * 60_000,
}
