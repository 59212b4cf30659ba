import type { EventType } from '@waymark/schemas/event'
import { expect } from 'vitest'
import { createJudge } from '../event/judge.ts'
import { keptOf } from '../keep.ts'
import { WEB } from '../receive.fixture.ts'
import { parseBody } from '../request/decode.ts'
import { createScanner } from './scanner.ts'

/** One scanner for all tests of a file, as a gateway has one for all requests. */
export const scan = createScanner()

export interface How {
  readonly single?: boolean
  readonly type?: EventType
}

export const bytesOf = (body: unknown) => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))

export function isScanned(body: unknown, { single = false, type }: How = {}): boolean {
  return scan(bytesOf(body), { single, type }) !== null
}

/** What parsing and judging make of a body; throws where a request is refused. */
function judged(body: Buffer, { single = false, type }: How) {
  const envelope = parseBody(body, { single })
  const { context, integrations, sentAt, events, bytes, texts } = envelope
  const shared = {
    ...(context === undefined ? {} : { context }),
    ...(integrations === undefined ? {} : { integrations }),
    ...(type === undefined ? {} : { type }),
    sentAt,
  }
  const judge = createJudge({ ...shared, bytes, texts })
  const accepted = events.map((given, index) => {
    const verdict = judge(given)
    if (!verdict.ok) throw new Error(`event ${index}: ${verdict.flaw.message}`)
    return { event: verdict.event, index, print: verdict.print, messageId: verdict.event.messageId ?? '' }
  })
  const request = { source: WEB, events, shared, body: envelope.body, bytes, userAgent: '', isHistorical: false }
  const kept = keptOf(accepted, request, 0)
  return { envelope, events, kept, ids: accepted.map(one => one.messageId), prints: accepted.map(one => one.print) }
}

/** Holds what the scanner says of a body to what parsing says; gives whether it said anything. */
export function check(body: Buffer, how: How = {}): boolean {
  const { single = false, type } = how
  const scanned = scan(body, { single, type })
  if (scanned === null) return false
  const { count, idStarts, idEnds, starts, ends, prints } = scanned
  const places = Array.from({ length: count }, (_, place) => place)
  const slices = places.map(place => JSON.parse(body.toString('utf8', starts[place], ends[place])) as unknown)
  const truth = judged(body, how)
  expect(places.map(place => body.toString('utf8', idStarts[place], idEnds[place]))).toEqual(truth.ids)
  expect(places.map(place => prints[place])).toEqual(truth.prints)
  expect(truth.ids).not.toContain('')
  expect(slices).toEqual(truth.events)
  expect(truth.kept?.body).toBe(truth.envelope.body)
  expect(truth.envelope.body).toBe(body)
  expect(scanned.envelope('writeKey')).toBe(truth.envelope.writeKey)
  expect(scanned.envelope('source')).toBe(truth.envelope.source)
  expect(scanned.envelope('sentAt')).toBe(truth.envelope.sentAt)
  const parsed = (name: 'context' | 'integrations') => {
    const json = scanned.envelope(name)
    return json === undefined ? undefined : (JSON.parse(json) as unknown)
  }
  if (!single) {
    expect(parsed('context')).toEqual(truth.envelope.context)
    expect(parsed('integrations')).toEqual(truth.envelope.integrations)
  }
  return true
}

/** One that the scanner takes. */
export const event = (more: { [key: string]: unknown } = {}) => ({ type: 'track', event: 'Tested', userId: 'u', messageId: 'm', ...more })

export const batchOf = (...batch: unknown[]) => ({ batch })
