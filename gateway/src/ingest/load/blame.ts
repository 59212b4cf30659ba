import type { Line } from '../spool/framePayload.ts'
import { isCleanFailure, judgeLoadError } from './loadErrors.ts'

/** A row that the engine will not take, with what it said. */
export interface Refusal<L extends Line = Line> {
  readonly line: L
  readonly message: string
}

/** Of these lines those that the table does not hold. */
export type LookForMissing<L extends Line> = (lines: readonly L[]) => Promise<readonly L[]>

/**
 * Inserts what the engine takes and gives back what it will not: halves what fails until the rows to blame stand alone. What a failed insert
 * carried is looked up before any of it goes in again or is blamed: a month, a shard, or all of it may be in, for a view behind the table can
 * fail as well. Throws when the engine, not a row, is the trouble; some rows may then be in. An error of unknown kind is only put down to a row
 * when `mayBlameUnknown`, and only if the engine took another row meanwhile.
 */
export async function insertStorable<L extends Line>(
  insert: (lines: readonly L[]) => Promise<void>,
  lines: readonly L[],
  mayBlameUnknown: boolean,
  missing: LookForMissing<L>,
): Promise<Refusal<L>[]> {
  const blamed: { refusal: Refusal<L>; error: unknown }[] = []
  let stored = 0

  async function insertPart(part: readonly L[]): Promise<void> {
    try {
      await insert(part)
      stored += part.length
    } catch (error) {
      const kind = judgeLoadError(error)
      if (kind === 'retry' || (kind === 'unknown' && !mayBlameUnknown)) throw error
      const left = await missing(part)
      stored += part.length - left.length
      const [only] = left
      if (only !== undefined && part.length === 1) {
        blamed.push({ refusal: { line: only, message: error instanceof Error ? error.message : String(error) }, error })
        return
      }
      const middle = Math.ceil(left.length / 2)
      for (const half of [left.slice(0, middle), left.slice(middle)]) if (half.length > 0) await insertPart(half)
    }
  }

  if (lines.length > 0) await insertPart(lines)
  // Otherwise a broken engine would turn every event into a rejected one.
  const unclear = blamed.find(({ error }) => !isCleanFailure(error))
  if (stored === 0 && unclear !== undefined) throw unclear.error
  return blamed.map(({ refusal }) => refusal)
}
