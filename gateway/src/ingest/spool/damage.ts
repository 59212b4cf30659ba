import { basename, dirname, join } from 'node:path'
import type { Disk } from './disk.ts'
import type { ByteRange } from './segment.ts'

export interface Damage {
  readonly file: string
  readonly ranges: number
  readonly bytes: number
  /** Why the bytes could not be copied, or not be read; the file itself is kept as `.bad` instead of being removed. */
  readonly problem?: string
}

/** Damaged bytes of one file: reported once and kept beside it, however often the file is read. */
export interface DamageKeeper {
  /** Never fails: what is not damaged must not wait for it. */
  keep(file: Buffer, ranges: readonly ByteRange[]): Promise<void>
  /** Whether the file may go without taking damaged bytes with it. */
  isAllKept(): boolean
}

export function keepDamageOf(disk: Disk, path: string, onDamage: (damage: Damage) => void): DamageKeeper {
  let reported = 0
  let kept = 0
  return {
    keep: async (file, ranges) => {
      if (ranges.length <= kept) return
      const copy = disk.put(badPath(path), piecesOf(path, file, ranges)).then(() => disk.syncFolder(dirname(path)))
      const problem = await copy.then(
        () => undefined,
        (cause: unknown) => String(cause),
      )
      if (problem === undefined) kept = ranges.length
      if (ranges.length <= reported) return
      reported = ranges.length
      const bytes = ranges.reduce((sum, { start, end }) => sum + end - start, 0)
      onDamage({ file: path, ranges: ranges.length, bytes, ...(problem === undefined ? {} : { problem }) })
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
