/** Requests that are built once and then sent again and again, each time with message ids that were never sent before. */
import type { Event } from '@waymark/schemas/event'

export interface RequestBuilder {
  /** Of each request. */
  readonly bytes: number
  /** The next request of a connection. The bytes are the same buffer each time: only one may be under way. */
  next(): Buffer
  /** Message id of the last event of the request that was given last. */
  lastId(): string
}

/** Of the id: `b-`, run, connection, and then the part that is counted. */
const COUNTED_DIGITS = 12
const SENT_AT = '2026-01-01T00:00:00.000Z'

export function createRequests({
  events,
  run,
  connection,
  writeKey,
  now,
}: {
  events: readonly Event[]
  /** Six characters that no other run has. */
  run: string
  connection: number
  writeKey: string
  now: () => number
}): RequestBuilder {
  const prefix = `b-${run}-${String(connection).padStart(4, '0')}-`
  const marked = events.map((event, place) => ({ ...event, messageId: `${prefix}${String(place).padStart(COUNTED_DIGITS, '#')}` }))
  const body = Buffer.from(JSON.stringify({ writeKey, batch: marked, sentAt: SENT_AT }))
  const head = [
    'POST /v1/batch HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: text/plain',
    'User-Agent: Mozilla/5.0 (bench)',
    `Content-Length: ${body.length}`,
  ]
  const request = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
  const places = placesOf(request, prefix)
  const sentAtPlace = request.lastIndexOf(SENT_AT)
  let counted = 0
  let stampedAt = 0

  return {
    bytes: request.length,
    next() {
      for (const place of places) writeDigits(request, place, ++counted)
      // Once a millisecond is enough, and cheaper than the clock's text.
      const at = now()
      if (at !== stampedAt) request.write(new Date(at).toISOString(), sentAtPlace, 'latin1')
      stampedAt = at
      return request
    },
    lastId: () => `${prefix}${String(counted).padStart(COUNTED_DIGITS, '0')}`,
  }
}

function placesOf(request: Buffer, prefix: string): number[] {
  const places: number[] = []
  for (let at = request.indexOf(prefix); at !== -1; at = request.indexOf(prefix, at + 1)) places.push(at + prefix.length)
  return places
}

function writeDigits(bytes: Buffer, place: number, value: number): void {
  let rest = value
  for (let digit = COUNTED_DIGITS - 1; digit >= 0; digit--) {
    bytes[place + digit] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
}
