/** Segment's argument orders: up to `words` leading names, then data, then options, with a callback at any place. */
import type { Json } from '@waymark/schemas/event'
import type { Callback, CallOptions } from './api.ts'

export interface Arguments {
  /** The leading names as text; undefined where null, empty or neither text nor number. */
  words: (string | undefined)[]
  data: Json
  options: CallOptions
  callback: Callback | undefined
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null
const isCallback = (value: unknown): value is Callback => typeof value === 'function'
const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? `${value}` || undefined : undefined)

export function readArguments(args: readonly unknown[], words: number): Arguments {
  const plain = args.filter(value => !isCallback(value))
  const firstObject = plain.findIndex(isObject)
  const lead = Math.min(words, firstObject < 0 ? plain.length : firstObject)
  const [data, options] = plain.slice(lead)
  return {
    words: plain.slice(0, lead).map(textOf),
    data: isObject(data) ? data : {},
    options: isObject(options) ? options : {},
    callback: args.find(isCallback),
  }
}
