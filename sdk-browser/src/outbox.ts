/**
 * The queue: every event is in localStorage before its task ends and leaves it when its fate is known, so a page that dies
 * loses nothing. One key holds the events of one task; the key names its owner, and whoever holds the smallest key of
 * a chunk may send it. Copies can happen (the gateway knows them by messageId), losses cannot.
 */
import type { Store } from './storage.ts'

/** A chunk is never larger than what fits one keepalive request beside its own envelope, unless one event alone is. */
const CHUNK_BYTES = 40_000
/** What the queue may take of the origin's storage, in bytes of UTF-16. A browser gives a site about ten times as much. */
export const OUTBOX_BYTES = 1_000_000
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
  readonly lines: Line[]
  /** UTF-8. */
  readonly bytes: number
  /** Of key and text in UTF-16, as storage counts. */
  readonly size: number
  /** False where storage refused it: then only this page holds it. */
  stored: boolean
  flying: boolean
}

export interface Outbox {
  /** The device's next sequence number: it rises over pages and tabs, whatever the clock does. */
  next(): number
  /** Accepts an event; it is stored when the running task ends, or by `commit`. */
  add(id: string, shared: string, text: string): void
  commit(): void
  /** The oldest chunks that may go in one request of at most `bytes`; with `atLeastOne` the first goes whatever its size. */
  take(bytes: number, atLeastOne: boolean): Chunk[]
  /** The chunks' fate is known: they leave the store. */
  settle(chunks: readonly Chunk[]): void
  /** They stay, to be taken again. */
  release(chunks: readonly Chunk[]): void
  /** Takes over what dead pages left, at once for `previous`. True: something was too young, ask again after the lease. */
  adopt(previous: string | null): boolean
  /** After a sleep in the back-forward cache: what other pages have delivered meanwhile is no longer ours. */
  reconcile(): void
  /** Bytes that are not on their way. */
  waitingBytes(): number
  /** Every line whose fate is open, and those on their way. */
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
/** By text: what an earlier page left in the store may be no JSON. The id is an event's first member. */
export const messageIdOf = (line: Line): string => /"messageId":"([^"]*)/.exec(line.text)?.[1] ?? ''
const sequenceOf = (id: string) => Number(id.slice(id.lastIndexOf('-') + 1))

export function createOutbox({ store, writeKey, owner, now, soon, committed, dropped, capacity = OUTBOX_BYTES }: OutboxEdges): Outbox {
  const prefix = `wm_q_${encodeURIComponent(writeKey)}/`
  let chunks: Chunk[] = []
  let sequence = 0
  let fresh: { id: string; shared: string; text: string }[] = []

  const keyOf = (id: string) => `${prefix}${id}/${owner}/${now().toString(36)}`

  const chunkOf = (id: string, key: string, text: string): Chunk => {
    const [shared = '', ...lines] = text.split('\n')
    const size = 2 * (text.length + key.length)
    return { id, key, shared, lines: lines.map(line => ({ text: line })), bytes: byteLength(text), size, stored: true, flying: false }
  }

  const forget = (gone: readonly Chunk[]) => {
    chunks = chunks.filter(chunk => !gone.includes(chunk))
  }

  const keepWithinCapacity = () => {
    let total = chunks.reduce((sum, chunk) => sum + chunk.size, 0)
    for (const chunk of chunks) {
      if (total <= capacity) break
      if (chunk.flying) continue
      total -= chunk.size
      store.remove(chunk.key)
      forget([chunk])
      dropped(chunk.lines)
    }
  }

  const commit = () => {
    if (!fresh.length) return
    const lines = fresh
    fresh = []
    for (let from = 0, to = 0; from < lines.length; from = to) {
      const first = lines[from]
      if (!first) break
      let text = first.shared
      for (to = from; to < lines.length; to++) {
        const line = lines[to]
        if (!line || line.shared !== first.shared || (to > from && text.length + line.text.length > CHUNK_BYTES)) break
        text += `\n${line.text}`
      }
      const chunk = chunkOf(first.id, keyOf(first.id), text)
      chunk.stored = store.set(chunk.key, text)
      chunks.push(chunk)
    }
    store.set(SEQUENCE_KEY, `${sequence}`)
    keepWithinCapacity()
    committed()
  }

  /** Another page holds this chunk under a smaller key, or holds it alone. */
  const isTaken = (chunk: Chunk, keys: readonly string[]) => {
    const [smallest] = keys.filter(key => key.startsWith(`${prefix}${chunk.id}/`)).sort()
    return smallest !== undefined && smallest !== chunk.key
  }

  return {
    next() {
      // Once a task is enough: no other tab runs in between that this one could have seen.
      if (!fresh.length) sequence = Math.max(sequence, Number(store.get(SEQUENCE_KEY)) || 0)
      return ++sequence
    },
    add(id, shared, text) {
      if (!fresh.length) soon(commit)
      fresh.push({ id, shared, text })
    },
    commit,
    take(bytes, atLeastOne) {
      const keys = store.keys()
      const taken: Chunk[] = []
      let left = bytes
      for (const chunk of chunks) {
        if (chunk.flying) continue
        if (isTaken(chunk, keys)) {
          store.remove(chunk.key)
          forget([chunk])
          continue
        }
        const fits = chunk.bytes <= left || (atLeastOne && !taken.length)
        if (!fits || (taken[0] && taken[0].shared !== chunk.shared)) break
        left -= chunk.bytes
        taken.push(chunk)
      }
      for (const chunk of taken) chunk.flying = true
      return taken
    },
    settle(done) {
      for (const chunk of done) store.remove(chunk.key)
      forget(done)
    },
    release(kept) {
      for (const chunk of kept) chunk.flying = false
    },
    adopt(previous) {
      let young = false
      for (const key of store.keys()) {
        const [id, holder, since] = key.startsWith(prefix) ? key.slice(prefix.length).split('/') : []
        if (!id || !since || holder === owner) continue
        if (holder !== previous && Math.abs(now() - Number.parseInt(since, 36)) < LEASE_MS) {
          young = true
          continue
        }
        const text = store.get(key)
        if (text === null) continue
        // Written before the other goes: a crash between the two leaves a copy, never nothing.
        const mine = keyOf(id)
        const moved = store.set(mine, text)
        if (moved) store.remove(key)
        chunks.push(chunkOf(id, moved ? mine : key, text))
      }
      chunks.sort((a, b) => sequenceOf(a.id) - sequenceOf(b.id))
      keepWithinCapacity()
      return young
    },
    reconcile() {
      chunks = chunks.filter(chunk => chunk.flying || !chunk.stored || store.get(chunk.key) !== null)
    },
    waitingBytes: () => chunks.reduce((sum, chunk) => (chunk.flying ? sum : sum + chunk.bytes), 0),
    lines: () => chunks.flatMap(chunk => chunk.lines),
    clear() {
      for (const chunk of chunks) store.remove(chunk.key)
      chunks = []
      fresh = []
    },
  }
}
