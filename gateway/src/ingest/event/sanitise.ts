import type { RejectionCode } from '@waymark/schemas/event'
import { LARGEST_NUMBER, LIMITS } from '@waymark/schemas/limits'
import { isRecord, type JsonObject } from './json.ts'

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
}

// As keys these reach the prototype of whatever object they are copied to.
const POISON: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * One event made safe to store: halves of surrogate pairs are replaced by U+FFFD and NUL characters dropped, in keys as in texts (either stops
 * a consumer further on), keys that reach prototypes are left out, numbers from 2^63 on become text (one would hide the whole document
 * from the engine), and depth (32) and keys (512 at all levels together) are limited.
 * Almost every event needs nothing of this and comes back as it is.
 */
export function sanitise(value: unknown): Sanitised {
  return keysOfClean(value, 0, 0) >= 0 ? { value, flaw: null } : copyOf(value)
}

/** Keys counted so far, or −1 as soon as something must be changed or refused. */
function keysOfClean(node: unknown, depth: number, before: number): number {
  if (typeof node === 'string') return isCleanText(node) ? before : -1
  if (typeof node === 'number') return isLarge(node) ? -1 : before
  if (typeof node !== 'object' || node === null) return before
  if (depth >= LIMITS.depth) return -1
  let keys = before
  if (Array.isArray(node)) {
    for (const item of node) {
      keys = keysOfClean(item, depth + 1, keys)
      if (keys < 0) return -1
    }
    return keys
  }
  for (const key of Object.keys(node)) {
    if (POISON.has(key) || !isCleanText(key) || ++keys > LIMITS.keys) return -1
    keys = keysOfClean((node as JsonObject)[key], depth + 1, keys)
    if (keys < 0) return -1
  }
  return keys
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
    for (const key of Object.keys(node)) {
      if (POISON.has(key)) continue
      if (++found.keys > LIMITS.keys) {
        found.flaw ??= { code: 'too_many_keys', path: '', message: `has more than ${LIMITS.keys} keys, counted at all levels` }
        break
      }
      result[cleanKey(key)] = below(key, (node as JsonObject)[key])
    }
    return result
  }

  const copied = copy(value)
  return { value: copied, flaw: found.flaw }
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
  return clean !== key && POISON.has(clean) ? `${clean}_` : clean
}

/** JSON pointer, RFC 6901. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The object without a raw address of the visitor: it may not be stored, not even in a rejected event. */
export function withoutAddress(event: unknown): unknown {
  if (!isRecord(event) || !isRecord(event.context) || !('ip' in event.context)) return event
  const { ip: _, ...context } = event.context
  return { ...event, context }
}
