import { dirname } from 'node:path'
import type { CountRow } from '@waymark/schemas/row'
import { addBytes, sumCounts } from './counts.ts'
import { badPath, type DamageKeeper, segmentId } from './damage.ts'
import type { Disk } from './disk.ts'
import { payloadSummary } from './packedPayload.ts'
import { type ByteRange, FRAME_HEAD_BYTES, type Scan, scanSegment } from './segment.ts'

/** What is in a segment, damage left out: the insides of its frames, as they stand there, all in one piece of memory that nothing else uses. */
export type SegmentContent = readonly Buffer[]

/** A finished segment file, waiting to be loaded. */
export interface SealedSegment {
  readonly id: string
  readonly uuid: string
  readonly createdAt: number
  readonly bytes: number
  /** What those become when they are read. */
  readonly rawBytes: number
  readonly counts: readonly CountRow[]
  /** Bytes of its frames by source. */
  readonly bySource: ReadonlyMap<string, number>
  /** Rows of it could already be in the tables: look before inserting. */
  isInDoubt(): boolean
  doubt(): void
  /** null when the file could be read and holds no whole frame any more; rejects while the disk does not give the file. */
  read(): Promise<SegmentContent | null>
  /** Frames in these places of what `read` gives are damage, though their bytes are as they were written: keeps them as such, and says so. */
  giveUp(places: readonly number[]): Promise<void>
  /** Forgets the segment, for it is loaded. */
  remove(): Promise<void>
  /** Keeps the file for a person, as `.bad`, for nothing of it can be loaded. */
  setAside(): Promise<void>
}

export interface SealedEdges {
  readonly disk: Disk
  readonly path: string
  readonly uuid: string
  readonly createdAt: number
  readonly bytes: number
  readonly rawBytes: number
  readonly counts: readonly CountRow[]
  readonly bySource: ReadonlyMap<string, number>
  readonly inDoubt: boolean
  readonly damage: DamageKeeper
  /** Called once, before the file goes. */
  readonly onGone: () => void
}

export function sealedSegment({ disk, path, inDoubt, damage, onGone, ...known }: SealedEdges): SealedSegment {
  let doubted = inDoubt

  async function rename(): Promise<void> {
    await disk.rename(path, badPath(path))
    await disk.syncFolder(dirname(path))
  }

  return {
    id: segmentId(path),
    ...known,
    isInDoubt: () => doubted,
    doubt: () => {
      doubted = true
    },
    read: async () => {
      // Not beyond what was made durable: later bytes were refused to their sender.
      const file = (await disk.read(path)).subarray(0, known.bytes)
      const scan = scanSegment(file)
      const isLost = scan.payloads.length === 0
      await damage.keep(file, isLost ? [{ start: 0, end: file.length }] : [...scan.damage, ...tail(file, scan)])
      return isLost ? null : scan.payloads
    },
    giveUp: async places => {
      const file = (await disk.read(path)).subarray(0, known.bytes)
      const scan = scanSegment(file)
      const lost = scan.payloads.filter((_, place) => places.includes(place))
      const ranges = [...scan.damage, ...tail(file, scan), ...lost.map(payload => frameOf(payload, file))]
      const events = lost.reduce((sum, payload) => sum + received(payload), 0)
      await damage.keep(
        file,
        ranges.sort((one, other) => one.start - other.start),
        events,
      )
    },
    remove: async () => {
      onGone()
      // Not made durable: a file that comes back after a power cut is looked up and found loaded.
      await (damage.isAllKept() ? disk.remove(path) : rename())
    },
    setAside: async () => {
      onGone()
      await rename()
    },
  }
}

function frameOf(payload: Buffer, file: Buffer): ByteRange {
  const start = payload.byteOffset - file.byteOffset
  return { start: start - FRAME_HEAD_BYTES, end: start + payload.length }
}

/** Events, as far as it still tells. */
function received(payload: Buffer): number {
  try {
    return payloadSummary(payload).counts.reduce((sum, count) => sum + count.received, 0)
  } catch {
    return 0
  }
}

/** In a finished file an unfinished write is damage, for all of it was acknowledged; so is a file without a frame. */
export function tail(file: Buffer, scan: Scan): ByteRange[] {
  const isEmpty = scan.payloads.length === 0 && scan.damage.length === 0
  return scan.tornAt < file.length || isEmpty ? [{ start: scan.tornAt, end: file.length }] : []
}

export interface Summary {
  /** A frame tells it when the header no longer can. */
  readonly uuid: string | null
  readonly rawBytes: number
  readonly counts: readonly CountRow[]
  readonly bySource: ReadonlyMap<string, number>
}

/** What a scanned file holds, without its rows. */
export function summary({ header, payloads }: Scan): Summary {
  const bySource = new Map<string, number>()
  const frames = payloads.map(payload => {
    const frame = payloadSummary(payload)
    addBytes(bySource, frame.counts, FRAME_HEAD_BYTES + payload.length)
    return frame
  })
  return {
    uuid: header?.uuid ?? frames[0]?.segment ?? null,
    rawBytes: frames.reduce((sum, frame) => sum + frame.rawBytes, 0),
    counts: sumCounts(frames.flatMap(({ counts }) => counts)),
    bySource,
  }
}
