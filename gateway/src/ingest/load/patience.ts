/** How a loader waits for an engine that is away. */
import type { Database } from '../../db/open.ts'

const LONGEST_WAIT_MS = 5000
const ASK_MS = 5000

/** Whether the engine can be asked anything at all: a small question, not a whole batch again and again. */
export function answers({ client }: Database): Promise<boolean> {
  return client.ping({ select: true, abort_signal: AbortSignal.timeout(ASK_MS) }).then(
    ({ success }) => success,
    () => false,
  )
}

/** 100 ms, 200 ms, … at most 5 s. */
export function doubling(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, 50 * 2 ** Math.min(failures, 10))
}
