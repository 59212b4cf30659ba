import { html } from 'hono/html'
import { label } from '../read/label.ts'
import { daysBetween } from '../read/times.ts'
import { agoWords } from '../read/words.ts'
import type { Html } from './layout.ts'

/** `<time>` with the day, and the minute in its tooltip. */
export function day(at: string | null): Html | string {
  return at === null ? '–' : html`<time datetime="${at}" title="${minute(at)}">${at.slice(0, 10)}</time>`
}

/** `<time>` in words: today, yesterday, 12 d ago. */
export function ago(at: string | null, now: number): Html | string {
  return at === null ? '–' : html`<time datetime="${at}" title="${minute(at)}">${agoWords(daysBetween(Date.parse(at), now))}</time>`
}

/** `2026-03-01 09:05 UTC`. */
export function minute(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`
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
  return RULES[rule] ?? label(rule.replaceAll('_', ' '))
}

const RULES: { readonly [rule: string]: string } = {
  email_domain: 'work e-mail',
  group: 'account named in events',
}

/** `0.9` → `90 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
