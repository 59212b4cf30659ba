/** The print of an event (`event/print.ts`) from the bytes of it. */
import type { EventType } from '@waymark/schemas/event'
import { BEGUN, closed, FNV_PRIME } from '../event/print.ts'
import type { Walk } from './walk.ts'
import { EVENT_SLOTS } from './wire.ts'

export function bytePrint(walk: Walk, type: EventType): number {
  let print = BEGUN[type]
  if (type === 'track') print = mixedText(print, walk, EVENT_SLOTS.event)
  const { originalTimestamp, timestamp } = EVENT_SLOTS
  print = mixedText(print, walk, (walk.starts[timestamp] ?? -1) >= 0 ? timestamp : originalTimestamp)
  return Math.imul(print ^ walk.contentBytes, FNV_PRIME)
}

/** ASCII bytes are character codes; a text that is absent counts as ''. */
function mixedText(print: number, { bytes, starts, ends }: Walk, slot: number): number {
  const start = starts[slot] ?? -1
  const end = start < 0 ? -1 : (ends[slot] ?? 0)
  let result = print
  for (let at = start; at < end; at++) result = Math.imul(result ^ (bytes[at] ?? 0), FNV_PRIME)
  return closed(result)
}
