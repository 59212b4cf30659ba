import { basename, dirname, join } from 'node:path'
import type { CountRow } from '@waymark/schemas/row'
import { sumCounts } from './counts.ts'
import type { Disk } from './disk.ts'
import { decodePayload, type Line, payloadCounts } from './framePayload.ts'
import { type ByteRange, type Scan, scanSegment } from './segment.ts'

/** What is in a segment, damage left out. */
export interface SegmentContent {
  readonly events: readonly Line[]
  readonly rejected: readonly Line[]
  readonly counts: readonly CountRow[]
}

/** A finished segment file, waiting to be loaded. */
export interface SealedSegment {
  readonly id: string
  readonly uuid: string
  readonly createdAt: number
  readonly bytes: number
  readonly counts: readonly CountRow[]
  /** Rows of it could already be in the tables: look before inserting. */
  isInDoubt(): boolean
  doubt(): void
  read(): Promise<SegmentContent>
  /** Forgets the segment, for it is loaded. */
  remove(): Promise<void>
  /** Keeps the file for a person, as `.bad`, for it cannot be read. */
  setAside(): Promise<void>
}

export interface SealedEdges {
  readonly disk: Disk
  readonly path: string
  readonly uuid: string
  readonly createdAt: number
  readonly bytes: number
  readonly counts: readonly CountRow[]
  readonly inDoubt: boolean
  /** Called once, before the file goes. */
  readonly onGone: () => void
  readonly onDamage: (damage: Damage) => void
}

export interface Damage {
  readonly file: string
  readonly ranges: number
  readonly bytes: number
}

export function sealedSegment({ disk, path, uuid, createdAt, bytes, counts, inDoubt, onGone, onDamage }: SealedEdges): SealedSegment {
  let doubted = inDoubt
  return {
    id: segmentId(path),
    uuid,
    createdAt,
    bytes,
    counts,
    isInDoubt: () => doubted,
    doubt: () => {
      doubted = true
    },
    read: async () => {
      // Not beyond what was made durable: later bytes were refused to their sender.
      const file = (await disk.read(path)).subarray(0, bytes)
      const scan = scanSegment(file)
      await keepDamage(disk, path, file, [...scan.damage, ...tail(file, scan)], onDamage)
      return content(scan)
    },
    remove: async () => {
      onGone()
      // Not made durable: a file that comes back after a power cut is looked up and found loaded.
      await disk.remove(path)
    },
    setAside: async () => {
      onGone()
      await disk.rename(path, badPath(path))
      await disk.syncFolder(dirname(path))
    },
  }
}

export function segmentId(path: string): string {
  return basename(path).replace(/\.\w+$/, '')
}

function badPath(path: string): string {
  return join(dirname(path), `${segmentId(path)}.bad`)
}

/** Damaged bytes are kept beside the segment, each range after a line that says where it was. */
export async function keepDamage(
  disk: Disk,
  path: string,
  file: Buffer,
  ranges: readonly ByteRange[],
  onDamage: (damage: Damage) => void,
): Promise<void> {
  if (ranges.length === 0) return
  const pieces = ranges.flatMap(({ start, end }) => [
    Buffer.from(`\nbytes ${start}-${end} of ${basename(path)}\n`),
    file.subarray(start, end),
  ])
  await disk.put(badPath(path), Buffer.concat(pieces))
  onDamage({ file: path, ranges: ranges.length, bytes: ranges.reduce((sum, { start, end }) => sum + end - start, 0) })
}

/** In a finished file an unfinished write is damage: all of it was acknowledged. */
export function tail(file: Buffer, scan: Scan): ByteRange[] {
  return scan.tornAt < file.length ? [{ start: scan.tornAt, end: file.length }] : []
}

/** Counts and uuid of a scanned file; a frame tells the uuid when the header no longer can. */
export function summary(scan: Scan): { uuid: string | null; counts: CountRow[] } {
  const frames = scan.payloads.map(payloadCounts)
  return { uuid: scan.header?.uuid ?? frames[0]?.segment ?? null, counts: sumCounts(frames.flatMap(frame => frame.counts)) }
}

function content(scan: Scan): SegmentContent {
  const frames = scan.payloads.map(decodePayload)
  return {
    events: frames.flatMap(frame => frame.events),
    rejected: frames.flatMap(frame => frame.rejected),
    counts: sumCounts(frames.flatMap(frame => frame.counts)),
  }
}
