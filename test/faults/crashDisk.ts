import { type Disk, nodeDisk } from '../../gateway/src/ingest/spool/disk.ts'

/** Moments in the life of a segment file at which a process may be killed. */
export const DISK_POINTS = [
  'after_create_before_header',
  'torn_write',
  'after_write_before_fsync',
  'after_fsync_before_ack',
  'before_seal_rename',
  'after_seal_rename',
] as const
export type DiskPoint = (typeof DISK_POINTS)[number]

/** The disk, on which the process dies at the n-th time that it comes to the point. */
export function crashDisk(disk: Disk, point: string | undefined, times: number, die: () => Promise<never>): Disk {
  let left = times
  const isNow = (reached: DiskPoint) => reached === point && --left <= 0
  return {
    ...disk,
    create: async path => {
      const fd = await disk.create(path)
      return isNow('after_create_before_header') ? die() : fd
    },
    write: async (fd, bytes, position) => {
      if (isNow('torn_write')) {
        await disk.write(fd, bytes.subarray(0, Math.ceil(bytes.length / 2)), position)
        return die()
      }
      return disk.write(fd, bytes, position)
    },
    syncData: async fd => {
      if (isNow('after_write_before_fsync')) await die()
      await disk.syncData(fd)
      if (isNow('after_fsync_before_ack')) await die()
    },
    rename: async (from, to) => {
      if (isNow('before_seal_rename')) await die()
      await disk.rename(from, to)
      if (isNow('after_seal_rename')) await die()
    },
  }
}

/** A disk as a power failure shows it: what was written and not synced is gone when the process dies. */
export function forgetfulDisk(): Disk {
  const unsynced = new Map<number, { bytes: Buffer; position: number }[]>()
  async function flush(fd: number): Promise<void> {
    const waiting = unsynced.get(fd) ?? []
    unsynced.delete(fd)
    for (const { bytes, position } of waiting) {
      for (let done = 0; done < bytes.length; ) done += await nodeDisk.write(fd, bytes.subarray(done), position + done)
    }
  }
  return {
    ...nodeDisk,
    write: async (fd, bytes, position) => {
      unsynced.set(fd, [...(unsynced.get(fd) ?? []), { bytes: Buffer.from(bytes), position }])
      return bytes.length
    },
    syncData: async fd => {
      await flush(fd)
      await nodeDisk.syncData(fd)
    },
    sync: async fd => {
      await flush(fd)
      await nodeDisk.sync(fd)
    },
    truncate: async (fd, length) => {
      await flush(fd)
      await nodeDisk.truncate(fd, length)
    },
    close: async fd => {
      unsynced.delete(fd)
      await nodeDisk.close(fd)
    },
  }
}

/** What says that it synced, and did not. */
export function lyingDisk(disk: Disk): Disk {
  return { ...disk, syncData: async () => undefined }
}
