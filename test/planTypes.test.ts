import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TrackingPlan } from '@waymark/schemas/plan'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lintPlan } from '../gateway/src/plan/lint/lintPlan.ts'
import { typesOfPlan } from '../gateway/src/plan/types/typesOfPlan.ts'

/** Types made from a plan, in a project of somebody else's, with both SDKs as they are published. */
const root = fileURLToPath(new URL('..', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'waymark-types-'))
beforeAll(() => {
  for (const [name, folder] of [
    ['browser', 'sdk-browser'],
    ['node', 'sdk-node'],
  ] as const) {
    const target = join(home, 'node_modules/@waymark', name)
    mkdirSync(target, { recursive: true })
    cpSync(join(root, folder, 'package.json'), join(target, 'package.json'))
    cpSync(join(root, folder, 'dist'), join(target, 'dist'), { recursive: true })
  }
})
afterAll(() => rmSync(home, { recursive: true }))

const PLAN: TrackingPlan = {
  id: 'site',
  version: 3,
  sources: { web: 'quarantine' },
  unplanned: { events: 'violation', properties: 'violation' },
  events: {
    'Demo Requested': {
      description: 'Somebody asked for a demo. */ const injected = 1',
      properties: {
        properties: {
          plan: { enum: ['free', 'team', "o'clock"] },
          seats: { type: ['integer', 'null'], description: 'How many people.' },
          at: { type: 'string', format: 'date-time' },
          lines: { type: 'array', items: { $ref: '#/$defs/Line' } },
          'utm-x': { anyOf: [{ type: 'string' }, { type: 'object', properties: { a: { const: 1 } }, additionalProperties: false }] },
        },
        required: ['plan'],
      },
    },
    'Left Page': { properties: { properties: { after: { type: 'number' } } } },
    Anything: { unplannedProperties: 'allow' },
  },
  calls: {
    identify: { properties: { properties: { email: { type: 'string' } } }, unplannedProperties: 'allow' },
    // The SDK of pages gives the path itself.
    page: { properties: { $ref: '#/$defs/View' } },
    screen: { properties: { properties: { tab: { type: 'string' } }, required: ['tab'] } },
  },
  $defs: {
    View: { type: 'object', properties: { section: { enum: ['docs', 'plans'] }, path: { type: 'string' } }, required: ['path'] },
    Line: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'], additionalProperties: false },
  },
}
const OPEN: TrackingPlan = {
  ...PLAN,
  unplanned: {},
  calls: { page: { properties: { properties: { section: { type: 'string' } }, required: ['section'] } } },
}

/** Each `// wrong` must not compile, and everything else must. */
function wrongs(code: string): string {
  return code.replace(/^(.*)\/\/ wrong$/gm, '// @ts-expect-error\n$1')
}

