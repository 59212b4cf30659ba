import { basename, dirname, join } from 'node:path'
import type { Disk } from './disk.ts'
import type { ByteRange } from './segment.ts'

export interface Damage {
  readonly file: string
  readonly ranges: number
  readonly bytes: number
  /** How many were received that stood there, where that is still known. */
  readonly events?: number
  /** Why the bytes could not be copied, or not be read; the file itself is kept as `.bad` instead of being removed. */
  readonly problem?: string
}

/** Damaged bytes of one file: reported once and kept beside it, however often the file is read. */
export interface DamageKeeper {
  /** All ranges that are known by now. Never fails: what is not damaged must not wait for it. */
  keep(file: Buffer, ranges: readonly ByteRange[], events?: number): Promise<void>
  /** Whether the file may go without taking damaged bytes with it. */
  isAllKept(): boolean
}

export function keepDamageOf(disk: Disk, path: string, onDamage: (damage: Damage) => void): DamageKeeper {
  let [reported, reportedBytes] = [0, 0]
  let kept = 0
  return {
    keep: async (file, ranges, events) => {
      if (ranges.length <= kept) return
      const copy = disk.put(badPath(path), piecesOf(path, file, ranges)).then(() => disk.syncFolder(dirname(path)))
      const problem = await copy.then(
        () => undefined,
        (cause: unknown) => String(cause),
      )
      if (problem === undefined) kept = ranges.length
      if (ranges.length <= reported) return
      const bytes = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
      const found = { ranges: ranges.length - reported, bytes: bytes - reportedBytes }
      reported = ranges.length
      reportedBytes = bytes
      onDamage({ file: path, ...found, ...(events === undefined ? {} : { events }), ...(problem === undefined ? {} : { problem }) })
    },
    isAllKept: () => kept >= reported,
  }
}

export function badPath(path: string): string {
  return join(dirname(path), `${segmentId(path)}.bad`)
}

export function segmentId(path: string): string {
  return basename(path).replace(/\.\w+$/, '')
}

/** Each range after a line that says where it was. */
function piecesOf(path: string, file: Buffer, ranges: readonly ByteRange[]): Buffer {
  return Buffer.concat(
    ranges.flatMap(({ start, end }) => [Buffer.from(`\nbytes ${start}-${end} of ${basename(path)}\n`), file.subarray(start, end)]),
  )
}
