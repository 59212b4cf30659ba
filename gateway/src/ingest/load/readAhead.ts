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
      const known = waiting
      let before: Promise<unknown> = Promise.resolve()
      // One after the other: each takes a few milliseconds of the process that also answers requests.
      waiting = new Map(
        next.map(segment => {
          const content = known.get(segment) ?? before.then(() => segment.read())
          // Who asks for it is told.
          before = content.catch(() => undefined)
          return [segment, content]
        }),
      )
    },
  }
}
