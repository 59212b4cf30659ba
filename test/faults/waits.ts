/** What a fault waits for at the moment: one that does not end in time says so, instead of nothing. */
interface Wait {
  readonly what: string
  readonly since: number
  last: string
}

const waits = new Set<Wait>()

/** Does `work`, which may tell what it saw last. */
export async function waitingFor<T>(what: string, work: (tell: (seen: string) => void) => Promise<T>): Promise<T> {
  const wait: Wait = { what, since: performance.now(), last: '' }
  waits.add(wait)
  try {
    return await work(seen => {
      wait.last = seen
    })
  } finally {
    waits.delete(wait)
  }
}

/** One sentence each, the oldest first. */
export function waitsNow(): string[] {
  return [...waits].map(({ what, since, last }) => {
    const seconds = Math.round((performance.now() - since) / 1000)
    return `waits for ${what} since ${seconds} s${last === '' ? '' : `; last: ${last}`}`
  })
}
