import { createHash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileLock, type Lock, socketLock } from './db/engine/lock.ts'

const POLL_MS = 20
/** Whoever has a turn looks and writes a file; one that asks gateways which hang needs some seconds. */
const PATIENCE_MS = 15_000

/**
 * Waits until no other process on the folder does what is called so; resolves with what ends this turn, or with null when the others take too
 * long (one of them was stopped in the middle). A process that dies has no turn any more.
 */
export async function folderTurn(dataDir: string, what: string, patienceMs = PATIENCE_MS): Promise<(() => Promise<void>) | null> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const lock = lockOf(await realpath(dataDir), what)
  for (const deadline = performance.now() + patienceMs; ; await wait(POLL_MS)) {
    if (await lock.take()) return () => lock.release()
    if (performance.now() > deadline) return null
  }
}

function lockOf(folder: string, what: string): Lock {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 32)
  return process.platform === 'linux' ? socketLock(`waymark-${what}-${hash}`) : fileLock(join(folder, `${what}.lock`))
}
