/** A call as the text that travels: made once, at the time of the call, and never again. */
import type { EventType } from '@waymark/schemas/event'
import { LIMITS } from '@waymark/schemas/limits'
import type { ErrorCode } from './api.ts'

export interface Written {
  readonly messageId: string
  readonly text: string
  /** UTF-8 bytes of `text`. */
  readonly bytes: number
}

export interface Unwritable {
  readonly code: ErrorCode
  readonly messageId: string
  readonly message: string
}

/** Without one of these no gateway could take the event. */
const NEEDS: { readonly [type in EventType]: readonly string[] } = {
  track: ['event'],
  page: [],
  screen: [],
  identify: [],
  group: ['groupId'],
  alias: ['previousId', 'userId'],
}

/** What the caller's message must not have the last word on. */
const OURS = ['type', 'messageId', 'timestamp', 'sentAt'] as const

// The caller may have no types: any value can arrive.
type Given = { readonly [key: string]: unknown }

const isGiven = (value: unknown) =>
  (typeof value === 'string' && value.trim() !== '') || (typeof value === 'number' && Number.isFinite(value))

export function createWriter({ uuid, now }: { uuid: () => string; now: () => number }) {
  return (type: EventType, message: unknown): Written | Unwritable => {
    const id = uuid()
    const given = message as Given
    try {
      const fault = faultOf(type, given)
      if (fault !== undefined) return { code: 'invalid_call', messageId: id, message: `${type}: ${fault}` }
      const messageId = typeof given.messageId === 'string' && given.messageId !== '' ? given.messageId : id
      const timestamp = given.timestamp ?? new Date(now()).toISOString()
      const ours = { type, messageId, timestamp }
      // `sentAt` is said by each attempt for its whole batch. On Node 20 a spread costs a third where it comes last.
      const text = JSON.stringify(OURS.some(name => name in given) ? { ...given, ...ours, sentAt: undefined } : { ...ours, ...given })
      const bytes = Buffer.byteLength(text)
      if (bytes <= LIMITS.eventBytes) return { messageId, text, bytes }
      return {
        code: 'event_too_large',
        messageId,
        message: `${type}: the event has ${bytes} bytes of JSON, at most ${LIMITS.eventBytes} are taken. Send less in it.`,
      }
    } catch (error) {
      // A getter or `toJSON` of the caller, a cycle, a BigInt.
      return { code: 'invalid_call', messageId: id, message: `${type}: the message cannot be written as JSON (${textOf(error)}).` }
    }
  }
}

function faultOf(type: EventType, given: Given): string | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'the first argument has to be an object.'
  for (const name of NEEDS[type]) if (!isGiven(given[name])) return `${name} is missing. Pass a text that is not empty.`
  if (!isGiven(given.userId) && !isGiven(given.anonymousId)) return 'userId or anonymousId is missing. Pass one of them.'
  const { timestamp, messageId } = given
  if ((timestamp instanceof Date || typeof timestamp === 'number') && Number.isNaN(Number(timestamp))) {
    return 'timestamp is no time. Pass a Date, an ISO 8601 text or milliseconds.'
  }
  if (messageId !== undefined && messageId !== null && (typeof messageId !== 'string' || messageId.length > LIMITS.messageIdChars)) {
    return `messageId has to be a text of at most ${LIMITS.messageIdChars} characters.`
  }
  return undefined
}

/** Even what was thrown may refuse to become text. */
function textOf(error: unknown): string {
  return error instanceof Error ? String(error.message) : typeof error
}
