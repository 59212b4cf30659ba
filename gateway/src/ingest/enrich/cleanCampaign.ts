import { isRecord, type JsonObject } from '../event/json.ts'
import { REDACTED, type Redact } from './redact.ts'
import { remembered } from './remembered.ts'

/** Members that are called otherwise than the parameter that they were read from, or that have a column: only as a parameter does such a name tell. */
const PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['name', 'utm_campaign'],
  ...['source', 'medium', 'term', 'content', 'id'].map(name => [name, `utm_${name}`] as const),
])

interface Look {
  readonly redact: Redact
  /** Values that are still looked at. */
  left: number
}

/**
 * A campaign is what its sender read from the parameters of an address: what may not be stored of those may not be stored of it. Of more
 * values than any address has, the rest is taken out unseen. The same object where there is nothing to take out. Pure.
 */
export function cleanCampaign(campaign: unknown, redact: Redact): unknown {
  return isRecord(campaign) ? cleanedMembers(campaign, { redact, left: MOST_VALUES }) : campaign
}

function cleanedMembers(members: JsonObject, look: Look): JsonObject {
  let copy: JsonObject | undefined
  for (const name in members) {
    const value = members[name]
    const clean = cleaned(PARAMETERS.get(name) ?? null, name, value, look)
    if (clean === value) continue
    copy ??= { ...members }
    copy[name] = clean
  }
  return copy ?? members
}

function cleaned(parameter: string | null, name: string, value: unknown, look: Look): unknown {
  if (value === '' || value === null || typeof value === 'boolean' || value === undefined) return value
  if (look.left <= 0) return REDACTED
  look.left--
  if (typeof value === 'string') return isTaken(parameter, name, value, look.redact) ? REDACTED : value
  // Of a number no more than its name can tell, and numbers are many.
  if (typeof value === 'number') return isTaken(parameter, name, '0', look.redact) ? REDACTED : value
  if (Array.isArray(value)) return cleanedItems(parameter, name, value, look)
  return isRecord(value) ? cleanedMembers(value, look) : value
}

/** Of what stands in a member, each text is one of its values. */
function cleanedItems(parameter: string | null, name: string, items: readonly unknown[], look: Look): readonly unknown[] {
  const clean: unknown[] = []
  for (const item of items) {
    const isEnd = look.left <= 0
    clean.push(isEnd ? REDACTED : cleaned(parameter, name, item, look))
    if (isEnd) break
  }
  return clean.length === items.length && clean.every((item, place) => item === items[place]) ? items : clean
}

function isTaken(parameter: string | null, name: string, text: string, redact: Redact): boolean {
  const asked = parameter === null ? `utm_${name}\0${name}\0${text}` : `${parameter}\0\0${text}`
  const known = ANSWERS.get(redact) ?? remembered(key => wouldBeTaken(key, redact), MOST_REMEMBERED)
  ANSWERS.set(redact, known)
  return known(asked)
}

/** Asked of an address in which it would stand: there and here the same rules. */
function wouldBeTaken(asked: string, redact: Redact): boolean {
  const [first = '', second = '', ...rest] = asked.split('\0')
  const value = encodeURIComponent(rest.join('').trim().slice(0, MOST_LOOKED_AT).toWellFormed())
  const address = [first, second].filter(name => name !== '').map(name => `${plain(name)}=${value}`)
  const given = `?${address.join('&')}`
  return redact(given) !== given
}

function plain(name: string): string {
  return name.replace(/[^\w.$-]/g, '').slice(0, MOST_NAME)
}

/** The texts of campaigns are few, and come again and again. */
const ANSWERS = new WeakMap<Redact, (asked: string) => boolean>()
const MOST_REMEMBERED = 2000
const MOST_NAME = 60
/** An address has 22 of them at most (`campaign.ts`); this many of 2,500 events take less than half a second. */
const MOST_VALUES = 32
/** No more of a value is looked at in an address. */
const MOST_LOOKED_AT = 1024
