import type { SealedSegment, SegmentContent } from '../spool/sealed.ts'

type Content = Promise<SegmentContent | null>

/** Reads segments while the engine is busy with those before them. Holds one batch in memory. */
export function createReadAhead(): { read(segment: SealedSegment): Content; ahead(next: readonly SealedSegment[]): void } {
  let waiting = new Map<SealedSegment, Content>()
  return {
    read: segment => {
      const content = waiting.get(segment) ?? segment.read()
      waiting.delete(segment)
      return content
    },
    ahead: next => {
      waiting = new Map(next.map(segment => [segment, waiting.get(segment) ?? segment.read()]))
      // Who asks for it is told.
      for (const content of waiting.values()) content.catch(() => undefined)
    },
  }
}
