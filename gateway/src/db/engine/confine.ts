import { closeSync, openSync } from 'node:fs'
import { DataType, load, open } from 'ffi-rs'

/** Numbers of the kernel's calls: the same on x64 and arm64. */
const CREATE_RULESET = 444
const ADD_RULE = 445
const RESTRICT_SELF = 446
const ASK_VERSION = 1
const PATH_BENEATH = 1
const NO_NEW_PRIVILEGES = 38

/** What the kernel tells of this process and the machine; not /proc as a whole, which has the environment of our parent. */
const READABLE = ['/proc/self', '/proc/sys', '/sys']
const READABLE_FILES = ['/proc/meminfo', '/proc/cpuinfo', '/proc/stat', '/proc/loadavg', '/dev/urandom', '/dev/null']

const READ_FILE = 1n << 2n
const READ_FOLDER = 1n << 3n
/** Every right on files that version 2 knows; version 3 adds truncation. */
const ALL_RIGHTS = (1n << 14n) - 1n
const TRUNCATE = 1n << 14n
const CONNECT_TCP = 1n << 1n

/**
 * From now on this thread, and every one it starts, may use the files below `folder`, read what the kernel tells of this process, and connect to
 * nothing. SQL's scalar `file()` asks for no right that a user could be denied, so the kernel has to. Needs Landlock 2 (Linux 5.19); false
 * where there is none. Sources: landlock(7), linux/landlock.h.
 */
export function confine(folder: string): boolean {
  if (process.platform !== 'linux') return false
  open({ library: 'libc', path: 'libc.so.6' })
  const version = syscall([CREATE_RULESET, null, 0, ASK_VERSION])
  if (version < 2) return false

  const every = version >= 3 ? ALL_RIGHTS | TRUNCATE : ALL_RIGHTS
  const ruleset = syscall([CREATE_RULESET, bytes(every, version >= 4 ? CONNECT_TCP : 0n), version >= 4 ? 16 : 8, 0])
  if (ruleset < 0) return false
  allow(ruleset, folder, every)
  for (const path of READABLE) allow(ruleset, path, READ_FILE | READ_FOLDER)
  for (const path of READABLE_FILES) allow(ruleset, path, READ_FILE)

  call('prctl', [NO_NEW_PRIVILEGES, 1, 0, 0, 0])
  const isConfined = syscall([RESTRICT_SELF, ruleset, 0]) === 0
  closeSync(ruleset)
  return isConfined
}

function allow(ruleset: number, path: string, rights: bigint): void {
  const file = openSync(path, 'r')
  syscall([ADD_RULE, ruleset, PATH_BENEATH, Buffer.concat([bytes(rights), int32(file)]), 0])
  closeSync(file)
}

type Argument = number | Buffer | null

function syscall(values: readonly Argument[]): number {
  return call('syscall', values)
}

function call(name: string, values: readonly Argument[]): number {
  const paramsType = values.map(value => (value instanceof Buffer ? DataType.U8Array : DataType.I64))
  return load({ library: 'libc', funcName: name, retType: DataType.I64, paramsType, paramsValue: values.map(value => value ?? 0) })
}

function bytes(...numbers: readonly bigint[]): Buffer {
  return Buffer.concat(
    numbers.map(number => {
      const eight = Buffer.alloc(8)
      eight.writeBigUInt64LE(number)
      return eight
    }),
  )
}

function int32(number: number): Buffer {
  const four = Buffer.alloc(4)
  four.writeInt32LE(number)
  return four
}
