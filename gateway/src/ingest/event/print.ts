import { EVENT_TYPES, type Event, type EventType } from '@waymark/schemas/event'

/**
 * 32 bits that stand for the content of an event: equal for every copy of it, whenever and in whatever envelope it is sent again, and almost
 * always another for another event. Nothing else hangs on it than the counting of conflicts. Signed: numbers of 32 bits that are not take memory of their own.
 */
export function printOf(event: Event, contentBytes: number): number {
  let print = BEGUN[event.type]
  if (event.type === 'track') print = mixed(print, event.event)
  return Math.imul(mixed(print, event.timestamp ?? '') ^ contentBytes, FNV_PRIME)
}

const FNV_START = 0x811c9dc5
export const FNV_PRIME = 0x01000193

/** FNV-1a, by character code. */
export function mixed(print: number, text: string): number {
  let result = print
  for (let index = 0; index < text.length; index++) result = Math.imul(result ^ text.charCodeAt(index), FNV_PRIME)
  return closed(result)
}

/** With the type mixed in. */
export const BEGUN = Object.fromEntries(EVENT_TYPES.map(type => [type, mixed(FNV_START, type)])) as Readonly<Record<EventType, number>>

/** Where a text ends counts as well. */
export function closed(print: number): number {
  return Math.imul(print ^ 0xffff, FNV_PRIME)
}
