import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readlink, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'

/** Another container or network namespace works on the same folder. */
export class FolderShared extends Error {
  override readonly name = 'FolderShared'
}

export interface NeighbourEdges {
  readonly dataDir: string
  /** Told when the folder cannot hold a socket, so that nothing can be said of neighbours. */
  readonly onBlind: (error: unknown) => void
  /** Which network this process is in; two with different ones do not see each other's locks. null: not known. */
  readonly network?: string | null
  /** Of this process; numbers of processes are no names where containers share a network. */
  readonly id?: string
}

/**
 * The locks on spool and engine are names in the kernel that only processes of one network namespace see: two containers with a common
 * DATA_DIR would each take the other for dead. So every process listens on a socket in the folder as well, which all of them see, and whose
 * holder the kernel tells as alive or dead, whatever files are left. Rejects with `FolderShared` when one of another network answers;
 * resolves with the release.
 */
export async function claimFolder({ dataDir, onBlind, network, id = randomUUID() }: NeighbourEdges): Promise<() => Promise<void>> {
  const own = network === undefined ? await networkOfProcess() : network
  if (own === null) return async () => undefined
  const folder = join(dataDir, 'processes')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // The address of a socket may have 107 bytes; by the number of its open folder it is short, however long the folder's name is.
  const handle = await open(folder, 'r')
  const at = (name: string) => `/proc/self/fd/${handle.fd}/${name}`
  const name = `${own}-${id}`
  const release = async (server?: Server) => {
    await new Promise<void>(done => (server === undefined ? done() : server.close(() => done())))
    await handle.close()
  }
  try {
    // One's own first: of two that start together each sees the other.
    const server = await listen(at(name))
    for (const other of await readdir(folder)) {
      if (other === name) continue
      const isAlive = await answers(at(other))
      if (!isAlive) await rm(at(other), { force: true })
      else if (!other.startsWith(`${own}-`)) {
        await release(server)
        throw new FolderShared(
          `DATA_DIR ${dataDir} is used by a process of another container or network (${other}): events would be lost. Give each container a DATA_DIR of its own, or one network to all that share it; or stop the other one.`,
        )
      }
    }
    return () => release(server)
  } catch (error) {
    if (error instanceof FolderShared) throw error
    await release().catch(() => undefined)
    onBlind(error)
    return async () => undefined
  }
}

/** The network namespace of this process, as a name; null where the system has none to tell. */
async function networkOfProcess(): Promise<string | null> {
  if (process.platform !== 'linux') return null
  return readlink('/proc/self/ns/net').then(
    link => link.replace(/\D+/g, ''),
    () => null,
  )
}

function listen(path: string): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer(socket => socket.destroy())
    server.once('error', fail)
    server.listen({ path }, () => done(server.unref()))
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise(done => {
    const socket = connect({ path })
    socket.once('connect', () => done(true)).once('error', error => done((error as NodeJS.ErrnoException).code === 'EAGAIN'))
    socket.once('close', () => socket.destroy())
  })
}
