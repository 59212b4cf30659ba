import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** Held by at most one process; freed when its holder dies. */
export interface Lock {
  /** Whether this process holds it now. */
  take(): Promise<boolean>
  release(): Promise<void>
}

/** The lock on the engine of a data folder (a real path). */
export function engineLock(dataDir: string, platform: string = process.platform): Lock {
  return platform === 'linux'
    ? socketLock(`waymark-engine-${createHash('sha256').update(dataDir).digest('hex').slice(0, 32)}`)
    : fileLock(join(dataDir, 'engine.lock'))
}

/** An abstract unix socket: the kernel frees it with its process, and nothing is left on disk. Linux only. */
export function socketLock(name: string): Lock {
  const server = createServer(socket => socket.destroy())
  server.unref()
  return {
    take: () =>
      server.listening
        ? Promise.resolve(true)
        : new Promise((resolve, reject) => {
            const done = (settle: () => void) => {
              server.removeAllListeners('error').removeAllListeners('listening')
              settle()
            }
            server.once('error', (error: NodeJS.ErrnoException) =>
              done(() => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error))),
            )
            server.once('listening', () => done(() => resolve(true)))
            server.listen(`\0${name}`)
          }),
    release: () => new Promise(resolve => server.close(() => resolve())),
  }
}

/**
 * A file with the holder's process id. Two processes that find the same dead holder at once could both win; the engine's own lock on its
 * data folder then refuses the second.
 */
export function fileLock(path: string): Lock {
  let isHeld = false
  return {
    take: async () => {
      if (isHeld) return true
      if (!isAlive(holderOf(path))) setAside(path)
      isHeld = create(path)
      return isHeld
    },
    release: async () => {
      if (isHeld) rmSync(path, { force: true })
      isHeld = false
    },
  }
}

function create(path: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600)
    writeSync(file, String(process.pid))
    closeSync(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function holderOf(path: string): number | null {
  try {
    return Number(readFileSync(path, 'utf8')) || null
  } catch {
    return null // nobody holds it
  }
}

function isAlive(pid: number | null): boolean {
  if (pid === null) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function setAside(path: string): void {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
    rmSync(aside)
  } catch {
    // another process was faster, or there was none
  }
}
