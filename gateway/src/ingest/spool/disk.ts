import { randomBytes } from 'node:crypto'
import {
  close,
  fdatasync,
  fsync,
  ftruncate,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rmdir,
  stat,
  statfs,
  unlink,
  write,
  writeFile,
} from 'node:fs'
import { promisify } from 'node:util'

export interface Volume {
  /** Free for us. */
  readonly freeBytes: number
  readonly totalBytes: number
}

/** What the spool asks of a file system. A test passes one that loses, shortens or refuses what a real one may. */
export interface Disk {
  makeFolder(path: string): Promise<void>
  /** Names in a folder; [] when there is none, or it is a file. */
  list(path: string): Promise<string[]>
  read(path: string): Promise<Buffer>
  /** Creates or replaces a whole small file, durably but for its name in the folder. */
  put(path: string, bytes: Buffer): Promise<void>
  /** Creates a file that must not exist; gives its descriptor. */
  create(path: string): Promise<number>
  /** Opens an existing file for writing. */
  edit(path: string): Promise<number>
  /** May write fewer bytes than asked; gives how many. */
  write(fd: number, bytes: Buffer, position: number): Promise<number>
  truncate(fd: number, length: number): Promise<void>
  /** Data and the size that is needed to read it. */
  syncData(fd: number): Promise<void>
  sync(fd: number): Promise<void>
  close(fd: number): Promise<void>
  /** Makes creations, renames and removals in a folder durable. */
  syncFolder(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  removeFolder(path: string): Promise<void>
  /** Makes sure of a file that takes so much space, whatever the volume compresses or leaves out. */
  reserve(path: string, bytes: number): Promise<void>
  volume(path: string): Promise<Volume>
}

// Callback functions on descriptors: FileHandle costs twice as much per call, and a commit makes two.
const calls = {
  close: promisify(close),
  fdatasync: promisify(fdatasync),
  fsync: promisify(fsync),
  ftruncate: promisify(ftruncate),
  mkdir: promisify(mkdir),
  open: promisify(open),
  readdir: promisify(readdir),
  readFile: promisify(readFile),
  rename: promisify(rename),
  rmdir: promisify(rmdir),
  stat: promisify(stat),
  statfs: promisify(statfs),
  unlink: promisify(unlink),
  writeFile: promisify(writeFile),
}

export const nodeDisk: Disk = {
  makeFolder: async path => void (await calls.mkdir(path, { recursive: true, mode: 0o700 })),
  list: async path => {
    try {
      return await calls.readdir(path)
    } catch (error) {
      if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return []
      throw error
    }
  },
  read: path => calls.readFile(path),
  put: (path, bytes) => calls.writeFile(path, bytes, { mode: 0o600, flush: true }),
  create: path => calls.open(path, 'wx', 0o600),
  edit: path => calls.open(path, 'r+'),
  write: (fd, bytes, position) =>
    new Promise((resolve, reject) => {
      write(fd, bytes, 0, bytes.length, position, (error, written) => (error === null ? resolve(written) : reject(error)))
    }),
  truncate: (fd, length) => calls.ftruncate(fd, length),
  syncData: fd => calls.fdatasync(fd),
  sync: fd => calls.fsync(fd),
  close: fd => calls.close(fd),
  syncFolder: async path => {
    const fd = await calls.open(path, 'r')
    try {
      await calls.fsync(fd)
    } finally {
      await calls.close(fd)
    }
  },
  rename: (from, to) => calls.rename(from, to),
  remove: path => calls.unlink(path),
  removeFolder: path => calls.rmdir(path),
  reserve: async (path, bytes) => {
    const size = await calls.stat(path).then(
      found => found.size,
      () => null,
    )
    if (size !== bytes) await calls.writeFile(path, randomBytes(bytes), { mode: 0o600, flush: true })
  },
  volume: async path => {
    const { bavail, blocks, bsize } = await calls.statfs(path)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  },
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
