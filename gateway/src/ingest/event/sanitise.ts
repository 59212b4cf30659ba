import type { RejectionCode } from '@waymark/schemas/event'
import { LARGEST_NUMBER, LIMITS } from '@waymark/schemas/limits'
import type { JsonObject } from './json.ts'

/** Why a value cannot be taken at all, before its meaning is looked at. */
export interface Flaw {
  readonly code: RejectionCode
  readonly path: string
  readonly message: string
}

export interface Sanitised {
  readonly value: unknown
  /** With a flaw, `value` is cut at the place of it, for the record only. */
  readonly flaw: Flaw | null
  /** It is not larger than this as JSON text; Infinity where nothing is known. */
  readonly mostBytes: number
  /** The same of its properties and traits alone: what no envelope and no retry changes. 0 where nothing is known. */
  readonly contentBytes: number
}

/** What the bytes of a request say about the texts in it before one of them is looked at. */
export interface Texts {
  /** No `\\u` in the JSON text: without it no text can hold half a surrogate pair or a NUL. */
  readonly areClean: boolean
}

/**
 * One event made safe to store: halves of surrogate pairs are replaced by U+FFFD and NUL characters dropped, in keys as in texts (either stops
 * a consumer further on), keys that reach prototypes are left out, numbers from 2^63 on become text (one would hide the whole document
 * from the engine), and depth (32) and keys (512 at all levels together) are limited.
 * Almost every event needs nothing of this and comes back as it is.
 */
export function sanitise(value: unknown, texts?: Texts): Sanitised {
  return createSanitiser(texts)(value)
}

/** `sanitise` for many events: each leaves the less behind. */
export function createSanitiser({ areClean }: Texts = { areClean: false }): (value: unknown) => Sanitised {
  const tally = { areClean, keys: 0, mostBytes: 0, contentBytes: 0 }
  return value => {
    tally.keys = 0
    tally.mostBytes = 0
    tally.contentBytes = 0
    if (!isClean(value, 0, tally)) return copyOf(value)
    return { value, flaw: null, mostBytes: tally.mostBytes, contentBytes: tally.contentBytes }
  }
}

interface Tally extends Texts {
  keys: number
  mostBytes: number
  contentBytes: number
}

// As JSON text: 6 bytes for a character that is escaped, quotes, a comma, a colon; the longest number is -1.2345678901234567e-308.
const MOST_CHARACTER = 6
const MOST_AROUND = 4
const MOST_NUMBER = 26

/** Whether nothing must be changed or refused. */
function isClean(node: unknown, depth: number, tally: Tally): boolean {
  if (typeof node === 'string') {
    tally.mostBytes += node.length * MOST_CHARACTER + MOST_AROUND
    return tally.areClean || isCleanText(node)
  }
  tally.mostBytes += MOST_NUMBER
  if (typeof node === 'number') return !isLarge(node)
  if (typeof node !== 'object' || node === null) return true
  if (depth >= LIMITS.depth) return false
  if (!Array.isArray(node)) return areCleanMembers(node as JsonObject, depth, tally)
  for (const item of node) if (!isClean(item, depth + 1, tally)) return false
  return true
}

/** Most members are texts: those need no call, and all of them are summed up once. */
function areCleanMembers(node: JsonObject, depth: number, tally: Tally): boolean {
  const { areClean } = tally
  let texts = 0
  let characters = 0
  // Unlike Object.keys, it makes no list; objects of JSON have no enumerable properties but their own.
  for (const key in node) {
    if (isPoison(key) || !(areClean || isCleanText(key)) || ++tally.keys > LIMITS.keys) return false
    const value = node[key]
    const isContent = depth === 0 && (key === 'properties' || key === 'traits')
    texts++
    characters += key.length
    if (typeof value === 'string' && !isContent) {
      if (!areClean && !isCleanText(value)) return false
      texts++
      characters += value.length
      continue
    }
    const before = tally.mostBytes
    if (!isClean(value, depth + 1, tally)) return false
    if (isContent) tally.contentBytes += tally.mostBytes - before
  }
  tally.mostBytes += characters * MOST_CHARACTER + texts * MOST_AROUND
  return true
}

/** As keys these reach the prototype of whatever object they are copied to. Lengths first: most keys have another one. */
function isPoison(key: string): boolean {
  if (key.length === 9) return key === '__proto__' || key === 'prototype'
  return key.length === 11 && key === 'constructor'
}

function copyOf(value: unknown): Sanitised {
  const path: (string | number)[] = []
  const found: { flaw: Flaw | null; keys: number } = { flaw: null, keys: 0 }

  function below(step: string | number, node: unknown): unknown {
    path.push(step)
    const result = copy(node)
    path.pop()
    return result
  }

  function copy(node: unknown): unknown {
    if (typeof node === 'string') return cleanText(node)
    if (typeof node === 'number') return isLarge(node) ? String(node) : node
    if (typeof node !== 'object' || node === null) return node
    if (path.length >= LIMITS.depth) {
      found.flaw ??= {
        code: 'too_deep',
        path: pointer(path.slice(0, SHOWN_STEPS)),
        message: `is nested deeper than ${LIMITS.depth} levels`,
      }
      return null
    }
    if (Array.isArray(node)) return node.map((item, index) => below(index, item))
    const result: JsonObject = {}
    // Of an object with a hundred thousand keys a list of them would be half of what it costs to refuse it.
    for (const key in node) {
      if (isPoison(key)) continue
      if (++found.keys > LIMITS.keys) {
        found.flaw ??= { code: 'too_many_keys', path: '', message: `has more than ${LIMITS.keys} keys, counted at all levels` }
        break
      }
      result[cleanKey(key)] = below(key, (node as JsonObject)[key])
    }
    return result
  }

  const copied = copy(value)
  return { value: copied, flaw: found.flaw, mostBytes: Number.POSITIVE_INFINITY, contentBytes: 0 }
}

// The start of a path is enough to find the place, and a reply must not grow with it.
const SHOWN_STEPS = 6

// Infinity, which JSON can spell (1e999), would be stored as null.
function isLarge(number: number): boolean {
  return Math.abs(number) >= LARGEST_NUMBER
}

function isCleanText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '') : whole
}

// Cleaning must not bring back what was left out: "__pro\0to__".
function cleanKey(key: string): string {
  const clean = cleanText(key)
  return clean !== key && isPoison(clean) ? `${clean}_` : clean
}

/** JSON pointer, RFC 6901. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
