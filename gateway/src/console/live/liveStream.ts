import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Context } from 'hono'
import { type SSEMessage, type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { LiveFeed, LiveFilter } from '../../ingest/live/feed.ts'
import { isStillSignedIn } from '../signIn/signInRoutes.ts'
import { shown } from './shown.ts'

export interface LiveStreamDeps {
  readonly feed: LiveFeed
  /** Aborted when the gateway stops: the streams end. */
  readonly stopping: AbortSignal
  /** Told how many streams are open, whenever that changes. */
  readonly onOpen?: (open: number) => void
  /** Milliseconds between two batches. */
  readonly everyMs?: number
  /** Milliseconds after which a reader that takes nothing is dropped. */
  readonly patienceMs?: number
}

const MOST_STREAMS = 20
const MOST_ENTRIES = 50
/** Rounds between two signs of life. */
const PULSE_ROUNDS = 4

/** Text to go on from: which feed, and how far it was read. */
export function placeOf(feed: LiveFeed, last: number): string {
  return `${feed.id}-${last}`
}

/**
 * Answers with a stream of what comes into the feed. Nothing is queued for a reader: each batch is read from the feed when the one
 * before is gone, so a slow reader gets fewer entries and a larger count of the others.
 */
export function createLiveStreams({ feed, stopping, onOpen = () => undefined, everyMs = 250, patienceMs = 15_000 }: LiveStreamDeps) {
  const open = new Set<SSEStreamingApi>()

  return (c: Context, filter: LiveFilter): Response => {
    if (open.size >= MOST_STREAMS) return c.text(`Refused: ${MOST_STREAMS} live pages are open already. Close one of them.`, 503)
    const response = streamSSE(c, async stream => {
      open.add(stream)
      onOpen(open.size)
      try {
        await tell(c, stream, filter)
      } finally {
        open.delete(stream)
        onOpen(open.size)
      }
    })
    // The connection ends with the stream: kept open for a next request, it would hold up a gateway that stops.
    response.headers.set('Connection', 'close')
    response.headers.set('Cache-Control', 'no-store')
    response.headers.set('X-Accel-Buffering', 'no')
    return response
  }

  async function tell(c: Context, stream: SSEStreamingApi, filter: LiveFilter): Promise<void> {
    const isGone = () => stream.aborted || stopping.aborted
    const send = (message: SSEMessage) => sendWithin(c, stream, message, AbortSignal.any([stopping, AbortSignal.timeout(patienceMs)]))
    let after = readPlace(feed, c.req.header('last-event-id') ?? c.req.query('after') ?? '')
    for (let round = 0; !isGone(); round = (round + 1) % PULSE_ROUNDS) {
      if (!(await isStillSignedIn(c))) return send({ event: 'signed-out', data: '' })
      const { entries, more, last } = feed.since(after, filter, MOST_ENTRIES)
      if (entries.length + more > 0)
        await send({ event: 'entries', id: placeOf(feed, last), data: JSON.stringify({ entries: entries.map(shown), more }) })
      after = last
      if (round === 0) await send({ event: 'pulse', data: feed.perSecond().toFixed(1) })
      await wait(everyMs)
    }
  }
}

/** A reader that does not take a message in time is cut off, with what the socket holds for it. */
async function sendWithin(c: Context, stream: SSEStreamingApi, message: SSEMessage, limit: AbortSignal): Promise<void> {
  const late = Promise.withResolvers<'late'>()
  const giveUp = () => late.resolve('late')
  limit.addEventListener('abort', giveUp, { once: true })
  const outcome = await Promise.race([stream.writeSSE(message), late.promise])
  limit.removeEventListener('abort', giveUp)
  if (outcome !== 'late') return
  stream.abort()
  const { outgoing } = (c.env ?? {}) as { readonly outgoing?: ServerResponse }
  outgoing?.destroy()
}

/** From the start for a place of another feed: everything there is came after it. */
function readPlace(feed: LiveFeed, place: string): number {
  const [, id, seq] = /^([0-9a-z]+)-(\d{1,15})$/.exec(place) ?? []
  return id === feed.id ? Number(seq) : 0
}
