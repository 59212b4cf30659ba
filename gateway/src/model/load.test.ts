import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { lintIntent } from './intent/lint.ts'
import { loadModels } from './load.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function folderOf(files: { readonly [name: string]: unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-models-'))
  folders.push(folder)
  for (const [name, body] of Object.entries(files))
    writeFileSync(join(folder, name), typeof body === 'string' ? body : JSON.stringify(body))
  return folder
}

const { intent } = loadModels()

test('the built-in models load and are without a problem', () => {
  expect(intent.id).toBe('intent')
  expect(loadModels().journeys.map(({ id }) => id)).toContain('journey5')
  expect(lintIntent(intent)).toEqual([])
})

test('an own model replaces the built-in one of its id', () => {
  const own = loadModels(folderOf({ 'mine.json': { ...intent, version: 2 }, 'notes.txt': 'no model' }))
  expect(own.intent.version).toBe(2)
  expect(own.journeys.length).toBe(loadModels().journeys.length)
})

test('every problem of every file is reported at once', () => {
  const folder = folderOf({
    'a.json': { ...intent, scale: 'forty', more: 1 },
    'b.json': '{',
    'c.json': { kind: 'other' },
    'd.json': { ...intent, scale: 0 },
    'e.json': { ...intent, id: 'second' },
  })
  expect(() => loadModels(folder)).toThrow(
    /a\.json: \/scale must be number[\s\S]*b\.json: [\s\S]*c\.json: \/kind must be[\s\S]*d\.json: \/scale must be above 0[\s\S]*2 intent models \(intent, second\)/,
  )
  expect(() => loadModels(folder)).toThrow(/a\.json: \/ must NOT have additional properties/)
})

test('a journey that names another intent model is refused', () => {
  expect(() => loadModels(folderOf({ 'mine.json': { ...intent, id: 'mine' } }))).toThrow(
    /journey5: \/intent names "intent", but the intent model is "mine"/,
  )
})

test.each([
  [
    'a volume attack',
    { categories: { ...intent.categories, web: { personCap: 8, accountCap: 30, halfLifeDays: 10, passive: true } } },
    'one fresh "Demo Requested" only 36.6',
  ],
  ['a hand-raise that is no type', { lint: { handraise: ['Demo'] } }, '/lint/handraise names "Demo"'],
  [
    'an unknown category',
    { types: { ...intent.types, X: { category: 'nowhere', weight: 1, dailyCap: 1 } } },
    '"nowhere" is not one of the categories',
  ],
  [
    'a weight without a category',
    { types: { ...intent.types, X: { category: null, weight: 1, dailyCap: 1 } } },
    '/types/X has a weight above 0 but no category',
  ],
  [
    'a negative with a category',
    { types: { ...intent.types, X: { category: 'web', weight: -1, dailyCap: 1 } } },
    '/types/X has a weight below 0',
  ],
  ['a cap of nothing', { types: { ...intent.types, X: { category: 'web', weight: 1, dailyCap: 0 } } }, '/types/X/dailyCap'],
  [
    'a half-life of nothing',
    { categories: { ...intent.categories, web: { personCap: 8, accountCap: 16, halfLifeDays: 0, passive: true } } },
    '/categories/web/halfLifeDays must be above 0',
  ],
  [
    'a person above the account',
    { categories: { ...intent.categories, ad: { personCap: 8, accountCap: 6, halfLifeDays: 7, passive: true } } },
    '/categories/ad/personCap is above',
  ],
  ['bands that do not rise', { bands: { ...intent.bands, warm: 80 } }, '/bands must rise'],
  ['too much hysteresis', { bands: { ...intent.bands, hysteresis: 20 } }, '/bands/hysteresis'],
  ['roles that do not rise', { roles: { ...intent.roles, anonymous: 2 } }, '/roles must rise'],
  ['half a week', { surge: { ...intent.surge, recentWeeks: 2.5 } }, '/surge/recentWeeks must be a whole number'],
  ['look-around', { derive: { ...intent.derive, pages: [{ touch: 'X', path: '(?=a)b' }] } }, '/derive/pages/0/path uses look-around'],
  [
    'a broken pattern',
    { derive: { ...intent.derive, pages: [{ touch: 'X', path: '(' }] } },
    '/derive/pages/0/path is no regular expression',
  ],
  ['a topic of nothing', { derive: { ...intent.derive, topics: [{ path: '^/a' }] } }, '/derive/topics/0 needs a capture group'],
  ['an endless gap', { derive: { ...intent.derive, sessionGapMinutes: 100_000 } }, '/derive/sessionGapMinutes'],
])('lint refuses %s', (_, change, problem) => {
  expect(lintIntent({ ...intent, ...change }).join('\n')).toContain(problem)
})
