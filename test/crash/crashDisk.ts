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

/** The real disk, on which the process dies at the n-th time that it comes to the point. */
export function crashDisk(point: string | undefined, times: number, die: () => Promise<never>): Disk {
  let left = times
  const isNow = (reached: DiskPoint) => reached === point && --left <= 0
  return {
    ...nodeDisk,
    create: async path => {
      const fd = await nodeDisk.create(path)
      return isNow('after_create_before_header') ? die() : fd
    },
    write: async (fd, bytes, position) => {
      if (isNow('torn_write')) {
        await nodeDisk.write(fd, bytes.subarray(0, Math.ceil(bytes.length / 2)), position)
        return die()
      }
      return nodeDisk.write(fd, bytes, position)
    },
    syncData: async fd => {
      if (isNow('after_write_before_fsync')) await die()
      await nodeDisk.syncData(fd)
      if (isNow('after_fsync_before_ack')) await die()
    },
    rename: async (from, to) => {
      if (isNow('before_seal_rename')) await die()
      await nodeDisk.rename(from, to)
      if (isNow('after_seal_rename')) await die()
    },
  }
}
