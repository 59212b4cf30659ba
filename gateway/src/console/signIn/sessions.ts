import { createHash, randomBytes } from 'node:crypto'

/** A signed-in browser is signed out after this long, busy or not. */
export const SESSION_MS = 12 * 3_600_000
const MOST_SESSIONS = 1000

export interface Sessions {
  /** A new 256-bit id; only ids made here are ever good, so none can be planted in a browser beforehand. */
  open(): string
  isOpen(id: string | undefined): boolean
  close(id: string | undefined): void
}

/** Sessions live in memory: a restart signs everyone out. Only hashes are kept. */
export function createSessions(now: () => number): Sessions {
  const ends = new Map<string, number>()

  function forgetOld(): void {
    for (const [hash, end] of ends) if (end <= now()) ends.delete(hash)
    const [oldest] = ends.keys()
    if (ends.size >= MOST_SESSIONS && oldest !== undefined) ends.delete(oldest)
  }

  return {
    open() {
      forgetOld()
      const id = randomBytes(32).toString('base64url')
      ends.set(hashed(id), now() + SESSION_MS)
      return id
    },
    isOpen: id => id !== undefined && (ends.get(hashed(id)) ?? 0) > now(),
    close(id) {
      if (id !== undefined) ends.delete(hashed(id))
    },
  }
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('base64')
}
