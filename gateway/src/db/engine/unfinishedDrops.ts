import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Removes parts whose removal was cut short by the death of the engine: it renamed them first, no statement may name them since, and it never
 * looks at them again. To be called while it does not run. `folder` holds `data`.
 */
export function finishDrops(folder: string): void {
  const store = join(folder, 'data', 'store')
  // store/06d/06d455d7-…/detached/deleting_broken-on-start_all_3_3_0
  for (const detached of folders(store)
    .flatMap(folders)
    .map(table => join(table, 'detached')))
    for (const part of folders(detached)) if (/\/deleting_[^/]+$/.test(part)) rmSync(part, { recursive: true, force: true })
}

function folders(path: string): string[] {
  try {
    return readdirSync(path).map(name => join(path, name))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Nothing was ever stored, or it is a file.
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
