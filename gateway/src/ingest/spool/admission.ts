/** Whether the spool takes a frame, decided from numbers alone. Pure. */

/** Why nothing is taken now; all are answered with 429. */
export type RefusalCause =
  /** The volume, or what is kept free of it, is used up. */
  | 'disk_full'
  /** The limit of the spool. */
  | 'spool_full'
  /** Most of what waits is of this source, and others need the rest. */
  | 'source_share'
  /** Too much waits for one slow commit. */
  | 'disk_slow'
  | 'write_failed'
  | 'stopping'

export interface Fill {
  /** On disk, or on the way to it. */
  readonly bytes: number
  readonly maxBytes: number
  /** On the way to the disk. */
  readonly queuedBytes: number
  readonly maxQueuedBytes: number
  readonly hasRoom: boolean
  /** Asked for only when it matters. */
  readonly sharing: () => Sharing
}

export interface Sharing {
  /** Bytes that wait, of the sources that have any. */
  readonly bySource: ReadonlyMap<string, number>
  /** Sources that sent something lately, or have something waiting. */
  readonly activeSources: number
}

/** From here on the sources share what is left. */
export const SHARING_FROM = 0.8
/** Of what waits: what one source may have when sharing begins. At the limit it is an equal share. */
const FIRST_SHARE = 0.5

/**
 * null: take it. Below 80 % of the limit everything is taken. From there on a source is refused whose part of what waits is above a
 * line that falls from a half to an equal share at the limit; so the noisiest goes first, and one with no more than an equal share
 * is never refused before the limit. A source alone has all of it.
 */
export function refusalCause(source: string, fill: Fill): RefusalCause | null {
  if (!fill.hasRoom) return 'disk_full'
  if (fill.bytes >= fill.maxBytes) return 'spool_full'
  if (fill.queuedBytes >= fill.maxQueuedBytes) return 'disk_slow'
  return isAboveShare(source, fill) ? 'source_share' : null
}

function isAboveShare(source: string, { bytes, maxBytes, sharing }: Fill): boolean {
  if (bytes < SHARING_FROM * maxBytes) return false
  const { bySource, activeSources } = sharing()
  if (activeSources < 2) return false
  const own = bySource.get(source) ?? 0
  const all = [...bySource.values()].reduce((sum, some) => sum + some, 0)
  const equalShare = 1 / activeSources
  const progress = (bytes / maxBytes - SHARING_FROM) / (1 - SHARING_FROM)
  return own > all * (FIRST_SHARE + (equalShare - FIRST_SHARE) * progress)
}

/** The wire allows no longer one. */
const LONGEST_RETRY_SECONDS = 300
/** Asked of senders while nothing is being loaded, for nobody knows for how long. */
const RETRY_WITHOUT_DRAIN_SECONDS = 30

/** Seconds until the spool is below 80 % again, at the speed at which it has been emptied lately (bytes a second, 0 when it has not). */
export function retryAfterSeconds({ bytes, maxBytes, drain }: { bytes: number; maxBytes: number; drain: number }): number {
  const above = bytes - SHARING_FROM * maxBytes
  if (above <= 0) return 1
  if (drain <= 0) return RETRY_WITHOUT_DRAIN_SECONDS
  return Math.min(LONGEST_RETRY_SECONDS, Math.max(1, Math.ceil(above / drain)))
}
