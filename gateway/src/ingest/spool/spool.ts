import type { CountRow } from '@waymark/schemas/row'
import { sumCounts } from './counts.ts'
import { type Damage, keepDamageOf } from './damage.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { type FolderLock, lockFolder } from './folderLock.ts'
import type { Frame } from './frame.ts'
import { type FrameText, frameText } from './framePayload.ts'
import { tooLarge } from './frameTooLarge.ts'
import { type SealedSegment, sealedSegment } from './sealed.ts'
import { createSegmentFile, type SegmentFile } from './segmentFile.ts'
import { openFolders } from './spoolFolders.ts'
import { SpoolFull } from './spoolFull.ts'
import { SPOOL_LIMITS, type SpoolLimits } from './spoolLimits.ts'

export { SpoolFull } from './spoolFull.ts'

/** What was acknowledged and is not loaded yet, on disk. */
export interface Spool {
  /**
   * Resolves when the frame survives a crash. Rejects with `SpoolFull` when it cannot be stored now, with `FrameTooLarge` when it
   * never can, and then keeps nothing of it.
   */
  append(frame: Frame): Promise<void>
  /** Counts of the frames that are acknowledged and not loaded, per source and hour. */
  pending(): readonly CountRow[]
  /** Finished segments, oldest first. */
  sealed(): readonly SealedSegment[]
  /** Calls back after each seal. */
  onSealed(listener: () => void): void
  /** Finishes the segment that is being written, with everything appended so far. */
  seal(): Promise<void>
  backlog(): SpoolBacklog
  /** Refuses new frames, finishes those in flight, seals, releases the folder. */
  close(): Promise<void>
}

export interface SpoolBacklog {
  readonly bytes: number
  readonly segments: number
  /** Creation of the oldest segment, epoch milliseconds; null when nothing waits. */
  readonly oldestAt: number | null
  /** Damaged places found so far; their bytes are in `.bad` files. */
  readonly damaged: number
}

export interface SpoolEdges {
  /** `DATA_DIR/spool`; each process writes in a folder of its own below it. */
  readonly dir: string
  /** Name of this process's folder; a number is added while another process holds it. */
  readonly instance: string
  readonly now: () => number
  readonly randomUUID: () => string
  readonly fs?: Disk
  readonly lock?: FolderLock
  readonly limits?: Partial<SpoolLimits>
  readonly onDamage?: (damage: Damage) => void
  readonly onUnreadable?: (file: string, cause: unknown) => void
}

