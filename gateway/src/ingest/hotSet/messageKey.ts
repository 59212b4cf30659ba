import { createHash } from 'node:crypto'
import { LIMITS } from '@waymark/schemas/limits'
import { type Chaskey, createChaskey } from './chaskey.ts'

/**
 * Four words that stand for a message id of a source. The ids of one source that are UUIDs as they are usually written have different
 * ones; any other two have the same with a chance of 2^-128, which nobody without the secret can better. The first is never 0.
 */
export interface MessageKeys {
  /** Leaves the words in the first four places of what it returns, until the next call. */
  of(sourceId: string, messageId: string): Int32Array
  /** The same of an id that stands there as ASCII. */
  ofBytes(sourceId: string, bytes: Uint8Array, start: number, end: number): Int32Array
}

interface SourceKeys {
  readonly uuids: Chaskey
  readonly texts: Chaskey
}

/** Imports name their sources themselves; the keys of a source are cheap to find again. */
const MOST_SOURCES = 1000

const MOST_UTF8 = 4

/** `secret`: random bytes that nobody outside the process knows. */
export function createMessageKeys(secret: Uint8Array): MessageKeys {
  let words = new Int32Array(wordsFor(LIMITS.messageIdChars))
  // With room for one more character: what is cut off must not come to as many bytes as there are characters.
  const narrow = Buffer.alloc(LIMITS.messageIdChars + MOST_UTF8)
  const bySource = new Map<string, SourceKeys>()

  function keysOf(sourceId: string): SourceKeys {
    const known = bySource.get(sourceId)
    if (known !== undefined) return known
    if (bySource.size >= MOST_SOURCES) bySource.clear()
    const digest = createHash('sha256').update(secret).update(sourceId).digest()
    const key = Int32Array.from({ length: 8 }, (_, index) => digest.readInt32LE(index * 4))
    const made = { uuids: createChaskey(key.slice(0, 4)), texts: createChaskey(key.slice(4)) }
    bySource.set(sourceId, made)
    return made
  }

  function ofBytes(sourceId: string, bytes: Uint8Array, start: number, end: number): Int32Array {
    const { uuids, texts } = keysOf(sourceId)
    if (end - start > LIMITS.messageIdChars) words = new Int32Array(wordsFor(end - start))
    if (readUuid(bytes, start, end, words)) uuids.hash(words, 4)
    else texts.hash(words, readNarrow(bytes, start, end, words))
    return marked(words)
  }

  return {
    of(sourceId, messageId) {
      const isShort = messageId.length <= LIMITS.messageIdChars
      // UTF-8 of as many bytes as there are characters is ASCII, as almost every id is.
      if (isShort && narrow.write(messageId) === messageId.length) return ofBytes(sourceId, narrow, 0, messageId.length)
      if (!isWide(messageId)) {
        const bytes = isShort ? narrow : Buffer.alloc(messageId.length)
        return ofBytes(sourceId, bytes, 0, bytes.write(messageId, 0, 'latin1'))
      }
      if (messageId.length > LIMITS.messageIdChars) words = new Int32Array(wordsFor(messageId.length))
      keysOf(sourceId).texts.hash(words, readWide(messageId, words))
      return marked(words)
    },
    ofBytes,
  }
}

/** 0 marks a free place. */
function marked(words: Int32Array): Int32Array {
  if (words[0] === 0) words[0] = 1
  return words
}

/** Whole blocks of four, the length and a mark at the end included. */
function wordsFor(characters: number): number {
  return 4 * Math.ceil((2 + characters / 2) / 4)
}

const DASH = 45
const DASHES = [8, 13, 18, 23]
/** Where its digits stand, four at a time. */
const FOURS = [0, 4, 9, 14, 19, 24, 28, 32]
/** By byte; -1 where it is no digit. Capitals are none: another spelling is another id. */
const DIGITS = Int8Array.from({ length: 256 }, (_, code) => '0123456789abcdef'.indexOf(String.fromCharCode(code)))

function readUuid(bytes: Uint8Array, start: number, end: number, into: Int32Array): boolean {
  if (end - start !== 36) return false
  for (const dash of DASHES) if (bytes[start + dash] !== DASH) return false
  let flaws = 0
  for (let word = 0; word < 4; word++) {
    const high = fourDigits(bytes, start + (FOURS[2 * word] ?? 0))
    const low = fourDigits(bytes, start + (FOURS[2 * word + 1] ?? 0))
    flaws |= high | low
    into[word] = (high << 16) | low
  }
  return flaws >= 0
}

/** Negative where one of them is no digit. */
function fourDigits(bytes: Uint8Array, at: number): number {
  return (digit(bytes[at]) << 12) | (digit(bytes[at + 1]) << 8) | (digit(bytes[at + 2]) << 4) | digit(bytes[at + 3])
}

function digit(byte: number | undefined): number {
  return DIGITS[byte ?? 0] ?? -1
}

function isWide(text: string): boolean {
  let all = 0
  for (let index = 0; index < text.length; index++) all |= text.charCodeAt(index)
  return all > 255
}

/** Length, then the characters, four to a word. Answers how many words there are. */
function readNarrow(bytes: Uint8Array, start: number, end: number, into: Int32Array): number {
  const wholeWords = end - ((end - start) & 3)
  let length = 0
  into[length++] = (end - start) * 2
  let at = start
  for (; at < wholeWords; at += 4) {
    into[length++] = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
  }
  if (at === end) return length
  let word = 0
  for (let bits = 0; at < end; at++, bits += 8) word |= (bytes[at] ?? 0) << bits
  into[length++] = word
  return length
}

/** Where a character needs more than a byte: two to a word. */
function readWide(text: string, into: Int32Array): number {
  let word = 0
  let length = 0
  into[length++] = text.length * 2 + 1
  for (let index = 0; index < text.length; index++) {
    word |= text.charCodeAt(index) << ((index & 1) * 16)
    if ((index & 1) === 1 || index === text.length - 1) {
      into[length++] = word
      word = 0
    }
  }
  return length
}
