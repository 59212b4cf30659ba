import { basename, dirname, join } from 'node:path'
import { badPath, type Damage, keepDamageOf, segmentId } from './damage.ts'
import type { Disk } from './disk.ts'
import { type SealedSegment, sealedSegment, summary, tail } from './sealed.ts'
import { FORMAT, formatOf, HEADER_BYTES, type Scan, scanSegment } from './segment.ts'

export interface AdoptEdges {
  readonly disk: Disk
  readonly onGone: (segment: SealedSegment) => void
  readonly onDamage: (damage: Damage) => void
}

export interface Adopted {
  readonly segments: readonly SealedSegment[]
  /** Files that cannot be read, or not be finished. They stay where they are. */
  readonly unreadable: readonly Unreadable[]
}

export interface Unreadable {
  readonly file: string
  readonly cause: unknown
}

const SEGMENT = /^\d{16}\.(open|seg)$/

/**
 * Finished segments out of whatever a process left in its folder, oldest first. Rows of any of them could already be loaded.
 * Nothing found in a file makes it fail.
 */
export async function adoptFolder(edges: AdoptEdges, folder: string): Promise<Adopted> {
  const names = await edges.disk.list(folder)
  const isSealed = new Set(names.filter(name => name.endsWith('.seg')).map(segmentId))
  // A broken file whose good part was sealed under the same id, and the beginning of such a copy.
  const leftovers = names.filter(name => /^\d{16}\.part$/.test(name) || (name.endsWith('.open') && isSealed.has(segmentId(name))))
  for (const name of leftovers) await edges.disk.remove(join(folder, name)).catch(() => undefined)
  const files = names.filter(name => SEGMENT.test(name) && !leftovers.includes(name)).sort()
  return adoptFiles(
    edges,
    files.map(name => join(folder, name)),
  )
}

export async function adoptFiles(edges: AdoptEdges, files: readonly string[]): Promise<Adopted> {
  const segments: SealedSegment[] = []
  const unreadable: Unreadable[] = []
  for (const file of files) {
    try {
      const segment = await adoptFile(edges, file)
      if (segment !== null) segments.push(segment)
    } catch (cause) {
      unreadable.push({ file, cause })
    }
  }
  return { segments, unreadable }
}

async function adoptFile({ disk, onGone, onDamage }: AdoptEdges, path: string): Promise<SealedSegment | null> {
  const file = await disk.read(path)
  const format = formatOf(file)
  if (format !== null && format !== FORMAT) return setForeignAside({ disk, onDamage }, path, file.length, format)
  const scan = scanSegment(file)
  const isOpen = path.endsWith('.open')
  const damage = keepDamageOf(disk, path, onDamage)
  await damage.keep(file, isOpen ? scan.damage : [...scan.damage, ...tail(file, scan)])
  const { uuid, ...held } = summary(scan)
  if (scan.payloads.length === 0 || uuid === null) {
    await (damage.isAllKept() ? disk.remove(path) : disk.rename(path, badPath(path)))
    return null
  }
  const segment = sealedSegment({
    disk,
    path: isOpen ? await sealLeftover(disk, path, scan, file.length) : path,
    uuid,
    createdAt: scan.header?.createdAt ?? Math.floor(Number(segmentId(path)) / 1000),
    bytes: isOpen ? scan.tornAt : file.length,
    ...held,
    inDoubt: true,
    damage,
    onGone: () => onGone(segment),
  })
  return segment
}

/** What another version of Waymark wrote is for that version to load: it is kept, and said. */
async function setForeignAside(
  { disk, onDamage }: Pick<AdoptEdges, 'disk' | 'onDamage'>,
  path: string,
  bytes: number,
  format: number,
): Promise<null> {
  await disk.rename(path, badPath(path))
  await disk.syncFolder(dirname(path))
  const problem = `it was written by another version of Waymark (format ${format}; this version reads format ${FORMAT}): to load it, give it its name ${basename(path)} again and start the version that wrote it on this folder`
  onDamage({ file: path, ranges: 1, bytes, problem })
  return null
}

/** An unfinished write is cut off: it was never acknowledged. */
async function sealLeftover(disk: Disk, path: string, scan: Scan, length: number): Promise<string> {
  if (scan.tornAt < length) {
    const fd = await disk.edit(path)
    try {
      await disk.truncate(fd, Math.max(scan.tornAt, HEADER_BYTES))
      await disk.sync(fd)
    } finally {
      await disk.close(fd)
    }
  }
  const folder = dirname(path)
  const sealedPath = join(folder, `${segmentId(path)}.seg`)
  await disk.rename(path, sealedPath)
  await disk.syncFolder(folder)
  return sealedPath
}
