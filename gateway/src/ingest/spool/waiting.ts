import type { SealedSegment } from './sealed.ts'

/** The finished segments, and what they add up to. */
export interface Waiting {
  /** Oldest first. */
  segments(): readonly SealedSegment[]
  bytes(): number
  /** Bytes by source; no entry for a source without any. */
  bySource(): ReadonlyMap<string, number>
  add(segments: readonly SealedSegment[]): void
  forget(segment: SealedSegment): void
  /** Bytes that are loaded in a second, of late; measured from one `tick` to the next. */
  drain(): number
  tick(seconds: number): void
}

/** Weight of the newest second in the speed: some five seconds are remembered. */
const NEWEST = 0.2

export function createWaiting(): Waiting {
  let segments: readonly SealedSegment[] = []
  let bytes = 0
  let gone = 0
  let speed = 0
  const bySource = new Map<string, number>()

  function count(segment: SealedSegment, sign: 1 | -1): void {
    bytes += sign * segment.bytes
    for (const [source, part] of segment.bySource) {
      const left = (bySource.get(source) ?? 0) + sign * part
      // Parts of bytes do not add up to exactly nothing.
      if (left < 1) bySource.delete(source)
      else bySource.set(source, left)
    }
  }

  return {
    segments: () => segments,
    bytes: () => bytes,
    bySource: () => bySource,
    add: more => {
      if (more.length === 0) return
      const last = segments.at(-1)?.id ?? ''
      segments = [...segments, ...more]
      if (more.length > 1 || (more[0]?.id ?? '') < last) segments = [...segments].sort((left, right) => (left.id < right.id ? -1 : 1))
      for (const segment of more) count(segment, 1)
    },
    forget: segment => {
      const left = segments.filter(other => other !== segment)
      if (left.length === segments.length) return
      segments = left
      gone += segment.bytes
      count(segment, -1)
    },
    drain: () => speed,
    tick: seconds => {
      if (seconds <= 0) return
      speed += NEWEST * (gone / seconds - speed)
      if (speed < 1) speed = 0
      gone = 0
    },
  }
}
