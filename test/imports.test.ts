import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Which packages a package may import (itself always). */
const PACKAGES: Record<string, readonly string[]> = {
  schemas: [],
  'sdk-browser': ['schemas'],
  'sdk-node': ['schemas'],
  gateway: ['schemas'],
  test: ['schemas', 'sdk-browser', 'sdk-node', 'gateway'],
}

/** Which folders of the gateway a folder may import; '.' are the files directly in src. */
const GATEWAY: Record<string, readonly string[]> = {
  '.': [
    'cli',
    'console',
    'db',
    'edge',
    'geo',
    'health',
    'identity',
    'ingest',
    'jobs',
    'keys',
    'metrics',
    'model',
    'openapi',
    'plan',
    'quarantine',
    'read',
    'surface',
  ],
  surface: [
    '.',
    'console',
    'db',
    'demo',
    'edge',
    'geo',
    'health',
    'ingest',
    'jobs',
    'keys',
    'metrics',
    'model',
    'plan',
    'quarantine',
    'read',
  ],
  cli: ['.', 'db', 'edge', 'health', 'identity', 'ingest', 'jobs', 'keys', 'micro', 'model', 'plan', 'quarantine', 'read', 'simulate'],
  console: ['.', 'db', 'edge', 'health', 'ingest', 'keys', 'model', 'plan', 'quarantine', 'read'],
  db: [],
  demo: [],
  geo: ['edge', 'ingest'],
  edge: ['.', 'ingest', 'keys'],
  health: ['.', 'db', 'ingest', 'jobs', 'model'],
  identity: ['db'],
  ingest: ['db', 'keys'],
  jobs: ['.', 'db', 'identity', 'model', 'plan'],
  keys: ['db'],
  metrics: ['edge', 'health', 'ingest'],
  micro: ['.', 'db', 'ingest', 'keys', 'openapi', 'plan', 'read'],
  model: ['db'],
  openapi: ['.', 'console', 'ingest', 'jobs', 'micro', 'model', 'plan', 'read'],
  plan: ['db', 'ingest', 'keys', 'read'],
  quarantine: ['db', 'ingest', 'plan', 'read'],
  read: ['.', 'db', 'identity', 'model'],
  simulate: ['demo'],
}

/** Pure files that do not say so in their first comment: nothing but contracts and other pure files, and neither clock, randomness, process nor network. */
const PURE = [
  'gateway/src/ingest/enrich/enrich.ts',
  'gateway/src/ingest/event/normalise.ts',
  'gateway/src/ingest/event/normaliseContext.ts',
  'gateway/src/ingest/scan/wire.ts',
  'gateway/src/ingest/enrich/clock.ts',
  'gateway/src/ingest/enrich/channel.ts',
  'gateway/src/ingest/enrich/cleanCampaign.ts',
  'gateway/src/identity/graph.ts',
  'gateway/src/identity/membership.ts',
  'gateway/src/model/intent/intent.ts',
  'gateway/src/model/journey/journey.ts',
  'gateway/src/model/journey/predicates.ts',
  'gateway/src/model/intent/lint.ts',
  'gateway/src/model/journey/journeyLint.ts',
  'gateway/src/model/journey/replay.ts',
  'gateway/src/db/ddl.ts',
  'gateway/src/plainError.ts',
  'gateway/src/health/facts.ts',
  'gateway/src/health/judge.ts',
  'gateway/src/health/judgeConservation.ts',
  'gateway/src/health/judgeCounts.ts',
  'gateway/src/health/judgeJobs.ts',
  'gateway/src/health/judgeStorage.ts',
  'gateway/src/health/words.ts',
  'gateway/src/metrics/ingestFamilies.ts',
  'gateway/src/metrics/spoolFamilies.ts',
  'gateway/src/demo/map.ts',
  'gateway/src/plan/check.ts',
  'gateway/src/simulate/acts.ts',
  'gateway/src/simulate/arrivals.ts',
  'gateway/src/simulate/cast.ts',
  'gateway/src/simulate/history.ts',
  'gateway/src/simulate/plots.ts',
  'gateway/src/simulate/random.ts',
  'gateway/src/simulate/teller.ts',
  'gateway/src/simulate/words.ts',
]

