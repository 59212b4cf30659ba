import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { GENERATED, generate } from '../generate.ts'
import { backoffMs, isRetryable, retryAfterMs } from './delivery.ts'
import type { IntentModel, JourneyModel, Predicate } from './model.ts'
import { TOUCHPOINTS, verbOf } from './taxonomy.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const intent = JSON.parse(readFileSync(here('../models/intent.json'), 'utf8')) as IntentModel
const journey5 = JSON.parse(readFileSync(here('../models/journey5.json'), 'utf8')) as JourneyModel

describe('JSON Schemas', () => {
  test.each(GENERATED)('$file says what the types say (else: npm run schemas)', entry => {
    expect(readFileSync(here(`../wire/${entry.file}`), 'utf8')).toBe(generate(entry))
  })
})

describe('the touchpoint vocabulary', () => {
  test('has words for every type of the intent model and every touch that its rules derive', () => {
    const derived = [
      ...intent.derive.pages.map(({ touch }) => touch),
      ...intent.derive.events.map(({ touch }) => touch),
      'Session Started',
      'Search Arrived',
    ]
    const known = new Set(Object.keys(TOUCHPOINTS))
    expect([...Object.keys(intent.types), ...derived].filter(type => !known.has(type))).toEqual([])
  })

  test('covers every type that the journey names', () => {
    const named = [
      ...journey5.states.flatMap(state => [...state.enter.map(({ when }) => when), ...(state.hold === null ? [] : [state.hold])]),
      journey5.status.churn,
    ].flatMap(typesOf)
    const known = new Set([...Object.keys(TOUCHPOINTS), '*', ...Object.keys(intent.categories).map(name => `@${name}`)])
    expect(named.filter(type => !known.has(type))).toEqual([])
  })

  test('a type of the user’s own is told by its name', () => {
    expect(verbOf('Demo Requested')).toBe('requested a demo')
    expect(verbOf('Widget Spun')).toContain('Widget Spun')
    expect(verbOf('toString')).toContain('toString')
  })
})

function typesOf(predicate: Predicate): readonly string[] {
  if ('any' in predicate) return predicate.any.flatMap(typesOf)
  if ('all' in predicate) return predicate.all.flatMap(typesOf)
  if ('not' in predicate) return typesOf(predicate.not)
  if ('count' in predicate) return predicate.count
  if ('people' in predicate) return predicate.people
  if ('event' in predicate) return predicate.event
  if ('eventIn' in predicate) return predicate.eventIn
  return []
}

describe('delivery rules', () => {
  test('what may succeed later is retried, what is wrong is not', () => {
    expect([408, 410, 429, 460, 500, 502, 503, 504].filter(status => !isRetryable(status))).toEqual([])
    expect([200, 400, 401, 403, 404, 413, 415, 422, 501, 505, 511].filter(isRetryable)).toEqual([])
  })

  test('waits double, stay within half and whole of their ceiling, and end at the cap', () => {
    for (const [attempt, ceiling] of [
      [1, 500],
      [2, 1000],
      [5, 8000],
      [30, 60_000],
    ] as const) {
      expect(backoffMs(attempt, () => 0)).toBe(ceiling / 2)
      expect(backoffMs(attempt, () => 1)).toBe(ceiling)
    }
  })

  test('Retry-After is whole seconds up to five minutes; anything else is no answer, nor is no wait at all', () => {
    expect(retryAfterMs('7')).toBe(7000)
    expect(retryAfterMs('86400')).toBe(300_000)
    expect([null, '', 'soon', '-1', '1.5', 'Sun, 22 Nov 2026 00:00:00 GMT', '0'].map(retryAfterMs)).toEqual(Array(7).fill(undefined))
  })
})

test('table files are numbered without a gap or a repetition', () => {
  const numbers = readdirSync(here('../tables'))
    .map(file => Number(file.slice(0, 4)))
    .sort((a, b) => a - b)
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
})
