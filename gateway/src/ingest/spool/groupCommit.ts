import type { FrameText } from './framePayload.ts'
import type { SegmentFile } from './segmentFile.ts'
import type { SpoolLimits } from './spoolLimits.ts'

/** Writes frames into one segment after the other: whatever waits is written together and synced once. */
export interface GroupCommit {
  /** Resolves when the frame is durable. After a rejection nothing of it is kept. */
  add(text: FrameText): Promise<void>
  /** Finishes the segment that is being written, with everything added so far. */
  seal(): Promise<void>
  /** Segments that are not sealed yet, oldest first: those that are being finished, and the one that is being written. */
  files(): readonly SegmentFile[]
  /** On its way to the disk, bytes. */
  queued(): number
  /** Asks again how long the open segment should stay so. */
  rearm(): void
}

export interface GroupCommitEdges {
  readonly limits: Pick<SpoolLimits, 'sealBytes' | 'sealRows'>
  readonly createFile: () => Promise<SegmentFile>
  /** Milliseconds from its creation after which a segment is sealed; `sinceSeal` since the end of the one before. */
  readonly sealDelay: (sinceSeal: number) => number
  readonly onSealed: (file: SegmentFile, path: string) => Promise<void> | void
  /** Told of what the disk said, before the frames are refused. */
  readonly onFailed: (error: unknown) => Promise<void>
  /** What each frame is refused with then. */
  readonly refusal: (error: unknown) => Error
  /** Milliseconds, never set back. */
  readonly elapsed: () => number
}

interface Added {
  readonly text: FrameText
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

const MOST_FINISHING = 4
const MOST_AHEAD_MS = 500

export function createGroupCommit({ limits, createFile, sealDelay, onSealed, onFailed, refusal, elapsed }: GroupCommitEdges): GroupCommit {
  let open: SegmentFile | null = null
  let openedAt = 0
  let closedAt = Number.NEGATIVE_INFINITY
  let finishing: readonly SegmentFile[] = []
  let finished: Promise<void> = Promise.resolve()
  /** The next segment, made while the one before it fills. */
  let ahead: Promise<SegmentFile | null> | null = null
  let aheadTimer: NodeJS.Timeout | undefined
  let queue: Added[] = []
  let queued = 0
  let sealDue = false
  let committing: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  function commit(): Promise<void> {
    committing ??= commitAll()
    return committing
  }

  async function commitAll(): Promise<void> {
    // One turn later, so that whatever arrived together is written together.
    await Promise.resolve()
    try {
      while (queue.length > 0 || sealDue) {
        if (queue.length > 0) await commitBatch(takeBatch())
        if (sealDue) discardAhead()
        if (open !== null && (sealDue || isDone(open))) {
          const sealed = finish(open)
          // A disk on which names take longer than data must not be left behind further and further.
          if (finishing.length > MOST_FINISHING) await sealed
        } else if (queue.length === 0) sealDue = false
      }
    } finally {
      // In the turn of the last look at the queue: whatever is added from here on starts anew.
      committing = null
    }
  }

  function isDone(file: SegmentFile): boolean {
    return file.isBroken() || file.rawBytes() >= limits.sealBytes || file.rows() >= limits.sealRows
  }

  /** As much of the queue as one segment should hold. */
  function takeBatch(): Added[] {
    let bytes = 0
    let rows = open?.rows() ?? 0
    let count = 0
    for (const { text } of queue) {
      bytes += text.bytes
      rows += text.events + text.rejected
      if (count > 0 && (bytes > limits.sealBytes || rows > limits.sealRows)) break
      count++
    }
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    return batch
  }

  async function commitBatch(batch: readonly Added[]): Promise<void> {
    try {
      open ??= await opened()
      await open.append(batch.map(({ text }) => text))
      for (const { resolve } of batch) resolve()
      // A failure is met again, and told, when the file is needed.
      if (ahead === null && open.rawBytes() >= limits.sealBytes / 2) {
        ahead = createFile().catch(() => null)
        aheadTimer = setTimeout(discardAhead, MOST_AHEAD_MS)
        aheadTimer.unref()
      }
    } catch (error) {
      await onFailed(error)
      // What was refused must be off the disk before anybody is told so.
      if (open?.isBroken()) await finish(open)
      for (const { reject } of batch) reject(refusal(error))
    } finally {
      queued -= batch.reduce((sum, { text }) => sum + text.bytes, 0)
    }
  }

  async function opened(): Promise<SegmentFile> {
    clearTimeout(aheadTimer)
    const ready = ahead
    ahead = null
    const file = (await ready) ?? (await createFile())
    openedAt = elapsed()
    arm()
    return file
  }

  function arm(): void {
    clearTimeout(timer)
    timer = setTimeout(
      () => {
        sealDue = true
        void commit()
      },
      Math.max(0, openedAt + sealDelay(openedAt - closedAt) - elapsed()),
    )
    timer.unref()
  }

  /** Without traffic that needs it soon it goes: a segment should not have an old beginning, nor an empty folder a file. */
  function discardAhead(): void {
    clearTimeout(aheadTimer)
    const unused = ahead
    ahead = null
    if (unused !== null) finished = finished.then(async () => (await unused)?.discard())
  }

  /** Seals beside what is written meanwhile to the next segment: all in it is durable, and nobody waits for its name. In order. */
  function finish(file: SegmentFile): Promise<void> {
    clearTimeout(timer)
    open = null
    sealDue = false
    closedAt = elapsed()
    finishing = [...finishing, file]
    finished = finished.then(async () => {
      const path = await file.seal()
      finishing = finishing.filter(other => other !== file)
      await onSealed(file, path)
    })
    return finished
  }

  return {
    add: text => {
      queued += text.bytes
      return new Promise((resolve, reject) => {
        queue.push({ text, resolve, reject })
        void commit()
      })
    },
    seal: () => {
      sealDue = true
      return commit().then(() => {
        discardAhead()
        return finished
      })
    },
    files: () => (open === null ? finishing : [...finishing, open]),
    queued: () => queued,
    rearm: () => {
      if (open !== null) arm()
    },
  }
}