/** What of Node computes and reaches nothing. */
const PURE_OF_NODE = /^node:(?:crypto|util|zlib)$/

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !/(^|\/)(node_modules|dist)\//.test(file))
    .map(file => join(folder, file))
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [
    ...text.matchAll(/^(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm),
  ].map(match => match[1] ?? match[2] ?? match[3] ?? '')
}

/** Root-relative path of what an import names, or null for a dependency. */
function target(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(file), specifier))
  const own = /^@waymark\/(schemas|browser|node|gateway)(?:\/|$)/.exec(specifier)?.[1]
  return own === undefined ? null : own === 'browser' || own === 'node' ? `sdk-${own}/` : `${own}/`
}

const isTest = (file: string) => /\.(?:test|fixture)\.ts$/.test(file)

describe('imports follow the walls of docs/ARCHITECTURE.md', () => {
  for (const [name, allowed] of Object.entries(PACKAGES)) {
    test(`${name} imports ${allowed.length === 0 ? 'nothing of ours' : `only ${allowed.join(', ')}`}`, () => {
      const wrong = sources(name)
        .filter(file => name === 'test' || !isTest(file))
        .flatMap(file => importsOf(file).map(specifier => ({ file, to: target(file, specifier) })))
        .filter(({ to }) => to !== null && ![name, ...allowed].includes(to.split('/')[0] ?? ''))
      expect(wrong).toEqual([])
    })
  }

  test('folders of the gateway import what the map allows, and the map allows no more', () => {
    const folderOf = (path: string) =>
      path.startsWith('gateway/src/') ? (path.split('/').length === 3 ? '.' : (path.split('/')[2] ?? '.')) : null
    const between = sources('gateway/src')
      .filter(file => !isTest(file))
      .flatMap(file => importsOf(file).map(specifier => ({ file, from: folderOf(file), to: folderOf(target(file, specifier) ?? '') })))
      .filter(({ from, to }) => from !== null && to !== null && from !== to)
    expect(between.filter(({ from, to }) => !GATEWAY[from ?? '']?.includes(to ?? ''))).toEqual([])
    const used = new Set(between.map(({ from, to }) => `${from} → ${to}`))
    const allowed = Object.entries(GATEWAY).flatMap(([from, names]) => names.map(to => `${from} → ${to}`))
    expect(allowed.filter(wall => !used.has(wall))).toEqual([])
  })

  test('only tests import what is there for tests', () => {
    const wrong = ['gateway/src', 'schemas/src', 'sdk-browser/src', 'sdk-node/src']
      .flatMap(sources)
      .filter(file => !isTest(file) && importsOf(file).some(specifier => isTest(specifier)))
    expect(wrong).toEqual([])
  })

  test('nobody but main.ts is imported by nobody: no module imports main.ts', () => {
    expect(
      sources('gateway/src').filter(file => importsOf(file).some(specifier => target(file, specifier) === 'gateway/src/main.ts')),
    ).toEqual([])
  })

  const saying = sources('gateway/src').filter(file =>
    /\bPure\b/.test(/^\/\*\*[\s\S]*?\*\//.exec(readFileSync(join(root, file), 'utf8'))?.[0] ?? ''),
  )
  test.each([...PURE, ...saying])('%s is pure', file => {
    const text = readFileSync(join(root, file), 'utf8')
    expect(text.match(/\b(Date\.now|new Date\(\)|Math\.random|process\.|fetch\()/)).toBeNull()
    const impure = importsOf(file)
      .map(specifier => ({ specifier, to: target(file, specifier) }))
      .filter(({ specifier, to }) =>
        to === null
          ? specifier.startsWith('node:') && !PURE_OF_NODE.test(specifier) && !/import \{ isIP(?:v\d)? \} from 'node:net'/.test(text)
          : to.startsWith('gateway/src/db/') || to.startsWith('gateway/src/jobs/'),
      )
    expect(impure).toEqual([])
  })

  test('process.env is read in main.ts alone', () => {
    const readers = [...sources('gateway/src'), ...sources('schemas/src')].filter(
      file => !isTest(file) && readFileSync(join(root, file), 'utf8').includes('process.env'),
    )
    expect(readers).toEqual(['gateway/src/main.ts'])
  })
})
