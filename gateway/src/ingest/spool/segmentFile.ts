import { join } from 'node:path'
import type { CountRow } from '@waymark/schemas/row'
import { sumCounts } from './counts.ts'
import type { Disk } from './disk.ts'
import type { FrameText } from './framePayload.ts'
import { type EncodedFrames, encodeFrames, encodePacked, type FrameMemory } from './frames.ts'
import type { Pack } from './packer.ts'
import { encodeHeader, HEADER_BYTES } from './segment.ts'

/** A segment that is being written. One call at a time. */
export interface SegmentFile {
  readonly id: string
  readonly uuid: string
  readonly createdAt: number
  /** Bytes that survive a crash. */
  bytes(): number
  /** What those were before they were packed. */
  rawBytes(): number
  /** Rows that survive a crash. */
  rows(): number
  counts(): readonly CountRow[]
  /** Bytes of the frames by source. */
  bySource(): ReadonlyMap<string, number>
  /** After a failed sync nothing may be appended: what the kernel kept of the write is unknown, and a second sync would lie. */
  isBroken(): boolean
  /** Resolves when every frame is on disk. After a rejection none of them is. */
  append(frames: readonly FrameText[]): Promise<void>
  /** Closes the file under its sealed name, and gives the name. */
  seal(): Promise<string>
  /** Removes the file, in which nothing was written. Never fails: one that stays is removed at the next start. */
  discard(): Promise<void>
}

export interface SegmentFileEdges {
  readonly disk: Disk
  readonly folder: string
  readonly id: string
  readonly uuid: string
  readonly createdAt: number
  readonly instance: string
  /** Told how long each sync of frames took, milliseconds, also when it failed. */
  readonly onSync: (ms: number) => void
  /** Milliseconds, never set back. */
  readonly elapsed: () => number
  /** Of one file at a time. */
  readonly memory: FrameMemory
  /** Of what is on its way to `pack`. */
  readonly rawMemory: FrameMemory
  readonly pack: Pack
  readonly packFromBytes: number
}

/** A new file, durable with its header and its name. */
export async function createSegmentFile(edges: SegmentFileEdges): Promise<SegmentFile> {
  const { disk, folder, id, uuid, createdAt, instance, onSync, elapsed, memory, rawMemory, pack, packFromBytes } = edges
  const openPath = join(folder, `${id}.open`)
  const sealedPath = join(folder, `${id}.seg`)
  const fd = await disk.create(openPath)
  try {
    await writeAll(fd, encodeHeader({ uuid, createdAt, instance }), 0)
    await disk.sync(fd)
    await disk.syncFolder(folder)
  } catch (error) {
    await disk.close(fd).catch(() => undefined)
    // Only tidiness: a file without frames is removed at the next start as well.
    await disk.remove(openPath).catch(() => undefined)
    throw error
  }

  let durable = { bytes: HEADER_BYTES, rawBytes: HEADER_BYTES, events: 0, rejected: 0, counts: [] as readonly CountRow[] }
  const bySource = new Map<string, number>()
  let broken = false

  async function writeAll(to: number, bytes: Buffer, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const written = await disk.write(to, bytes.subarray(done), position + done)
      if (written <= 0) throw new Error(`the disk took 0 of ${bytes.length - done} bytes for ${openPath}`)
      done += written
    }
  }

  function encode(frames: readonly FrameText[]): EncodedFrames | Promise<EncodedFrames> {
    const place = { segment: uuid, firstEvent: durable.events, firstRejected: durable.rejected }
    const bytes = frames.reduce((sum, frame) => sum + frame.bytes, 0)
    return bytes < packFromBytes ? encodeFrames(frames, place, memory) : encodePacked(frames, place, { pack, raw: rawMemory, memory })
  }

  /** Cuts off what was refused, durably, so that it is neither loaded nor in the way of the next frame. */
  async function cutBack(): Promise<void> {
    try {
      await disk.truncate(fd, durable.bytes)
      await disk.sync(fd)
    } catch {
      broken = true
    }
  }

  async function syncFrames(): Promise<void> {
    const began = elapsed()
    try {
      await disk.syncData(fd)
    } catch (error) {
      broken = true
      // Where the copy below fails too, this may still help.
      await disk.truncate(fd, durable.bytes).catch(() => undefined)
      throw error
    } finally {
      onSync(elapsed() - began)
    }
  }

  /** The durable part as a file of its own: what was refused may be on the disk behind it, and no sync of that file can be believed. */
  async function sealCopy(): Promise<void> {
    const partPath = join(folder, `${id}.part`)
    const bytes = (await disk.read(openPath)).subarray(0, durable.bytes)
    await disk.put(partPath, bytes)
    await disk.rename(partPath, sealedPath)
    await disk.syncFolder(folder)
    await disk.remove(openPath)
  }

  return {
    id,
    uuid,
    createdAt,
    bytes: () => durable.bytes,
    rawBytes: () => durable.rawBytes,
    rows: () => durable.events + durable.rejected,
    counts: () => durable.counts,
    bySource: () => bySource,
    isBroken: () => broken,
    append: async frames => {
      const encoded = await encode(frames)
      try {
        await writeAll(fd, encoded.bytes, durable.bytes)
      } catch (error) {
        await cutBack()
        throw error
      }
      await syncFrames()
      durable = {
        bytes: durable.bytes + encoded.bytes.length,
        rawBytes: durable.rawBytes + encoded.rawBytes,
        events: durable.events + encoded.events,
        rejected: durable.rejected + encoded.rejected,
        counts: sumCounts([...durable.counts, ...frames.flatMap(frame => frame.counts)]),
      }
      for (const [source, bytes] of encoded.bySource) bySource.set(source, (bySource.get(source) ?? 0) + bytes)
    },
    seal: async () => {
      // The kernel frees the descriptor whatever it answers, and every acknowledged byte has been synced.
      await disk.close(fd).catch(() => undefined)
      try {
        if (broken) await sealCopy()
        else {
          await disk.rename(openPath, sealedPath)
          await disk.syncFolder(folder)
        }
        return sealedPath
      } catch {
        // The data is safe under either name, and a start adopts both.
        const names = await disk.list(folder).catch(() => [] as string[])
        return names.includes(`${id}.seg`) ? sealedPath : openPath
      }
    },
    discard: async () => {
      await disk.close(fd).catch(() => undefined)
      await disk.remove(openPath).catch(() => undefined)
    },
  }
}