interface Waiting {
  readonly text: FrameText
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Opens the spool and adopts what earlier processes left in it. */
export async function openSpool({
  dir,
  instance,
  now,
  randomUUID,
  fs = nodeDisk,
  lock = lockFolder,
  limits: given = {},
  onDamage = () => undefined,
  onUnreadable = () => undefined,
}: SpoolEdges): Promise<Spool> {
  const limits = { ...SPOOL_LIMITS, ...given }
  const listeners: (() => void)[] = []
  let damaged = 0
  const damage = (found: Damage) => {
    damaged += found.ranges
    onDamage(found)
  }
  const folders = await openFolders({ disk: fs, dir, instance, lock, onGone: forget, onDamage: damage, onUnreadable })
  let sealed: readonly SealedSegment[] = folders.adopted
  let sealedBytes = sumBytes(sealed)
  let lastId = Math.max(0, ...sealed.map(segment => Number(segment.id)))
  let open: SegmentFile | null = null
  let queue: Waiting[] = []
  let queuedBytes = 0
  let sealDue = false
  let committing: Promise<void> | null = null
  let sealTimer: NodeJS.Timeout | undefined
  let isClosed = false
  let hasRoom = true
  await checkRoom()
  const roomTimer = setInterval(() => void checkRoom(), limits.checkMs)
  roomTimer.unref()

  async function checkRoom(): Promise<void> {
    // A volume that cannot tell is taken as it is: the write itself will say.
    hasRoom = (await fs.freeFraction(dir).catch(() => 1)) >= limits.minFreeFraction
  }

  function forget(gone: SealedSegment): void {
    sealed = sealed.filter(segment => segment !== gone)
    sealedBytes = sumBytes(sealed)
  }

  function storedBytes(): number {
    return sealedBytes + (open?.bytes() ?? 0)
  }

  function refusal(): SpoolFull | null {
    if (!hasRoom) return full('the volume of the spool is almost full: free some space')
    if (storedBytes() + queuedBytes >= limits.maxBytes) return full('the spool is full: the engine does not take events, or too slowly')
    if (queuedBytes >= limits.queueBytes) return full('the disk of the spool is too slow')
    return null
  }

  function full(message: string, cause?: unknown): SpoolFull {
    return new SpoolFull(message, limits.retryAfterSeconds, cause === undefined ? undefined : { cause })
  }

  function commit(): Promise<void> {
    committing ??= commitAll()
    return committing
  }

  async function commitAll(): Promise<void> {
    // One turn later, so that whatever arrived together is written together.
    await Promise.resolve()
    while (queue.length > 0 || sealDue) {
      if (queue.length > 0) await commitBatch(takeBatch())
      if (open !== null && (sealDue || isDone(open))) await sealOpen(open)
      else if (queue.length === 0) sealDue = false
    }
    committing = null
  }

  function isDone(segment: SegmentFile): boolean {
    return segment.isBroken() || segment.bytes() >= limits.sealBytes || segment.rows() >= limits.sealRows
  }

  /** As much of the queue as one segment should hold. */
  function takeBatch(): Waiting[] {
    let bytes = 0
    let rows = open?.rows() ?? 0
    let count = 0
    for (const { text } of queue) {
      bytes += text.lines.length
      rows += text.events + text.rejected
      if (count > 0 && (bytes > limits.sealBytes || rows > limits.sealRows)) break
      count++
    }
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    return batch
  }

  async function commitBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      open ??= await createOpen()
      await open.append(batch.map(({ text }) => text))
      for (const { resolve } of batch) resolve()
    } catch (error) {
      const reason = full(`the spool could not be written: ${error instanceof Error ? error.message : String(error)}`, error)
      for (const { reject } of batch) reject(reason)
    } finally {
      queuedBytes -= batch.reduce((sum, { text }) => sum + text.lines.length, 0)
    }
  }

  async function createOpen(): Promise<SegmentFile> {
    lastId = Math.max(Math.floor(now() * 1000), lastId + 1)
    const id = String(lastId).padStart(16, '0')
    const file = await createSegmentFile({ disk: fs, folder: folders.own, id, uuid: randomUUID(), createdAt: now(), instance })
    sealTimer = setTimeout(() => {
      sealDue = true
      void commit()
    }, limits.sealMs)
    sealTimer.unref()
    return file
  }

  async function sealOpen(file: SegmentFile): Promise<void> {
    clearTimeout(sealTimer)
    const path = await file.seal()
    const segment = sealedSegment({
      disk: fs,
      path,
      uuid: file.uuid,
      createdAt: file.createdAt,
      bytes: file.bytes(),
      counts: file.counts(),
      inDoubt: false,
      damage: keepDamageOf(fs, path, damage),
      onGone: () => forget(segment),
    })
    open = null
    sealDue = false
    // A file that broke before its first frame holds nothing.
    if (file.rows() === 0 && file.counts().length === 0) return segment.remove().catch(() => undefined)
    sealed = [...sealed, segment]
    sealedBytes = sumBytes(sealed)
    for (const listener of listeners) listener()
  }

  async function seal(): Promise<void> {
    sealDue = true
    await commit()
  }

  return {
    append: frame => {
      if (isClosed) return Promise.reject(full('the spool is closed: this process is stopping'))
      const refused = refusal()
      if (refused !== null) return Promise.reject(refused)
      const text = frameText(frame)
      const never = tooLarge(text)
      if (never !== null) return Promise.reject(never)
      queuedBytes += text.lines.length
      return new Promise((resolve, reject) => {
        queue.push({ text, resolve, reject })
        void commit()
      })
    },
    pending: () => sumCounts([...sealed.flatMap(segment => segment.counts), ...(open?.counts() ?? [])]),
    sealed: () => sealed,
    onSealed: listener => void listeners.push(listener),
    seal,
    backlog: () => ({
      bytes: storedBytes(),
      segments: sealed.length + (open === null ? 0 : 1),
      oldestAt: sealed[0]?.createdAt ?? open?.createdAt ?? null,
      damaged,
    }),
    close: async () => {
      isClosed = true
      clearInterval(roomTimer)
      await seal()
      clearTimeout(sealTimer)
      await folders.release()
    },
  }
}

function sumBytes(segments: readonly SealedSegment[]): number {
  return segments.reduce((sum, segment) => sum + segment.bytes, 0)
}
