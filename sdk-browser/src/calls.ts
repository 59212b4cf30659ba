/** Segment's argument orders: up to `words` leading names, then data, then options, with a callback at any place. */
import type { Json } from '@waymark/schemas/event'
import type { Callback, CallOptions } from './api.ts'

export interface Arguments {
  /** The leading names as text; undefined where null or empty. */
  words: (string | undefined)[]
  data: Json
  options: CallOptions
  callback: Callback | undefined
}

const isObject = (value: unknown): value is Json => value === Object(value)

export function readArguments(args: readonly unknown[], count: number): Arguments {
  const callback = args.find((value): value is Callback => typeof value === 'function')
  const rest = args.filter(value => value !== callback)
  const words: Arguments['words'] = []
  while (words.length < count && rest.length && !isObject(rest[0])) words.push(`${rest.shift() ?? ''}` || undefined)
  const [data, options] = rest
  return { words, data: isObject(data) ? data : {}, options: isObject(options) ? options : {}, callback }
}
