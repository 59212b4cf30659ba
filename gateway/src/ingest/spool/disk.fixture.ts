import { basename, dirname } from 'node:path'
import type { Disk } from './disk.ts'

/** What may go wrong: each may throw, or answer for the disk. */
export interface DiskFaults {
  /** Bytes that a write takes; all when undefined. */
  write?: (bytes: Buffer, path: string) => number | undefined
  syncData?: (path: string) => void
  sync?: (path: string) => void
  create?: (path: string) => void
  truncate?: (path: string) => void
  rename?: (from: string) => void
  remove?: (path: string) => void
  put?: (path: string) => void
  syncFolder?: (path: string) => void
  close?: (path: string) => void
  /** Free part of the volume. */
  free?: () => number
  /** The kernel writes at once what it may write at any time: a write is durable though nobody synced it. */
  isEager?: boolean
}

interface FileState {
  bytes: Buffer
  /** What a crash leaves of it for certain. */
  durable: Buffer
}

/** What becomes of everything that was not synced: each is asked of one page or one name. */
export type Survival = () => boolean

export interface MemoryDisk extends Disk {
  faults: DiskFaults
  /** Bytes of all files together; a write beyond fails with ENOSPC, after it took what fits. */
  capacity: number
  /** Calls so far, such as `write a.open`. */
  readonly calls: string[]
  /** Told of each such call before it does anything. */
  onCall: (number: number) => void
  /**
   * The power fails: gives the disk that the next start finds. Of what was not synced nothing is there, unless `survives` says so page
   * by page (the disk writes in an order of its own) and name by name.
   */
  crash(survives?: Survival): MemoryDisk
  files(): string[]
  bytesOf(path: string): Buffer
  setBytes(path: string, bytes: Buffer): void
}

const PAGE = 64

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

  function call(what: string, path: string): void {
    calls.push(`${what} ${basename(path)}`)
    disk.onCall(calls.length)
  }

  function used(): number {
    return [...names.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  const disk: MemoryDisk = {
    faults: {},
    capacity: Number.POSITIVE_INFINITY,
    calls,
    onCall: () => undefined,
    makeFolder: async () => undefined,
    list: async path => {
      const inside = [...names.keys()]
        .filter(name => name.startsWith(`${path}/`))
        .map(name => name.slice(path.length + 1).split('/')[0] ?? '')
      return [...new Set(inside)]
    },
    read: async path => Buffer.from(file(path).bytes),
    put: async (path, bytes) => {
      call('put', path)
      disk.faults.put?.(path)
      if (used() - (names.get(path)?.bytes.length ?? 0) + bytes.length > disk.capacity) throw failure('ENOSPC', path)
      names.set(path, { bytes: Buffer.from(bytes), durable: Buffer.from(bytes) })
    },
    create: async path => {
      call('create', path)
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
      call('write', path)
      const room = Math.max(0, disk.capacity - used())
      const taken = bytes.subarray(0, Math.min(disk.faults.write?.(bytes, path) ?? bytes.length, room))
      if (taken.length === 0 && bytes.length > 0) throw failure('ENOSPC', path)
      const grown = Buffer.alloc(Math.max(target.bytes.length, position + taken.length))
      target.bytes.copy(grown)
      taken.copy(grown, position)
      target.bytes = grown
      if (disk.faults.isEager) target.durable = Buffer.from(grown)
      return taken.length
    },
    truncate: async (fd, length) => {
      const { path, file: target } = handle(fd)
      call('truncate', path)
      disk.faults.truncate?.(path)
      target.bytes = Buffer.from(target.bytes.subarray(0, length))
    },
    syncData: async fd => {
      const { path, file: target } = handle(fd)
      call('syncData', path)
      disk.faults.syncData?.(path)
      target.durable = Buffer.from(target.bytes)
    },
    sync: async fd => {
      const { path, file: target } = handle(fd)
      call('sync', path)
      disk.faults.sync?.(path)
      target.durable = Buffer.from(target.bytes)
    },
    close: async fd => {
      const { path } = handle(fd)
      open.delete(fd)
      disk.faults.close?.(path)
    },
    syncFolder: async path => {
      call('syncFolder', path)
      disk.faults.syncFolder?.(path)
      for (const name of [...durableNames.keys()].filter(known => dirname(known) === path)) durableNames.delete(name)
      for (const [name, state] of names) if (dirname(name) === path) durableNames.set(name, state)
    },
    rename: async (from, to) => {
      call('rename', to)
      disk.faults.rename?.(from)
      names.set(to, file(from))
      names.delete(from)
    },
    remove: async path => {
      call('remove', path)
      disk.faults.remove?.(path)
      file(path)
      names.delete(path)
    },
    removeFolder: async () => undefined,
    reserve: async (path, bytes) => disk.put(path, Buffer.alloc(bytes)),
    volume: async () => {
      if (disk.capacity !== Number.POSITIVE_INFINITY) return { freeBytes: disk.capacity - used(), totalBytes: disk.capacity }
      return { freeBytes: 2 ** 50 * (disk.faults.free?.() ?? 1), totalBytes: 2 ** 50 }
    },
    crash: (survives = () => false) => {
      // Names are journaled: a file is under its old name, or its new one, but not gone between.
      const areNamesKept = survives()
      const left = new Map([...(areNamesKept ? names : durableNames)].map(([name, state]) => [name, afterCrash(state, survives)]))
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

/** Every page as it was synced, or as it was written last, or zeros where the size is there and the data is not. */
function afterCrash({ bytes, durable }: FileState, survives: Survival): FileState {
  const length = survives() ? bytes.length : durable.length
  const found = Buffer.alloc(length)
  durable.copy(found)
  for (let at = 0; at < Math.min(length, bytes.length); at += PAGE) {
    const written = bytes.subarray(at, Math.min(at + PAGE, length))
    if (!written.equals(durable.subarray(at, at + written.length)) && survives()) written.copy(found, at)
  }
  return { bytes: found, durable: Buffer.from(found) }
}

export function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
