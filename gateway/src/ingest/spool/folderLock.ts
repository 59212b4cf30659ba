import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { resolve } from 'node:path'
import { isCode } from './disk.ts'

/** Takes a folder for this process: gives the release, or null when another process has it. */
export type FolderLock = (folder: string) => Promise<(() => Promise<void>) | null>

/**
 * A listening socket is the lock: the kernel frees it when the process dies, however it dies.
 * On Linux the name is abstract (nothing on disk; processes in different network namespaces do not see each other's);
 * elsewhere it is a socket file, and one that nobody answers is stale.
 */
export const lockFolder: FolderLock = async folder => {
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 32)
  if (process.platform === 'linux') return listen(`\0waymark-spool-${name}`)
  if (process.platform === 'win32') return listen(`\\\\.\\pipe\\waymark-spool-${name}`)
  const path = `/tmp/waymark-spool-${name}.sock`
  const taken = await listen(path)
  if (taken !== null || (await answers(path))) return taken
  await rm(path, { force: true })
  return listen(path)
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

function answers(path: string): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}
