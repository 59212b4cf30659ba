import { join } from 'node:path'
import type { CountRow } from '@waymark/schemas/row'
import { sumCounts } from './counts.ts'
import type { Disk } from './disk.ts'
import { encodePayload, type FrameText } from './framePayload.ts'
import { encodeHeader, frameHead, HEADER_BYTES } from './segment.ts'

/** A segment that is being written. One call at a time. */
export interface SegmentFile {
  readonly id: string
  readonly uuid: string
  readonly createdAt: number
  /** Bytes that survive a crash. */
  bytes(): number
  /** Rows that survive a crash. */
  rows(): number
  counts(): readonly CountRow[]
  /** After a failed sync nothing may be appended: what the kernel kept of the write is unknown, and a second sync would lie. */
  isBroken(): boolean
  /** Resolves when every frame is on disk. After a rejection none of them is. */
  append(frames: readonly FrameText[]): Promise<void>
  /** Closes the file under its sealed name, and gives the name. */
  seal(): Promise<string>
}

export interface SegmentFileEdges {
  readonly disk: Disk
  readonly folder: string
  readonly id: string
  readonly uuid: string
  readonly createdAt: number
  readonly instance: string
}

/** A new file, durable with its header and its name. */
export async function createSegmentFile({ disk, folder, id, uuid, createdAt, instance }: SegmentFileEdges): Promise<SegmentFile> {
  const openPath = join(folder, `${id}.open`)
  const fd = await disk.create(openPath)
  try {
    await writeAll(encodeHeader({ uuid, createdAt, instance }), 0)
    await disk.sync(fd)
    await disk.syncFolder(folder)
  } catch (error) {
    await disk.close(fd).catch(() => undefined)
    // Only tidiness: a file without frames is removed at the next start as well.
    await disk.remove(openPath).catch(() => undefined)
    throw error
  }

  let durable = { bytes: HEADER_BYTES, events: 0, rejected: 0, counts: [] as readonly CountRow[] }
  let broken = false

  async function writeAll(bytes: Buffer, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const written = await disk.write(fd, bytes.subarray(done), position + done)
      if (written <= 0) throw new Error(`the disk took 0 of ${bytes.length - done} bytes for ${openPath}`)
      done += written
    }
  }

  /** Cuts off what was refused, so that it is neither loaded nor in the way of the next frame. */
  async function cutBack(): Promise<void> {
    try {
      await disk.truncate(fd, durable.bytes)
    } catch {
      broken = true
    }
  }

  return {
    id,
    uuid,
    createdAt,
    bytes: () => durable.bytes,
    rows: () => durable.events + durable.rejected,
    counts: () => durable.counts,
    isBroken: () => broken,
    append: async frames => {
      let { events, rejected } = durable
      const pieces: Buffer[] = []
      for (const frame of frames) {
        const payload = encodePayload(frame, { segment: uuid, firstEvent: events, firstRejected: rejected })
        pieces.push(frameHead(payload), payload)
        events += frame.events
        rejected += frame.rejected
      }
      const bytes = Buffer.concat(pieces)
      try {
        await writeAll(bytes, durable.bytes)
      } catch (error) {
        await cutBack()
        throw error
      }
      try {
        await disk.syncData(fd)
      } catch (error) {
        broken = true
        await cutBack()
        throw error
      }
      const counts = sumCounts([...durable.counts, ...frames.flatMap(frame => frame.counts)])
      durable = { bytes: durable.bytes + bytes.length, events, rejected, counts }
    },
    seal: async () => {
      await disk.close(fd).catch(() => undefined)
      const sealedPath = join(folder, `${id}.seg`)
      try {
        await disk.rename(openPath, sealedPath)
        await disk.syncFolder(folder)
        return sealedPath
      } catch {
        // The data is safe under either name, and a start adopts both.
        const names = await disk.list(folder).catch(() => [] as string[])
        return names.includes(`${id}.seg`) ? sealedPath : openPath
      }
    },
  }
}
