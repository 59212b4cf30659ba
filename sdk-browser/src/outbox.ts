/**
 * The queue: every event is in localStorage before its task ends and leaves it when its fate is known, so a page that dies
 * loses nothing. One key holds the events of one task; the key names its owner, and whoever holds the smallest key of
 * a chunk may send it. Copies can happen (the gateway knows them by messageId), losses cannot.
 */
import type { Store } from './storage.ts'

/** A chunk with its envelope fits one keepalive request, unless one event alone does not. */
const CHUNK_BYTES = 40_000
/** What the queue may hold, in UTF-8; storage counts up to twice as much. A browser gives a site about ten times that. */
const OUTBOX_BYTES = 500_000
/** A key this old has been left by its page: a live page needs about a second. */
export const LEASE_MS = 5_000
const SEQUENCE_KEY = 'wm_n'

export interface Line {
  /** JSON of one event but for what its chunk shares. */
  readonly text: string
  fate?: 'delivered' | 'failed'
}

export interface Chunk {
  /** The messageId of its first event: `<page id>-<sequence>`. */
  readonly id: string
  /** Where it lies in the store. */
  readonly key: string
  /** JSON members of the context that all its events share. */
  readonly shared: string
  readonly lines: readonly Line[]
  readonly bytes: number
  /** False where storage refused it: then only this page holds it. */
  readonly stored: boolean
  /** 1: the page before this one sent it when it left, unless it had too much or was told to wait, and did not hear of it. 2: on its way. */
  flying: 0 | 1 | 2
}

export interface Outbox {
  /** The device's next sequence number: it rises over pages and tabs, whatever the clock does. */
  next(): number
  /** Accepts an event; it is stored when the running task ends, or by `commit`. */
  add(id: string, shared: string, text: string): void
  commit(): void
  /** The oldest chunks that go in one request of at most `bytes`; for a page that stays the first goes whatever its size. */
  take(bytes: number, stays: boolean): Chunk[]
  /** Its fate is known: it leaves the store. */
  remove(chunk: Chunk): void
  /** Takes over what dead pages left, at once for `previous`, which left this tab before. True: something was too young, ask again after the lease. */
  adopt(previous: string | null): boolean
  /** After a sleep in the back-forward cache: what other pages have taken over meanwhile is no longer ours. */
  reconcile(): void
  bytes(): number
  lines(): Line[]
  clear(): void
}

export interface OutboxEdges {
  store: Store
  writeKey: string
  /** Id of this page. */
  owner: string
  /** Wall clock, milliseconds. */
  now: () => number
  /** Runs at the end of the current task. */
  soon: (run: () => void) => void
  /** After each write. */
  committed: () => void
  /** The oldest events had to go. */
  dropped: (lines: readonly Line[]) => void
  capacity?: number
}

const utf8 = new TextEncoder()
export const byteLength = (text: string): number => utf8.encode(text).length
const sequenceOf = (chunk: Chunk) => +chunk.id.slice(chunk.id.lastIndexOf('-') + 1)

export function createOutbox({ store, writeKey, owner, now, soon, committed, dropped, capacity = OUTBOX_BYTES }: OutboxEdges): Outbox {
  const prefix = `wm_q_${encodeURIComponent(writeKey)}/`
  let chunks: Chunk[] = []
  let sequence = 0
  let fresh: [id: string, shared: string, text: string][] = []

  const bytes = () => chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)
  const remove = (gone: Chunk) => {
    store.remove(gone.key)
    chunks = chunks.filter(chunk => chunk !== gone)
  }

  /** `from`: where another page kept it. */
  const hold = (id: string, text: string, flying: 0 | 1, from = '') => {
    const key = `${prefix}${id}/${owner}/${now().toString(36)}`
    const [shared = '', ...lines] = text.split('\n')
    // Written before the other goes: a crash between the two leaves a copy, never nothing. A full store takes it only then.
    let stored = store.set(key, text)
    store.remove(from)
    stored ||= store.set(key, text)
    chunks.push({ id, key, shared, lines: lines.map(line => ({ text: line })), bytes: byteLength(text), stored, flying })
  }
  const keepWithinCapacity = () => {
    for (const chunk of chunks) {
      if (bytes() <= capacity || chunk.flying > 1) continue
      remove(chunk)
      dropped(chunk.lines)
    }
  }

  const commit = () => {
    if (!fresh.length) return
    let [first] = fresh
    let text = ''
    for (const line of [...fresh, undefined]) {
      if (first && text && (line?.[1] !== first[1] || text.length + line[2].length > CHUNK_BYTES)) {
        hold(first[0], first[1] + text, 0)
        first = line
        text = ''
      }
      text += `\n${line?.[2]}`
    }
    fresh = []
    store.set(SEQUENCE_KEY, `${sequence}`)
    keepWithinCapacity()
    committed()
  }

  return {
    next() {
      // Once a task is enough: no other tab runs in between that this one could have seen.
      if (!fresh.length) sequence = Math.max(sequence, Number(store.get(SEQUENCE_KEY)) || 0)
      return ++sequence
    },
    add(...line) {
      if (fresh.push(line) === 1) soon(commit)
    },
    commit,
    take(limit, stays) {
      const keys = store.keys().sort()
      const taken: Chunk[] = []
      let left = limit
      for (const chunk of chunks) {
        // Each of many pages that follow quickly would send again what all before it sent.
        if (chunk.flying > +stays) continue
        const holder = keys.find(key => key.startsWith(`${prefix}${chunk.id}/`)) || chunk.key
        if (holder !== chunk.key) {
          remove(chunk)
          continue
        }
        left -= chunk.bytes
        if ((left < 0 && (taken[0] || !stays)) || (taken[0] || chunk).shared !== chunk.shared) break
        chunk.flying = 2
        taken.push(chunk)
      }
      return taken
    },
    remove,
    adopt(previous) {
      let young = false
      for (const key of store.keys()) {
        const [id, holder, since] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : []
        if (!id || !since || holder === owner) continue
        if (holder !== previous && Math.abs(now() - Number.parseInt(since, 36)) < LEASE_MS) young = true
        else hold(id, store.get(key) || '', +(holder === previous) as 0 | 1, key)
      }
      chunks.sort((a, b) => sequenceOf(a) - sequenceOf(b))
      keepWithinCapacity()
      return young
    },
    reconcile() {
      chunks = chunks.filter(chunk => !chunk.stored || store.get(chunk.key))
    },
    bytes,
    lines: () => chunks.flatMap(chunk => chunk.lines),
    clear() {
      fresh = []
      for (const chunk of chunks) remove(chunk)
    },
  }
}
