/** Of the time, at most so much is spent on it: one part in this many. */
const SHARE = 20

/**
 * `read`, whose answer is given again for twenty times as long as it took to get: what is quick is always fresh, what holds the loader up
 * or scans the whole history is not repeated at each look. Askers at the same time share one answer; a failure is not kept.
 */
export function sparingly<T>(read: () => Promise<T>, clock: () => number): () => Promise<{ readonly value: T; readonly at: number }> {
  let kept: { readonly answer: Promise<{ value: T; at: number }>; freshUntil: number } | null = null

  return () => {
    if (kept !== null && clock() < kept.freshUntil) return kept.answer
    const at = clock()
    const answer = read().then(value => ({ value, at }))
    const mine = { answer, freshUntil: Number.POSITIVE_INFINITY }
    kept = mine
    answer.then(
      () => {
        const ended = clock()
        mine.freshUntil = ended + (ended - at) * SHARE
      },
      () => {
        mine.freshUntil = 0
      },
    )
    return answer
  }
}
