import type { CountRow } from '@waymark/schemas/row'
import { sumCounts } from './counts.ts'
import { type Damage, keepDamageOf } from './damage.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { type FolderLock, lockFolder } from './folderLock.ts'
import type { Frame } from './frame.ts'
import { frameText } from './framePayload.ts'
import { createFrameMemory } from './frames.ts'
import { tooLarge } from './frameTooLarge.ts'
import { createGroupCommit } from './groupCommit.ts'
import { createPacker } from './packer.ts'
import { createRefusals } from './refusals.ts'
import { createRoom } from './room.ts'
import { type SealedSegment, sealedSegment } from './sealed.ts'
import { sealDelay } from './sealTime.ts'
import { createSegmentFile, type SegmentFile } from './segmentFile.ts'
import type { SpoolBacklog } from './spoolBacklog.ts'
import { openFolders } from './spoolFolders.ts'
import { SPOOL_LIMITS, type SpoolLimits } from './spoolLimits.ts'
import { createWaiting } from './waiting.ts'

export type { SpoolBacklog } from './spoolBacklog.ts'
export { SpoolFull } from './spoolFull.ts'

/** What was acknowledged and is not loaded yet, on disk. */
export interface Spool {
  /** That of this process, its own until `close`. */
  readonly folder: string
  /**
   * Resolves when the frame survives a crash. Rejects with `SpoolFull` when it cannot be stored now, with `FrameTooLarge` when it
   * never can, and then keeps nothing of it.
   */
  append(frame: Frame): Promise<void>
  /** Counts of the frames that are acknowledged and not loaded, per source and hour. */
  pending(): readonly CountRow[]
  /** Finished segments, oldest first. */
  sealed(): readonly SealedSegment[]
  /** Calls back whenever there are new finished segments. */
  onSealed(listener: () => void): void
  /** Finishes the segment that is being written, with everything appended so far. */
  seal(): Promise<void>
  backlog(): SpoolBacklog
  /** Refuses new frames, finishes those in flight, seals, releases the folder. */
  close(): Promise<void>
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
  /** Milliseconds, never set back. */
  readonly elapsed?: () => number
  readonly onDamage?: (damage: Damage) => void
  readonly onUnreadable?: (file: string, cause: unknown) => void
  /** Told of each sync of frames, with its time in milliseconds. */
  readonly onSync?: (ms: number) => void
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
  elapsed = () => performance.now(),
  onDamage = () => undefined,
  onUnreadable = () => undefined,
  onSync = () => undefined,
}: SpoolEdges): Promise<Spool> {
  const limits = { ...SPOOL_LIMITS, ...given }
  const listeners: (() => void)[] = []
  const damaged = { ranges: 0, bytes: 0 }
  const syncs = { count: 0, totalMs: 0, slowestMs: 0 }
  const waiting = createWaiting()
  const memory = createFrameMemory()
  const rawMemory = createFrameMemory()
  const pack = createPacker()
  let isClosed = false

  function noteDamage(found: Damage): void {
    damaged.ranges += found.ranges
    damaged.bytes += found.bytes
    onDamage(found)
  }

  function noteSync(ms: number): void {
    syncs.count++
    syncs.totalMs += ms
    syncs.slowestMs = Math.max(syncs.slowestMs, ms)
    onSync(ms)
  }

  function forget(segment: SealedSegment): void {
    waiting.forget(segment)
    commits.rearm()
  }

  const folders = await openFolders({ disk: fs, dir, instance, lock, onGone: forget, onDamage: noteDamage, onUnreadable })
  waiting.add(folders.adopted)
  let lastId = Math.max(folders.lastId, ...folders.adopted.map(segment => Number(segment.id)))

  const commits = createGroupCommit({
    limits,
    elapsed,
    createFile: () => {
      lastId = Math.max(Math.floor(now() * 1000), lastId + 1)
      const id = String(lastId).padStart(16, '0')
      return createSegmentFile({
        disk: fs,
        folder: folders.own,
        id,
        uuid: randomUUID(),
        createdAt: now(),
        instance,
        onSync: noteSync,
        elapsed,
        memory,
        rawMemory,
        pack,
        packFromBytes: limits.packFromBytes,
      })
    },
    sealDelay: sinceSeal => sealDelay({ sinceSeal, waiting: waiting.segments().length }, limits),
    onFailed: error => room.failed(error),
    refusal: error => refusals.refuse('write_failed', error),
    onSealed: keepSealed,
  })

  async function keepSealed(file: SegmentFile, path: string): Promise<void> {
    const segment = sealedSegment({
      disk: fs,
      path,
      uuid: file.uuid,
      createdAt: file.createdAt,
      bytes: file.bytes(),
      rawBytes: file.rawBytes(),
      counts: file.counts(),
      bySource: file.bySource(),
      inDoubt: false,
      damage: keepDamageOf(fs, path, noteDamage),
      onGone: () => forget(segment),
    })
    // A file that broke before its first frame holds nothing.
    if (file.rows() === 0 && file.counts().length === 0) return segment.remove().catch(() => undefined)
    arrive([segment])
  }

  function arrive(segments: readonly SealedSegment[]): void {
    if (segments.length === 0) return
    waiting.add(segments)
    for (const listener of listeners) listener()
  }

  const room = createRoom({ disk: fs, folder: folders.own, limits })
  const refusals = createRefusals({
    limits,
    elapsed,
    drain: waiting.drain,
    fill: sharing => ({
      bytes: storedBytes() + commits.queued(),
      maxBytes: maxBytes(),
      queuedBytes: commits.queued(),
      maxQueuedBytes: limits.queueBytes,
      hasRoom: room.isLeft(),
      sharing,
    }),
    bySource,
  })
  await room.look()
  const roomTimer = setInterval(() => {
    waiting.tick(limits.checkMs / 1000)
    void room.look()
  }, limits.checkMs).unref()
  let looking: Promise<void> = Promise.resolve()
  const adoptTimer = setInterval(() => {
    // A folder that cannot be listed now is looked at again.
    looking = looking.then(async () => (isClosed ? undefined : arrive(await folders.look()))).catch(() => undefined)
  }, limits.adoptMs).unref()

  function storedBytes(): number {
    return commits.files().reduce((sum, file) => sum + file.bytes(), waiting.bytes())
  }

  function maxBytes(): number {
    return Math.floor(room.maxBytes() / folders.processes())
  }

  function bySource(): ReadonlyMap<string, number> {
    const sums = new Map(waiting.bySource())
    for (const file of commits.files()) for (const [source, bytes] of file.bySource()) sums.set(source, (sums.get(source) ?? 0) + bytes)
    return sums
  }

  return {
    folder: folders.own,
    append: frame => {
      const refused = isClosed ? refusals.refuse('stopping') : refusals.ask(frame.counts)
      if (refused !== null) return Promise.reject(refused)
      const text = frameText(frame)
      const never = tooLarge(text)
      return never === null ? commits.add(text) : Promise.reject(never)
    },
    pending: () => sumCounts([...waiting.segments().flatMap(segment => segment.counts), ...commits.files().flatMap(file => file.counts())]),
    sealed: waiting.segments,
    onSealed: listener => void listeners.push(listener),
    seal: commits.seal,
    backlog: () => ({
      bytes: storedBytes(),
      maxBytes: maxBytes(),
      bySource: bySource(),
      segments: waiting.segments().length + commits.files().length,
      oldestAt: waiting.segments()[0]?.createdAt ?? commits.files()[0]?.createdAt ?? null,
      drain: waiting.drain(),
      damaged: damaged.ranges,
      damagedBytes: damaged.bytes,
      unreadable: folders.unreadable(),
      freeBytes: room.freeBytes(),
      hasRoom: room.isLeft(),
      refused: refusals.counts(),
      syncs: { ...syncs },
    }),
    close: async () => {
      isClosed = true
      clearInterval(roomTimer)
      clearInterval(adoptTimer)
      await looking
      // Frames that wait during a seal open a segment behind it. None come any more, so this ends.
      do await commits.seal()
      while (commits.files().length > 0)
      await folders.release()
    },
  }
}
