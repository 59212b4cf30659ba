import { join } from 'node:path'
import { badPath, type Damage, keepDamageOf, segmentId } from './damage.ts'
import type { Disk } from './disk.ts'
import { type SealedSegment, sealedSegment, summary, tail } from './sealed.ts'
import { HEADER_BYTES, type Scan, scanSegment } from './segment.ts'

export interface AdoptEdges {
  readonly disk: Disk
  readonly folder: string
  readonly onGone: (segment: SealedSegment) => void
  readonly onDamage: (damage: Damage) => void
  /** A file that cannot even be read stays where it is. */
  readonly onUnreadable: (file: string, cause: unknown) => void
}

/**
 * Finished segments out of whatever a process left in its folder, oldest first. Rows of any of them could already be loaded.
 * An unfinished write is cut off: it was never acknowledged. Nothing found here makes the start fail.
 */
export async function adoptFolder({ disk, folder, onGone, onDamage, onUnreadable }: AdoptEdges): Promise<SealedSegment[]> {
  const names = (await disk.list(folder)).filter(name => /^\d{16}\.(open|seg)$/.test(name)).sort()
  const adopted: SealedSegment[] = []
  for (const name of names) {
    try {
      const segment = await adoptFile(join(folder, name))
      if (segment !== null) adopted.push(segment)
    } catch (error) {
      onUnreadable(join(folder, name), error)
    }
  }
  return adopted

  async function adoptFile(path: string): Promise<SealedSegment | null> {
    const file = await disk.read(path)
    const scan = scanSegment(file)
    const isOpen = path.endsWith('.open')
    const damage = keepDamageOf(disk, path, onDamage)
    await damage.keep(file, isOpen ? scan.damage : [...scan.damage, ...tail(file, scan)])
    const { uuid, counts } = summary(scan)
    if (scan.payloads.length === 0 || uuid === null) {
      await (damage.isAllKept() ? disk.remove(path) : disk.rename(path, badPath(path)))
      return null
    }
    const sealedPath = isOpen ? await sealLeftover(path, scan, file.length) : path
    const segment = sealedSegment({
      disk,
      path: sealedPath,
      uuid,
      createdAt: scan.header?.createdAt ?? Math.floor(Number(segmentId(path)) / 1000),
      bytes: isOpen ? scan.tornAt : file.length,
      counts,
      inDoubt: true,
      damage,
      onGone: () => onGone(segment),
    })
    return segment
  }

  async function sealLeftover(path: string, scan: Scan, length: number): Promise<string> {
    if (scan.tornAt < length) {
      const fd = await disk.edit(path)
      try {
        await disk.truncate(fd, Math.max(scan.tornAt, HEADER_BYTES))
        await disk.sync(fd)
      } finally {
        await disk.close(fd)
      }
    }
    const sealedPath = join(folder, `${segmentId(path)}.seg`)
    await disk.rename(path, sealedPath)
    await disk.syncFolder(folder)
    return sealedPath
  }
}