const BROWSER = `import { createWaymark } from '@waymark/browser'
import { planned } from './events.mjs'
const waymark = planned(createWaymark({ writeKey: 'wk', host: 'https://events.acme.test' }))
waymark.track('Demo Requested', { plan: 'team', seats: 3, at: new Date(), lines: [{ sku: 'a' }], 'utm-x': { a: 1 } }, { groupId: undefined, timestamp: 1 } as never, () => {})
waymark.track('Demo Requested', { plan: "o'clock", seats: null })
waymark.track('Left Page'); waymark.track('Left Page', { after: 3 }); waymark.track('Left Page', null, null, () => {})
waymark.track('Anything', { free: 1 })
waymark.identify('u_1', { email: 'a@b.test', more: 1 }); waymark.identify({ email: 'x' }); waymark.group('acme', { name: 'Acme' })
waymark.page(); waymark.page('Docs', 'Intro'); void waymark.flush(); waymark.page('Docs', () => {})
waymark.page({ section: 'docs' }); waymark.page('Docs', { section: 'plans' }, { userId: 'u' }, () => {}); waymark.page('Docs', 'Intro', { section: 'docs', path: '/x' })
waymark.page({ section: 'blog' }) // wrong
waymark.page('Docs', { sektion: 'docs' }) // wrong
waymark.page('Docs', 'Intro', { section: 7 }) // wrong
waymark.track('Demo Requested') // wrong
waymark.track('Demo Requested', {}) // wrong
waymark.track('Demo Requested', { plan: 'gold' }) // wrong
waymark.track('Demo Requested', { plan: 'team', seats: 'three' }) // wrong
waymark.track('Demo Requested', { plan: 'team', seat: 3 }) // wrong
waymark.track('Demo Requested', { plan: 'team', lines: [{}] }) // wrong
waymark.track('demo requested', { plan: 'team' }) // wrong
waymark.track('Left Page', { after: '3' }) // wrong
waymark.identify('u_1', { email: 7 }) // wrong
`
const NODE = `import { Waymark } from '@waymark/node'
import { planned } from './events.mjs'
const waymark = planned(new Waymark({ writeKey: 'wk', host: 'https://events.acme.test' }))
waymark.track({ userId: 'u', event: 'Demo Requested', properties: { plan: 'team', seats: 3 }, groupId: 'acme', timestamp: new Date() }, () => {})
waymark.track({ anonymousId: 'a', event: 'Left Page' })
waymark.identify({ userId: 'u', traits: { email: 'a@b.test' } }); waymark.group({ userId: 'u', groupId: 'acme', traits: { name: 'Acme' } })
waymark.page({ userId: 'u', name: 'Docs', properties: { path: '/docs', section: 'docs' } }); void waymark.close()
waymark.screen({ anonymousId: 'a', name: 'Settings', category: 'App', properties: { tab: 'billing' } }, () => {})
waymark.page({ userId: 'u', name: 'Docs' }) // wrong
waymark.page({ userId: 'u', properties: { path: '/docs', section: 'blog' } }) // wrong
waymark.page({ properties: { path: '/docs' } }) // wrong
waymark.screen({ userId: 'u' }) // wrong
waymark.screen({ userId: 'u', properties: { tab: 'billing', tabs: 1 } }) // wrong
waymark.track({ userId: 'u', event: 'Demo Requested' }) // wrong
waymark.track({ userId: 'u', event: 'Demo Requested', properties: { plan: 'gold' } }) // wrong
waymark.track({ userId: 'u', event: 'Demo Requested', properties: { plan: 'team', seat: 1 } }) // wrong
waymark.track({ event: 'Left Page' }) // wrong
waymark.track({ userId: 'u', event: 'Nobody Planned This' }) // wrong
waymark.identify({ userId: 'u', traits: { email: 7 } }) // wrong
`
const OPEN_BROWSER = `import { createWaymark } from '@waymark/browser'
import { planned } from './events.mjs'
const waymark = planned(createWaymark({ writeKey: 'wk', host: 'https://events.acme.test' }))
waymark.track('Nobody Planned This', { free: 1 }); waymark.track('Demo Requested', { plan: 'team', more: 1 })
waymark.page({ section: 'docs', more: 1 }); waymark.page('Docs', 'Intro', { section: 'docs' })
waymark.track('Demo Requested', { seats: 1 }) // wrong
waymark.page() // wrong
waymark.page('Docs') // wrong
waymark.page('Docs', () => {}) // wrong
waymark.page('Docs', 'Intro', { more: 1 }) // wrong
`
const OPEN_NODE = `import { Waymark } from '@waymark/node'
import { planned } from './events.mjs'
const waymark = planned(new Waymark({ writeKey: 'wk', host: 'https://events.acme.test' }))
waymark.track({ userId: 'u', event: 'Nobody Planned This', properties: { free: 1 } })
waymark.track({ userId: 'u', event: 'Demo Requested', properties: { plan: 'team', more: 1 } })
waymark.screen({ userId: 'u', properties: { anything: 1 } }); waymark.page({ userId: 'u', properties: { section: 'docs', more: 1 } })
waymark.track({ userId: 'u', event: 'Demo Requested', properties: { seats: 1 } }) // wrong
waymark.page({ userId: 'u' }) // wrong
`

test('right calls compile and wrong ones do not, with both SDKs', async () => {
  const uses = [
    ['browser-closed', typesOfPlan(PLAN, 'browser'), BROWSER],
    ['node-closed', typesOfPlan(PLAN, 'node'), NODE],
    ['browser-open', typesOfPlan(OPEN, 'browser'), OPEN_BROWSER],
    ['node-open', typesOfPlan(OPEN, 'node'), OPEN_NODE],
  ] as const
  expect((await lintPlan(PLAN)).problems).toEqual([])
  for (const [name, types, code] of uses) {
    mkdirSync(join(home, name))
    writeFileSync(join(home, name, 'events.mts'), types)
    writeFileSync(join(home, name, 'use.mts'), wrongs(code))
  }
  const options = [
    '--noEmit',
    '--strict',
    '--noUnusedLocals',
    '--exactOptionalPropertyTypes',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2022,dom',
    '--types',
    '',
  ]
  const compiler = resolve(root, 'node_modules/typescript/bin/tsc')
  const run = spawnSync(process.execPath, [compiler, ...options, ...uses.map(([name]) => `${name}/use.mts`)], {
    cwd: home,
    encoding: 'utf8',
  })
  expect(run.stdout).toBe('')
  expect(run.status).toBe(0)
})

test('the plan of the guide is one that can be pushed', async () => {
  const guide = readFileSync(join(root, 'docs/TRACKING-PLAN.md'), 'utf8')
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(guide) ?? []
  const { plan, problems } = await lintPlan(JSON.parse(json))
  expect(problems).toEqual([])
  if (plan === null) throw new Error('no plan')
  expect(typesOfPlan(plan, 'browser')).toContain("plan: 'free' | 'team' | 'enterprise'")
})
