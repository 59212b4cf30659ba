import type { Database } from '../../gateway/src/db/open.ts'

/** Calls that change what is stored. */
const WRITES = ['command', 'insert', 'exec']

/**
 * A database whose n-th write is the last thing that the process does: it is sent and answered, and nobody is told. `onWrite` hears of each.
 */
export function dyingDatabase(db: Database, times: number, die: () => Promise<never>, onWrite: () => void = () => undefined): Database {
  let left = times
  const client = new Proxy(db.client, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown
      if (typeof value !== 'function') return value
      if (!WRITES.includes(String(name))) return value.bind(target)
      return async (...given: unknown[]) => {
        const answer: unknown = await value.apply(target, given)
        onWrite()
        return --left <= 0 ? die() : answer
      }
    },
  })
  return { ...db, client }
}
