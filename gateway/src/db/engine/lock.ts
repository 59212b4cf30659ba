import { createHash } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
 * A file with the holder's process id. Should two processes find the same dead holder in the same instant, both could win; the engine's own
 * lock on its data folder then refuses the second.
 */
export function fileLock(path: string): Lock {
  let isHeld = false
  return {
    take: async () => {
      if (isHeld) return true
      const found = textOf(path)
      if (found !== null && isAlive(Number(found) || null)) return false
      if (found !== null) setAside(path, found)
      isHeld = create(path)
      return isHeld
    },
    release: async () => {
      if (isHeld) rmSync(path, { force: true })
      isHeld = false
    },
  }
}

/** In one step, with what is in it: who finds it finds its holder. */
function create(path: string): boolean {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, String(process.pid), { mode: 0o600 })
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** null where nobody holds it. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
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

function setAside(path: string, found: string): void {
  const aside = `${path}.${process.pid}.dead`
  try {
    renameSync(path, aside)
    // Another process took it since it was looked at.
    if (textOf(aside) !== found) linkSync(aside, path)
  } catch {
    // Another one was faster, or there is one anew.
  }
  rmSync(aside, { force: true })
}
