import { pointer } from '../../ingest/event/sanitise.ts'

/** A mistake in a plan, or (`warning`) what is probably one. */
export interface PlanProblem {
  readonly level: 'error' | 'warning'
  /** JSON pointer into the plan. */
  readonly path: string
  readonly message: string
}

/** Takes problems at places told as steps. */
export interface Notes {
  error(path: readonly string[], message: string): undefined
  warn(path: readonly string[], message: string): undefined
}

const MOST_PROBLEMS = 100

export function createNotes(): Notes & { readonly found: PlanProblem[] } {
  const found: PlanProblem[] = []
  const note =
    (level: PlanProblem['level']) =>
    (path: readonly string[], message: string): undefined => {
      if (found.length < MOST_PROBLEMS) found.push({ level, path: pointer(path), message })
    }
  return { found, error: note('error'), warn: note('warning') }
}

/** The known word that a mistyped one most likely is; '' when none is near. */
export function meant(word: string, known: readonly string[]): string {
  const near = known
    .map(one => ({ one, far: distance(word.slice(0, 40).toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0]
  return near !== undefined && near.far <= Math.max(1, Math.floor(near.one.length / 3)) ? `; did you mean “${near.one}”` : ''
}

/** Levenshtein's. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const swap = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
