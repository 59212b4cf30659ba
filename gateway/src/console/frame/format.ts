import { html } from 'hono/html'
import { label } from '../../read/label.ts'
import { daysBetween } from '../../read/times.ts'
import type { Html } from './layout.ts'

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

/** `<time>` with the day, `1 Mar 2026`, and the minute in its tooltip. */
export function day(at: string | null): Html | string {
  return at === null ? '–' : html`<time datetime="${at}" title="${minute(at)}">${DAY.format(new Date(at))}</time>`
}

/** `1 Mar 2026` as plain text. */
export function dayText(at: string): string {
  return DAY.format(new Date(at))
}

/** `Sunday 1 March 2026`. */
export function weekday(at: string): string {
  return WEEKDAY.format(new Date(at)).replace(',', '')
}

/** `<time>` in words: today, yesterday, 12 days ago; a day from two months on. */
export function ago(at: string | null, now: number): Html | string {
  if (at === null) return '–'
  const days = daysBetween(Date.parse(at), now)
  return days > 60 ? day(at) : html`<time datetime="${at}" title="${minute(at)}">${daysAgoWords(days)}</time>`
}

export function daysAgoWords(days: number): string {
  if (days <= 0) return 'today'
  return days === 1 ? 'yesterday' : `${days} days ago`
}

/** `1 Mar 2026, 09:05 UTC`. */
export function minute(at: string): string {
  return `${DAY.format(new Date(at))}, ${at.slice(11, 16)} UTC`
}

/** Words of a model begin small (`evaluate`); standing alone on a page they begin large. */
export function sentence(words: string): string {
  const [first = '', ...rest] = words
  return first.toUpperCase() + rest.join('')
}

/** `organic_search` → `Organic search`. */
export function spaced(name: string): string {
  return sentence(name.replaceAll('_', ' '))
}

/** A score for people: one decimal; the API has them all. */
export function oneDecimal(value: number | null): string {
  return value === null ? '–' : value.toFixed(1)
}

/** Address with the given parameters, empty ones left out. */
export function href(path: string, parameters: { readonly [name: string]: string }): string {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString()
  return query === '' ? path : `${path}?${query}`
}

/** How a person was tied to an account; a rule without words of its own is told by its name. */
export function ruleWords(rule: string): string {
  return RULES[rule] ?? label(spaced(rule))
}

const RULES: { readonly [rule: string]: string } = {
  email_domain: 'Work e-mail',
  group: 'Group id',
}

/** `0.9` → `90 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
