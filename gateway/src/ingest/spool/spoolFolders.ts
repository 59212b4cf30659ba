import { join } from 'node:path'
import { adoptFolder } from './adopt.ts'
import type { Damage } from './damage.ts'
import type { Disk } from './disk.ts'
import type { FolderLock } from './folderLock.ts'
import type { SealedSegment } from './sealed.ts'

export interface FoldersEdges {
  readonly disk: Disk
  readonly dir: string
  readonly instance: string
  readonly lock: FolderLock
  readonly onGone: (segment: SealedSegment) => void
  readonly onDamage: (damage: Damage) => void
  readonly onUnreadable: (file: string, cause: unknown) => void
}

export interface SpoolFolders {
  /** Where this process writes. */
  readonly own: string
  /** Segments that other processes, or an earlier life of this one, left; oldest first. */
  readonly adopted: readonly SealedSegment[]
  release(): Promise<void>
}

const MOST_PROCESSES = 64

/** Takes a folder of its own and every folder whose process is gone. */
export async function openFolders({ disk, dir, instance, lock, onGone, onDamage, onUnreadable }: FoldersEdges): Promise<SpoolFolders> {
  await disk.makeFolder(dir)
  const { name: ownName, release: releaseOwn } = await takeOwn()
  const own = join(dir, ownName)
  await disk.makeFolder(own)
  await disk.syncFolder(dir)
  const releases = [releaseOwn]
  const adopted = await adopt(own)
  for (const name of (await disk.list(dir)).filter(sibling => sibling !== ownName).sort()) {
    const folder = join(dir, name)
    const release = await lock(folder)
    if (release === null) continue
    const left = await adopt(folder)
    adopted.push(...left)
    // A folder with nothing in it goes; one with `.bad` files stays, for a person.
    if (left.length === 0) await disk.removeFolder(folder).catch(() => undefined)
    releases.push(release)
  }
  return {
    own,
    adopted: adopted.sort((left, right) => (left.id < right.id ? -1 : 1)),
    release: async () => void (await Promise.all(releases.map(release => release()))),
  }

  async function takeOwn(): Promise<{ name: string; release: () => Promise<void> }> {
    for (let number = 1; number <= MOST_PROCESSES; number++) {
      const name = number === 1 ? instance : `${instance}-${number}`
      const release = await lock(join(dir, name))
      if (release !== null) return { name, release }
    }
    throw new Error(`${MOST_PROCESSES} processes already use ${dir}: give this one a DATA_DIR of its own`)
  }

  async function adopt(folder: string): Promise<SealedSegment[]> {
    try {
      return await adoptFolder({ disk, folder, onGone, onDamage, onUnreadable })
    } catch (error) {
      onUnreadable(folder, error)
      return []
    }
  }
}
