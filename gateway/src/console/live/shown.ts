import type { LiveEntry } from '../../ingest/live/entry.ts'
import { label } from '../../read/label.ts'

/** What a row of the live page shows, every text fit for display: the page and its script only place it. */
export type ShownEntry = { readonly [slot in (typeof SLOTS)[number]]: string }

export const SLOTS = [
  'at',
  'time',
  'outcome',
  'type',
  'name',
  'person',
  'place',
  'source',
  'code',
  'pointer',
  'message',
  'account',
  'messageId',
  'address',
  'bot',
  'answer',
  'json',
] as const

export function shown(entry: LiveEntry): ShownEntry {
  const { at, outcome, type, name, person, path, url, source, trouble, account, messageId, bot, json } = entry
  const iso = new Date(at).toISOString()
  return {
    at: iso,
    time: iso.slice(11, 19),
    outcome,
    type: label(type, 40),
    name: label(name || (type === 'group' ? account : ''), 80),
    person: label(person, 60),
    place: label(path || url, 100),
    source: label(source, 60),
    code: label(trouble?.code ?? '', 60),
    pointer: label(trouble?.path ?? '', 120),
    message: label(trouble?.message ?? '', 300),
    account: label(account, 100),
    messageId: label(messageId, 100),
    address: label(url, 300),
    bot: label(bot, 60),
    answer: trouble === null || trouble.status === 200 ? '' : String(trouble.status),
    json: readable(json),
  }
}

const JSON_CHARS = 6000
// All but the line feed: controls, format characters, separators and lone surrogates, as in labels.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** JSON with its levels indented as far as it is whole, invisible characters as `\u202e`, cut where it is long. */
export function readable(json: string): string {
  const visible = indented(json).replace(UNSEEN, character => (character === '\n' ? character : escaped(character)))
  return visible.length <= JSON_CHARS ? visible : `${visible.slice(0, JSON_CHARS).toWellFormed()}\n… (cut)`
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    // It was cut, or never was JSON: shown as it is.
    return json
  }
}

function escaped(character: string): string {
  return [...Array(character.length).keys()].map(at => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
}
