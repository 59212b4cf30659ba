import { isRecord, type JsonObject } from '../event/json.ts'
import { REDACTED, type Redact } from './redact.ts'
import { remembered } from './remembered.ts'

/** Members that are called otherwise than the parameter that they were read from, or that have a column: only as a parameter does such a name tell. */
const PARAMETERS: ReadonlyMap<string, string> = new Map([
  ['name', 'utm_campaign'],
  ...['source', 'medium', 'term', 'content', 'id'].map(name => [name, `utm_${name}`] as const),
])

/**
 * A campaign is what its sender read from the parameters of an address: what may not be stored of those may not be stored of it. The same
 * object where there is nothing to take out. Pure.
 */
export function cleanCampaign(campaign: unknown, redact: Redact): unknown {
  if (!isRecord(campaign)) return campaign
  let copy: JsonObject | undefined
  for (const name in campaign) {
    const value = campaign[name]
    const clean = cleaned(PARAMETERS.get(name) ?? null, name, value, redact)
    if (clean === value) continue
    copy ??= { ...campaign }
    copy[name] = clean
  }
  return copy ?? campaign
}

function cleaned(parameter: string | null, name: string, value: unknown, redact: Redact): unknown {
  switch (typeof value) {
    case 'string':
      return value === '' || !isTaken(parameter, name, value, redact) ? value : REDACTED
    case 'number':
      return isTaken(parameter, name, String(value), redact) ? REDACTED : value
    case 'object':
      return value === null ? value : cleanedParts(parameter, name, value, redact)
    default:
      return value
  }
}

/** Of what stands in a member, each text is one of its values. */
function cleanedParts(parameter: string | null, name: string, value: object, redact: Redact): unknown {
  if (Array.isArray(value)) {
    const clean = value.map(item => cleaned(parameter, name, item, redact))
    return clean.every((item, place) => item === value[place]) ? value : clean
  }
  return cleanCampaign(value, redact)
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
/** No more of a value is looked at in an address. */
const MOST_LOOKED_AT = 1024
