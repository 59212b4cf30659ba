import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { isCode } from './disk.ts'

/** Takes a folder for this process: gives the release, or null when another process has it. */
export type FolderLock = (folder: string) => Promise<(() => Promise<void>) | null>

/**
 * The kernel frees the lock when the process dies, however it dies, and nothing stale is left. On Linux it is a listening socket with
 * an abstract name (containers see each other's only when they share a network: give each a DATA_DIR of its own), on Windows a pipe;
 * elsewhere a file that was opened with an exclusive lock.
 */
export const lockFolder: FolderLock = folder => {
  const name = `waymark-spool-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 32)}`
  if (process.platform === 'linux') return listen(`\0${name}`)
  if (process.platform === 'win32') return listen(`\\\\.\\pipe\\${name}`)
  return lockFile(`${folder}${LOCK_SUFFIX}`)
}

/** Of a lock file, beside the folder that it locks. */
export const LOCK_SUFFIX = '.lock'

/** Of open(2) on macOS and the BSDs; libuv hands it on. Node names no constant for it. */
const O_EXLOCK = 0x20

/** The file stays, the lock on it does not. */
async function lockFile(path: string): Promise<(() => Promise<void>) | null> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK, 0o600)
    return () => file.close()
  } catch (error) {
    // EWOULDBLOCK is EAGAIN there.
    if (isCode(error, 'EAGAIN')) return null
    throw error
  }
}

function listen(path: string): Promise<(() => Promise<void>) | null> {
  return new Promise((done, fail) => {
    const server = createServer(socket => socket.destroy())
    server.once('error', error => (isCode(error, 'EADDRINUSE') ? done(null) : fail(error)))
    server.listen({ path }, () => {
      server.unref()
      done(() => new Promise(closed => server.close(() => closed())))
    })
  })
}
