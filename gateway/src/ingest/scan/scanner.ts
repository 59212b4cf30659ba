/** Says of a usual request, from its bytes alone, what the answer needs to know of each event: that it is accepted, its message id, its print. */
import { isUtf8 } from 'node:buffer'
import type { EventType } from '@waymark/schemas/event'
import { LIMITS } from '@waymark/schemas/limits'
import { parseTime } from '../enrich/time.ts'
import { mayHoldAddress } from '../event/addressMembers.ts'
import { isBloated } from '../keep.ts'
import { mostShared } from '../request/decode.ts'
import { createReader, type Found, type Reader } from './reader.ts'
import { ENVELOPE_SLOTS } from './wire.ts'

/** A request all of whose events are accepted. It is one object for all requests: what it holds is of the last one. */
export interface Scanned {
  readonly body: Buffer
  readonly count: number
  /** By place: where the event stands in the body. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** By place: where its message id stands, which is ASCII without escapes. */
  readonly idStarts: Int32Array
  readonly idEnds: Int32Array
  /** By place: as `printOf` has it. */
  readonly prints: Int32Array
  /** Text of a member of the envelope; for an object its JSON. */
  envelope(name: keyof typeof ENVELOPE_SLOTS): string | undefined
}

export interface ScanOptions {
  /** The body is one event. */
  readonly single: boolean
  /** Of events that do not say their own. */
  readonly type?: EventType | undefined
}

/** null: nothing is sure, and the request is to be parsed. */
export type Scanner = (body: Buffer, options: ScanOptions) => Scanned | null

const MOST_SHARED = LIMITS.eventBytes / 8
/** Characters of the longest time that is read here. */
const MOST_TIME = 40

interface Mutable extends Scanned, Found {
  body: Buffer
  count: number
}

/**
 * Law: what it accepts is accepted by the judge (`event/judge.ts`), with the same ids and prints, in the same order, and may be kept as it came:
 * no address of a visitor is in it. Without a reader it accepts nothing.
 */
export function createScanner(reader: Reader | null = createReader()): Scanner {
  return reader === null ? () => null : scannerOf(reader)
}

function scannerOf({ read, found, askedCount, isWide, bodyAt }: Reader): Scanner {
  let last = found()
  const scanned: Mutable = {
    ...last,
    body: Buffer.alloc(0),
    count: 0,
    envelope(name) {
      const slot = ENVELOPE_SLOTS[name]
      const start = last.slotStarts[slot] ?? 0
      return start === 0 ? undefined : scanned.body.toString('utf8', start - bodyAt, (last.slotEnds[slot] ?? 0) - bodyAt)
    },
  }

  return (body, { single, type }) => {
    if (body.length > LIMITS.inflatedBytes) return null
    const count = read(body, single, type)
    if (count === 0) return null
    if (last !== found()) {
      last = found()
      Object.assign(scanned, last)
    }
    if (isBloated(body.length, count) || !isSharedSmall(last, body.length, count)) return null
    if (holdsAddressAround(body, last, count)) return null
    if (!areReadable(body, last.asked, askedCount()) || (isWide() && !isUtf8(body))) return null
    scanned.body = body
    scanned.count = count
    return scanned
  }
}

/** What the batch says once is weighed with each event. */
function isSharedSmall({ slotStarts, slotEnds }: Found, bodyBytes: number, count: number): boolean {
  const { context, integrations } = ENVELOPE_SLOTS
  let bytes = 0
  for (const slot of [context, integrations]) if (slotStarts[slot] !== 0) bytes += (slotEnds[slot] ?? 0) - (slotStarts[slot] ?? 0)
  return (bodyBytes <= LIMITS.eventBytes || bytes <= MOST_SHARED) && (2 * bytes + 16) * count <= mostShared(bodyBytes, count)
}

/** Members beside the batch that nobody reads are no part of a body that is written anew; those of events are. */
function holdsAddressAround(body: Buffer, { starts, ends }: Found, count: number): boolean {
  return mayHoldAddress(body.subarray(0, starts[0])) || mayHoldAddress(body.subarray(ends[count - 1]))
}

/** Of two times the first counts, where it can be read. */
function areReadable(body: Buffer, asked: Int32Array, count: number): boolean {
  for (let place = 0; place < count; place++) {
    const start = asked[2 * place] ?? 0
    const end = asked[2 * place + 1] ?? 0
    if (end - start > MOST_TIME || parseTime(body.toString('latin1', start, end)) === null) return false
  }
  return true
}
