import { constants } from 'node:fs'
import { access, open, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { judgeDisk } from '../../health/judgeStorage.ts'
import { type Diagnosis, errorWords, say } from './diagnosis.ts'

const at = say('folder')
const SYNCS = 20
const SLOW_SYNC_MS = 50
/** By statfs(2). */
const WEAK_FILESYSTEMS: Readonly<Record<number, string>> = {
  16914836: 'tmpfs: memory, gone with the next restart',
  2240043254: 'ramfs: memory, gone with the next restart',
  2035054128: 'overlay: the layer of a container, gone with it',
  26985: 'NFS: a flush is as good as the server’s word',
  1702057286: 'FUSE: a flush is as good as the driver’s word',
}

/** Whether DATA_DIR can hold what is acknowledged: exists, can be written, flushes, has room. Leaves nothing behind. */
export async function folderChecks(dataDir: string): Promise<Diagnosis[]> {
  const found = await stat(dataDir).catch(() => null)
  if (found === null) return [await missing(dataDir)]
  if (!found.isDirectory()) return [at('bad', `DATA_DIR ${dataDir} is no folder.`, 'Name a folder.')]
  const isOpen = (found.mode & 0o077) !== 0
  return [
    await writes(dataDir),
    ...(await volume(dataDir)),
    ...(isOpen
      ? [
          at(
            'warn',
            `DATA_DIR can be looked into by other users of the machine (mode ${(found.mode & 0o777).toString(8)}).`,
            `Run: chmod 700 ${dataDir}`,
          ),
        ]
      : []),
  ]
}

async function missing(dataDir: string): Promise<Diagnosis> {
  const parent = dirname(dataDir)
  const cannot = await access(parent, constants.W_OK).then(() => null, errorWords)
  return cannot === null
    ? at('warn', `DATA_DIR ${dataDir} does not exist yet.`, 'The first start makes it. Where one was before, its volume is not mounted.')
    : at(
        'bad',
        `DATA_DIR ${dataDir} does not exist and cannot be made: ${cannot}.`,
        `Make it, owned by the user that runs Waymark: install -d -m 700 ${dataDir}`,
      )
}

async function writes(dataDir: string): Promise<Diagnosis> {
  const path = join(dataDir, `doctor.${process.pid}.tmp`)
  try {
    const times = await syncTimes(path)
    const [median, slowest] = [times[SYNCS >> 1] ?? 0, times.at(-1) ?? 0]
    const words = `DATA_DIR can be written; an fdatasync takes ${median.toFixed(2)} ms, at most ${slowest.toFixed(1)} ms of ${SYNCS}.`
    if (median > SLOW_SYNC_MS) return at('warn', words, 'Each answer waits for one: use a faster disk.')
    return at('ok', words)
  } catch (error) {
    return at(
      'bad',
      `DATA_DIR ${dataDir} cannot be written: ${errorWords(error)}.`,
      'No event can be taken. Correct owner, rights or mount options, or free space.',
    )
  } finally {
    await rm(path, { force: true }).catch(() => undefined)
  }
}

/** Sorted. */
async function syncTimes(path: string): Promise<number[]> {
  const file = await open(path, 'wx', 0o600)
  try {
    const times: number[] = []
    for (let index = 0; index < SYNCS; index++) {
      await file.write(Buffer.alloc(4096, index))
      const started = performance.now()
      await file.datasync()
      times.push(performance.now() - started)
    }
    return times.sort((left, right) => left - right)
  } finally {
    await file.close()
  }
}

async function volume(dataDir: string): Promise<Diagnosis[]> {
  const { type, bavail, blocks, bsize } = await statfs(dataDir)
  const weak = WEAK_FILESYSTEMS[type]
  return [
    ...(weak === undefined
      ? []
      : [
          at('warn', `DATA_DIR is on ${weak}.`, 'What is acknowledged would not survive. Mount a local disk or a persistent volume there.'),
        ]),
    ...judgeDisk({ freeBytes: bavail * bsize, totalBytes: blocks * bsize }).map(({ level, words, todo }) => at(level, words, todo)),
  ]
}
