/** Takes out of events what is never stored of a source: members of properties and traits that an operator names. Pure. */
import { isRecord, type JsonObject } from './json.ts'

/** A copy without those members; the very same value where it has none. Never throws, whatever the value is. */
export type WithoutNamed = (event: unknown) => unknown

export interface NamesRead {
  readonly names: readonly string[]
  /** What stands there and is no name. */
  readonly wrong: readonly string[]
}

export const MOST_NAMES = 50
const MOST_NAME_CHARS = 64
/** What makes an event what it is, whatever an operator names. */
const ENVELOPE: ReadonlySet<string> = new Set([
  ...['type', 'event', 'name', 'category', 'userId', 'anonymousId', 'groupId', 'previousId', 'from', 'to', 'messageId'],
  ...['timestamp', 'originalTimestamp', 'sentAt', 'channel', 'version', 'integrations', 'writeKey', '_received'],
])
/** What the gateway itself notes with an event that a tracking plan refused; anybody can write something under that name. */
const NOTED: ReadonlySet<string> = new Set(['trust', 'userAgent', 'userAgentData', 'isHistorical', 'origin', 'blocked'])
/** Deeper than any event that is accepted: what lies below is in no event, and of a rejected one it goes. */
const DEEPEST = 40
const MOST_KEY_CHARS = 1000
const MOST_REMEMBERED = 2000

/** Names between commas or blanks; case, and what is neither letter nor digit, make no difference. */
export function readNames(text: string): NamesRead {
  const given = text.split(/[\s,]+/).filter(name => name !== '')
  const isName = (name: string) => name.length <= MOST_NAME_CHARS && plain(name) !== '' && name.isWellFormed()
  return { names: [...new Set(given.filter(isName))], wrong: given.filter(name => !isName(name)) }
}

/** `Phone Number`, `phone_number` and `phoneNumber` are one name. */
export function createWithoutNamed(names: readonly string[]): WithoutNamed {
  const named: ReadonlySet<string> = new Set(names.map(plain))
  const known = new Map<string, boolean>()

  function isNamed(key: string): boolean {
    const answer = known.get(key)
    if (answer !== undefined) return answer
    const found = named.has(plain(key))
    // Sites have few names; what strangers make up must not fill the memory.
    if (known.size < MOST_REMEMBERED && key.length <= 2 * MOST_NAME_CHARS) known.set(key, found)
    return found
  }

  function rid(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) return value
    if (depth > DEEPEST) return null
    return isRecord(value) ? members(value, isNamed, rid, depth + 1) : (changed(value as readonly unknown[], rid, depth + 1) ?? value)
  }

  /** Of the context only the traits: the rest says where an event comes from, and has names of its own. */
  function ridContext(context: unknown): unknown {
    if (!isRecord(context)) return rid(context, 1)
    return members(context, none, ridTraits, 2)
  }

  function ridTraits(value: unknown, depth: number, key: string): unknown {
    return key === 'traits' ? rid(value, depth) : value
  }

  function ridNoted(noted: unknown): unknown {
    if (!isRecord(noted)) return rid(noted, 1)
    return members(noted, goesOfNoted, rid, 2)
  }

  function goesOfNoted(key: string): boolean {
    return !NOTED.has(key) && isNamed(key)
  }

  function goesOfEvent(key: string): boolean {
    return key !== 'context' && !ENVELOPE.has(key) && isNamed(key)
  }

  function ridMember(value: unknown, depth: number, key: string): unknown {
    if (key === 'context') return ridContext(value)
    return key === '_received' ? ridNoted(value) : rid(value, depth)
  }

  return event => (isRecord(event) ? members(event, goesOfEvent, ridMember, 1) : rid(event, 0))
}

function none(): boolean {
  return false
}

/** By source, made anew when what is set for it is; null where nothing is. `namesOf` gives the same list while nothing changed. */
export function createNeverStored(namesOf: (sourceId: string) => readonly string[]): (sourceId: string) => WithoutNamed | null {
  const made = new Map<string, { readonly names: readonly string[]; readonly without: WithoutNamed }>()
  return sourceId => {
    const names = namesOf(sourceId)
    if (names.length === 0) return null
    const before = made.get(sourceId)
    if (before?.names === names) return before.without
    const without = createWithoutNamed(names)
    made.set(sourceId, { names, without })
    return without
  }
}

/**
 * What a request has, without what is never stored of its source. `isReduced` also where nothing shows that went: the body may hold more than was
 * read of it, beside the batch or as the first of two members of one name.
 */
export function reduced<S extends { readonly context?: unknown; readonly integrations?: unknown }>(
  { events, shared }: { readonly events: readonly unknown[]; readonly shared: S },
  without: WithoutNamed,
): { readonly events: readonly unknown[]; readonly shared: S; readonly isReduced: true } {
  const { context, integrations } = shared
  const told = { ...(context === undefined ? {} : { context }), ...(integrations === undefined ? {} : { integrations }) }
  const kept = without(told)
  return {
    events: changed(events, without, 0) ?? events,
    shared: kept === told ? shared : { ...shared, ...(kept as typeof told) },
    isReduced: true,
  }
}

/** What is left of a value that stands so deep under this key. */
type Rid = (value: unknown, depth: number, key: string) => unknown

/** The object itself where nothing goes and nothing changes, as in most: then nothing is made. */
function members(object: JsonObject, goes: (key: string) => boolean, of: Rid, depth: number): JsonObject {
  let left: [string, unknown][] | null = null
  // Objects of JSON have no enumerable properties but their own.
  for (const key in object) {
    const value = object[key]
    const isGoing = goes(key)
    const kept = isGoing ? undefined : of(value, depth, key)
    if (left === null) {
      if (!isGoing && kept === value) continue
      left = entriesBefore(object, key)
    }
    if (!isGoing) left.push([key, kept])
  }
  return left === null ? object : Object.fromEntries(left)
}

function entriesBefore(object: JsonObject, end: string): [string, unknown][] {
  const entries: [string, unknown][] = []
  for (const key in object) {
    if (key === end) break
    entries.push([key, object[key]])
  }
  return entries
}

/** null where all stay what they are. */
function changed(list: readonly unknown[], of: (value: unknown, depth: number) => unknown, depth: number): unknown[] | null {
  let left: unknown[] | null = null
  for (let place = 0; place < list.length; place++) {
    const kept = of(list[place], depth)
    if (left === null && kept !== list[place]) left = list.slice(0, place)
    left?.push(kept)
  }
  return left
}

/**
 * Letters and digits alone, without case: NUL, which is dropped from keys, invisible characters and `$` hide no name, nor do wide letters. A name of
 * signs alone is what it is.
 */
function plain(name: string): string {
  const bare = name.replaceAll('\0', '')
  // No name is as long, and in one normal form a character may be eighteen.
  if (bare.length > MOST_KEY_CHARS) return bare
  const letters = bare
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '')
  return letters === '' ? bare.toWellFormed().replace(/[-_.\s]/g, '') : letters
}
