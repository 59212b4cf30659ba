import type { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../config.ts'
import { createMicro } from '../micro/micro.ts'
import { loadModels } from '../model/load.ts'
import { createSurface, type SurfaceDeps } from '../surface.ts'
import { documentOf } from './document.ts'
import { MICRO } from './microOperations.ts'
import { OPERATIONS } from './openapiRoutes.ts'
import { HEALTH } from './operateOperations.ts'
import type { Operation } from './operation.ts'
import { PEERS, SEND } from './sendOperations.ts'

/** Everything that is opened, not opened: the routes are listed here, and none of them is asked. */
const UNOPENED: never = new Proxy(() => undefined, {
  get: (_, name) => (name === 'then' ? undefined : UNOPENED),
  apply: () => UNOPENED,
}) as never

function gateway(): Hono {
  const given: Partial<SurfaceDeps> = {
    config: loadConfig({}, '/nowhere'),
    url: 'http://127.0.0.1:8090',
    models: loadModels(),
    writeKeys: [],
    secretKeys: [],
    now: () => 0,
    gateway: () => ({ version: '1.2.3', node: '', role: 'all', pid: 1, startedAt: 0, memoryBytes: 0 }),
    sdkFile: new URL('file:///none.js'),
    demo: false,
    leaving: new AbortController().signal,
  }
  return createSurface(new Proxy(given, { get: (deps, name) => Reflect.get(deps, name) ?? UNOPENED }) as SurfaceDeps)
}

function micro(): Hono {
  return createMicro({
    ...(UNOPENED as object),
    version: '',
    url: 'http://127.0.0.1',
    writeKeys: [],
    log: UNOPENED,
    now: () => 0,
    randomUUID: () => '',
    sdkFile: new URL('file:///none.js'),
    segmentScripts: null,
    rudderPlugins: null,
  })
}

/** Pages for people, and the way to them. */
const PAGES = /^\/(?:console|demo)(?:\/|$)|^\/$|^\/micro\/?$/
/** A host that was given with a slash at its end makes two of them: the same route. */
const written = (path: string) =>
  path
    .replace(/^\/\//, '/')
    .replace(/:(\w+)/g, '{$1}')
    .replace('*', '{path}')
/** Routes that only look whether somebody may go on. */
const GUARDS = new Set(['/v1/accounts/*', '/v1/profiles/*'])

function routesOf(app: Hono): string[] {
  const routes = app.routes.filter(({ method, path }) => method !== 'ALL' && !PAGES.test(path) && !GUARDS.has(path))
  return [...new Set(routes.map(({ method, path }) => `${method} ${written(path)}`))].sort()
}

function documented(operations: readonly Operation[]): string[] {
  return operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort()
}

describe('every route is documented, and every documented route is there', () => {
  it('of the gateway', () => {
    expect(documented(OPERATIONS)).toEqual(routesOf(gateway()))
  })

  it('of micro mode', () => {
    const extra = ['GET /v1/rejected', 'POST /v1/import']
    const known = documented([...MICRO, ...SEND, ...HEALTH, ...PEERS])
    expect(known.filter(route => !extra.includes(route))).toEqual(routesOf(micro()).filter(route => !extra.includes(route)))
  })
})

describe('the document', () => {
  const document = documentOf([...OPERATIONS, ...MICRO], '1.2.3')
  const operations = Object.values(document.paths).flatMap(methods => Object.values(methods)) as { operationId: string }[]

  it('names each operation once', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(OPERATIONS.length + MICRO.length)
  })

  it('refers to nothing that is not in it', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(match => match[1] ?? '')
    expect(refs.length).toBeGreaterThan(100)
    const schemas = Object.keys(document.components.schemas)
    expect([...new Set(refs)].filter(ref => !schemas.includes(ref.replace('#/components/schemas/', '')))).toEqual([])
  })

  it('declares every parameter that stands in a path, and no other', () => {
    for (const { path, inPath = [] } of [...OPERATIONS, ...MICRO])
      expect(
        inPath.map(({ name }) => name),
        path,
      ).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]))
  })
})

describe('the page', () => {
  it('tells every operation, needs no script and nothing of elsewhere', async () => {
    const answer = await gateway().request('/openapi')
    const text = await answer.text()
    for (const { method, path } of OPERATIONS)
      expect(text).toContain(`<code><b class="${method}">${method.toUpperCase()}</b> ${path}</code>`)
    expect(text).not.toMatch(/<script|<style|style=|https?:\/\/(?!127|[\w.]*acme)/)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(match => match[1])
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
  })
})
