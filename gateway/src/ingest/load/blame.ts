import type { Line } from '../spool/framePayload.ts'
import { isCleanFailure, judgeLoadError } from './loadErrors.ts'

/** A row that the engine will not take, with what it said. */
export interface Refusal<L extends Line = Line> {
  readonly line: L
  readonly message: string
}

/**
 * Inserts what the engine takes and gives back what it will not: halves what fails until the rows to blame stand alone.
 * Throws when the engine, not a row, is the trouble; some rows may then be in. An error of unknown kind is only put down to a row
 * when `mayBlameUnknown`, and only if the engine took another row meanwhile.
 */
export async function insertStorable<L extends Line>(
  insert: (lines: readonly L[]) => Promise<void>,
  lines: readonly L[],
  mayBlameUnknown: boolean,
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
      const [only] = part
      if (only !== undefined && part.length === 1) {
        blamed.push({ refusal: { line: only, message: error instanceof Error ? error.message : String(error) }, error })
        return
      }
      const middle = Math.ceil(part.length / 2)
      await insertPart(part.slice(0, middle))
      await insertPart(part.slice(middle))
    }
  }

  if (lines.length > 0) await insertPart(lines)
  // Otherwise a broken engine would turn every event into a rejected one.
  const unclear = blamed.find(({ error }) => !isCleanFailure(error))
  if (stored === 0 && unclear !== undefined) throw unclear.error
  return blamed.map(({ refusal }) => refusal)
}
