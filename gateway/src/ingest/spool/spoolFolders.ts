import { dirname, join } from 'node:path'
import { type AdoptEdges, type Adopted, adoptFiles, adoptFolder, type Unreadable } from './adopt.ts'
import { type FolderLock, LOCK_SUFFIX } from './folderLock.ts'
import { BALLAST } from './room.ts'
import type { SealedSegment } from './sealed.ts'

export interface FoldersEdges extends AdoptEdges {
  readonly dir: string
  readonly instance: string
  readonly lock: FolderLock
  /** Told once of each file that stays where it is because the disk does not give it. */
  readonly onUnreadable: (file: string, cause: unknown) => void
}

export interface SpoolFolders {
  /** Where this process writes. */
  readonly own: string
  /** Segments that earlier lives of this process left, and others that are gone; oldest first. */
  readonly adopted: readonly SealedSegment[]
  /** Above every segment id that this folder has seen. */
  readonly lastId: number
  /** Takes over what processes that died since then left, and files that could not be read before. Lets go of emptied folders. */
  look(): Promise<readonly SealedSegment[]>
  /** Processes that use the spool, this one included, as far as is known. */
  processes(): number
  /** Files that hold acknowledged events, perhaps, and cannot be read. */
  unreadable(): number
  release(): Promise<void>
}

type Release = () => Promise<void>

const MOST_PROCESSES = 64

/** Takes a folder of its own and every folder whose process is gone. */
export async function openFolders({ dir, instance, lock, onUnreadable, ...edges }: FoldersEdges): Promise<SpoolFolders> {
  const { disk } = edges
  const unreadable = new Set<string>()
  /** Folders of others that are ours now. */
  const taken = new Map<string, Release>()
  let living = 1

  await disk.makeFolder(dir)
  const { name: ownName, release: releaseOwn } = await takeOwn()
  const own = join(dir, ownName)
  await disk.makeFolder(own)
  // The names of all folders that may be new. A folder above them may not be ours to open.
  await disk.syncFolder(dir)
  for (const above of [dirname(dir), dirname(dirname(dir))]) await disk.syncFolder(above).catch(() => undefined)
  const names = await disk.list(own).catch(() => [] as string[])
  const adopted = [...(await adopt(own)), ...(await takeOrphans())]

  async function takeOwn(): Promise<{ name: string; release: Release }> {
    for (let number = 1; number <= MOST_PROCESSES; number++) {
      const name = number === 1 ? instance : `${instance}-${number}`
      const release = await lock(join(dir, name))
      if (release !== null) return { name, release }
    }
    throw new Error(`${MOST_PROCESSES} processes already use ${dir}: give this one a DATA_DIR of its own`)
  }

  async function takeOrphans(): Promise<SealedSegment[]> {
    const found: SealedSegment[] = []
    const siblings = (await disk.list(dir)).filter(name => name !== ownName && !taken.has(name) && !name.endsWith(LOCK_SUFFIX)).sort()
    living = 1
    for (const name of siblings) {
      const folder = join(dir, name)
      const release = await lock(folder)
      if (release === null) {
        living++
        continue
      }
      taken.set(name, release)
      found.push(...(await adopt(folder)))
    }
    return found
  }

  async function adopt(folder: string): Promise<readonly SealedSegment[]> {
    try {
      return told(await adoptFolder(edges, folder))
    } catch (cause) {
      return told({ segments: [], unreadable: [{ file: folder, cause }] })
    }
  }

  function told({ segments, unreadable: left }: Adopted): readonly SealedSegment[] {
    for (const { file, cause } of left as readonly Unreadable[]) {
      if (unreadable.has(file)) continue
      unreadable.add(file)
      onUnreadable(file, cause)
    }
    return segments
  }

  async function tryAgain(): Promise<SealedSegment[]> {
    const found: SealedSegment[] = []
    for (const file of [...unreadable]) {
      const again = file.endsWith('.open') || file.endsWith('.seg') ? await adoptFiles(edges, [file]) : await folderAgain(file)
      if (again.unreadable.length === 0) unreadable.delete(file)
      found.push(...again.segments)
    }
    return found
  }

  /** Not our own: what is in it now is being written. */
  async function folderAgain(folder: string): Promise<Adopted> {
    if (folder === own) return { segments: [], unreadable: [{ file: own, cause: null }] }
    return adoptFolder(edges, folder).catch((cause: unknown) => ({ segments: [], unreadable: [{ file: folder, cause }] }))
  }

  /** A folder with nothing left in it goes; one with `.bad` files stays, for a person. */
  async function letGo(): Promise<void> {
    for (const [name, release] of [...taken]) {
      const folder = join(dir, name)
      const left = await disk.list(folder).catch(() => ['?'])
      if (left.some(file => file !== BALLAST)) continue
      await disk.remove(join(folder, BALLAST)).catch(() => undefined)
      await disk.removeFolder(folder).catch(() => undefined)
      taken.delete(name)
      await release()
    }
  }

  await letGo()
  return {
    own,
    adopted: adopted.sort((left, right) => (left.id < right.id ? -1 : 1)),
    lastId: Math.max(0, ...names.map(name => Number(/^(\d{16})\./.exec(name)?.[1] ?? 0))),
    look: async () => {
      const found = [...(await takeOrphans()), ...(await tryAgain())]
      await letGo()
      return found
    },
    processes: () => living,
    unreadable: () => unreadable.size,
    release: async () => void (await Promise.all([releaseOwn(), ...[...taken.values()].map(release => release())])),
  }
}
