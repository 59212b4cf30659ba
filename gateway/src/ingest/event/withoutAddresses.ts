import { isIPv6 } from 'node:net'
import { LIMITS } from '@waymark/schemas/limits'
import { REDACTED } from '../enrich/redact.ts'
import { isRecord } from './json.ts'

const V4 = /\d{1,3}(?:\.\d{1,3}){3}/g
const V6 = /[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}/gi

/**
 * A value without anything in the texts and keys of it that could be the address of a machine. For what has not the shape of ours: nobody
 * knows where an address stands in it, and nothing of it will ever become a row.
 */
export function withoutAddresses(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleaned(value)
  if (depth > LIMITS.depth) return null
  if (Array.isArray(value)) return value.map(item => withoutAddresses(item, depth + 1))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [cleaned(name), withoutAddresses(item, depth + 1)]))
}

function cleaned(text: string): string {
  return text.replace(V4, REDACTED).replace(V6, found => (isIPv6(found) ? REDACTED : found))
}
