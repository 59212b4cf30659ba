import { basename, dirname } from 'node:path'
import type { Disk } from './disk.ts'

/** What may go wrong: each may throw, or answer for the disk. */
export interface DiskFaults {
  /** Bytes that a write takes; all when undefined. */
  write?: (bytes: Buffer, path: string) => number | undefined
  syncData?: (path: string) => void
  create?: (path: string) => void
  truncate?: (path: string) => void
  rename?: (from: string) => void
  free?: () => number
}

interface FileState {
  bytes: Buffer
  /** What a crash leaves of it. */
  durable: Buffer
}

export interface MemoryDisk extends Disk {
  faults: DiskFaults
  /** Calls so far, such as `write a.open`. */
  readonly calls: string[]
  /** The power fails: everything not synced is gone. Gives the disk that the next start finds. */
  crash(): MemoryDisk
  files(): string[]
  bytesOf(path: string): Buffer
  setBytes(path: string, bytes: Buffer): void
}

/** A file system in memory that keeps apart what is durable and what only seems to be. */
export function memoryDisk(names = new Map<string, FileState>(), durableNames = new Map<string, FileState>()): MemoryDisk {
  const open = new Map<number, { path: string; file: FileState }>()
  const calls: string[] = []
  let lastFd = 2

  function handle(fd: number) {
    const found = open.get(fd)
    if (found === undefined) throw failure('EBADF', String(fd))
    return found
  }

  function file(path: string): FileState {
    const found = names.get(path)
    if (found === undefined) throw failure('ENOENT', path)
    return found
  }

  const disk: MemoryDisk = {
    faults: {},
    calls,
    makeFolder: async () => undefined,
    list: async path => {
      const inside = [...names.keys()]
        .filter(name => name.startsWith(`${path}/`))
        .map(name => name.slice(path.length + 1).split('/')[0] ?? '')
      return [...new Set(inside)]
    },
    read: async path => Buffer.from(file(path).bytes),
    put: async (path, bytes) => {
      names.set(path, { bytes: Buffer.from(bytes), durable: Buffer.from(bytes) })
    },
    create: async path => {
      calls.push(`create ${basename(path)}`)
      disk.faults.create?.(path)
      if (names.has(path)) throw failure('EEXIST', path)
      const created = { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) }
      names.set(path, created)
      open.set(++lastFd, { path, file: created })
      return lastFd
    },
    edit: async path => {
      open.set(++lastFd, { path, file: file(path) })
      return lastFd
    },
    write: async (fd, bytes, position) => {
      const { path, file: target } = handle(fd)
      calls.push(`write ${basename(path)}`)
      const taken = bytes.subarray(0, disk.faults.write?.(bytes, path) ?? bytes.length)
      const grown = Buffer.alloc(Math.max(target.bytes.length, position + taken.length))
      target.bytes.copy(grown)
      taken.copy(grown, position)
      target.bytes = grown
      return taken.length
    },
    truncate: async (fd, length) => {
      const { path, file: target } = handle(fd)
      calls.push(`truncate ${basename(path)}`)
      disk.faults.truncate?.(path)
      target.bytes = Buffer.from(target.bytes.subarray(0, length))
    },
    syncData: async fd => {
      const { path, file: target } = handle(fd)
      calls.push(`syncData ${basename(path)}`)
      disk.faults.syncData?.(path)
      target.durable = Buffer.from(target.bytes)
    },
    sync: async fd => {
      const { path, file: target } = handle(fd)
      calls.push(`sync ${basename(path)}`)
      target.durable = Buffer.from(target.bytes)
    },
    close: async fd => {
      open.delete(fd)
    },
    syncFolder: async path => {
      calls.push(`syncFolder ${basename(path)}`)
      for (const name of [...durableNames.keys()].filter(known => dirname(known) === path)) durableNames.delete(name)
      for (const [name, state] of names) if (dirname(name) === path) durableNames.set(name, state)
    },
    rename: async (from, to) => {
      calls.push(`rename ${basename(to)}`)
      disk.faults.rename?.(from)
      names.set(to, file(from))
      names.delete(from)
    },
    remove: async path => {
      file(path)
      names.delete(path)
    },
    removeFolder: async () => undefined,
    freeFraction: async () => disk.faults.free?.() ?? 1,
    crash: () => {
      const left = new Map(
        [...durableNames].map(([name, { durable }]) => [name, { bytes: Buffer.from(durable), durable: Buffer.from(durable) }]),
      )
      return memoryDisk(left, new Map(left))
    },
    files: () => [...names.keys()].map(name => basename(name)).sort(),
    bytesOf: path => file(path).bytes,
    setBytes: (path, bytes) => {
      file(path).bytes = bytes
    },
  }
  return disk
}

export function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
