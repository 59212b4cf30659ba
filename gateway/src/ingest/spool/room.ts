import { join } from 'node:path'
import { type Disk, isCode } from './disk.ts'
import type { SpoolLimits } from './spoolLimits.ts'

/** Space on the volume of the spool, with a file in reserve that can be given up. */
export interface Room {
  /** False when nothing more should be written. */
  isLeft(): boolean
  freeBytes(): number | null
  /** Bytes that all processes together may keep. */
  maxBytes(): number
  /** Asks the volume, unless it has not answered yet; makes the reserve again when there is space for it. Never fails. */
  look(): Promise<void>
  /** Tells of a write that failed. For want of space, the reserve is given up. Never fails. */
  failed(error: unknown): Promise<void>
}

export const BALLAST = 'ballast'

export interface RoomEdges {
  readonly disk: Disk
  /** Of this process: holds the reserve. */
  readonly folder: string
  readonly limits: Pick<SpoolLimits, 'maxBytes' | 'maxFraction' | 'minFreeFraction' | 'ballastBytes'>
}

export function createRoom({ disk, folder, limits }: RoomEdges): Room {
  const { ballastBytes, minFreeFraction, maxFraction } = limits
  const ballast = join(folder, BALLAST)
  let isLeft = true
  let freeBytes: number | null = null
  let maxBytes = limits.maxBytes
  let hasBallast = false
  let turn: Promise<void> = Promise.resolve()
  let looking: Promise<void> | null = null

  /** One at a time: a slow volume must not have its reserve made and given up at once. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    turn = turn.then(work)
    return turn
  }

  async function giveUpBallast(): Promise<void> {
    if (ballastBytes === 0) return
    hasBallast = false
    await disk.remove(ballast).catch(() => undefined)
  }

  /** What is free with the reserve in place, or null when there is no space for it. */
  async function withBallast(free: number, floor: number): Promise<number | null> {
    if (hasBallast || ballastBytes === 0) return free
    // One that an earlier life left is counted as used already.
    const isThere = (await disk.list(folder).catch(() => [] as string[])).includes(BALLAST)
    const left = isThere ? free : free - ballastBytes
    if (left < floor) return null
    try {
      await disk.reserve(ballast, ballastBytes)
      hasBallast = true
      return left
    } catch {
      // Half of it would only take space.
      await giveUpBallast()
      return null
    }
  }

  async function look(): Promise<void> {
    const volume = await disk.volume(folder).catch(() => null)
    // A volume that cannot tell is taken as it is: the write itself will say.
    if (volume === null) return
    const floor = volume.totalBytes * minFreeFraction
    maxBytes = Math.min(limits.maxBytes, volume.totalBytes * maxFraction)
    freeBytes = volume.freeBytes
    const free = await withBallast(volume.freeBytes, floor)
    isLeft = free !== null && free >= floor
    // Others have filled the volume: the loader needs some of it to empty the spool.
    if (hasBallast && volume.freeBytes < ballastBytes / 4) await giveUpBallast()
  }

  return {
    isLeft: () => isLeft,
    freeBytes: () => freeBytes,
    maxBytes: () => maxBytes,
    // A volume that hangs for an hour is not asked thousands of times when it wakes up.
    look: () => {
      looking ??= inTurn(look).finally(() => {
        looking = null
      })
      return looking
    },
    failed: error => {
      if (!isCode(error, 'ENOSPC') && !isCode(error, 'EDQUOT')) return Promise.resolve()
      isLeft = false
      return inTurn(giveUpBallast)
    },
  }
}
