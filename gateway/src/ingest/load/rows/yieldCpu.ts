import { readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'

/** Above that of the process: half of a share of a busy core, and all of an idle one. */
const NICENESS = 3

/**
 * Lets every other thread of the process go first, above all the one that answers requests: what waits in the spool is safe already.
 * Linux alone tells threads apart; elsewhere, and where it is not allowed, nothing happens.
 */
export function yieldCpu(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    setPriority(thread, Math.min(constants.priority.PRIORITY_LOW, getPriority(thread) + NICENESS))
  } catch {
    // No /proc, or no such right: the thread works on as it is.
  }
}
