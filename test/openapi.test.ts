import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { OPERATIONS } from '../gateway/src/openapi/openapiRoutes.ts'
import type { Operation } from '../gateway/src/openapi/operation.ts'
import { KEYS, type RunningGateway, startGateway, temporaryDataDir } from './gateway.ts'

interface Described {
  readonly requestBody?: { readonly content: { readonly [type: string]: object } }
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: { readonly enum?: readonly string[] } }[]
  readonly security?: readonly { readonly [scheme: string]: readonly string[] }[]
  readonly responses: { readonly [status: string]: { readonly content: { readonly [type: string]: { readonly schema: object } } } }
}

interface Document {
  readonly openapi: string
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } }
  readonly components: {
    readonly securitySchemes: { readonly [name: string]: { readonly type: string; readonly in?: string; readonly name?: string } }
  }
}

const data = temporaryDataDir()
const held: { gateway: RunningGateway | null; document: Document | null } = { gateway: null, document: null }
const url = () => held.gateway?.url ?? expect.unreachable('no gateway')
const documentNow = () => held.document ?? expect.unreachable('no document')

beforeAll(async () => {
  held.gateway = await startGateway({ dataDir: data.path })
  const { gateway } = held
  await vi.waitFor(async () => expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200), { timeout: 60_000, interval: 200 })
  held.document = (await (await fetch(`${url()}/openapi.json`)).json()) as Document
}, 120_000)
afterAll(async () => {
  await held.gateway?.stop()
  data.remove()
})

/** What the examples ask for that is not there, or not everywhere. */
const NOT_THERE: { readonly [path: string]: readonly number[] } = {
  '/v1/merges/{id}/undo': [404],
  '/analytics-next/bundles/{file}': [404],
  '/analytics.js/v1/{writeKey}/analytics.min.js': [200, 404],
  '/analytics.js/v1/{writeKey}/analytics.js': [200, 404],
  '/{version}/modern/plugins/rsa-plugins.js': [200, 404],
  '/rsaRequest': [403], // for pages of the same site only
}

/** The request of the documented examples. */
function exampleOf({ method, path, inPath = [], query = [], body, access }: Operation, isKeyed: boolean): Request {
  const told: { readonly [name: string]: string } = { writeKey: KEYS.browser }
  const filled = inPath.reduce((text, { name, example = '' }) => text.replace(`{${name}}`, encodeURIComponent(told[name] ?? example)), path)
  const asked = new URLSearchParams(query.flatMap(({ name, example }) => (example === undefined ? [] : [[name, example]])))
  const headers = new Headers()
  if (isKeyed && access === 'write key') headers.set('authorization', `Basic ${btoa(`${KEYS.browser}:`)}`)
  else if (isKeyed && access !== 'anybody') headers.set('authorization', `Bearer ${KEYS.secret}`)
  const text = body === undefined || method === 'get' ? null : JSON.stringify(body.example)
  if (text !== null) headers.set('content-type', 'application/json')
  return new Request(`${url()}${filled}?${asked}`, { method: method.toUpperCase(), headers, body: text, redirect: 'manual' })
}

/** Judges an answer by the document: its status must be there, and a JSON body must be as that says. */
async function judge({ method, path }: Operation, answer: Response): Promise<void> {
  const name = `${method} ${path} ${answer.status}`
  const described = documentNow().paths[path]?.[method]?.responses[answer.status]
  const text = await answer.text()
  if (described === undefined) return expect.unreachable(`${name} is not documented: ${text.slice(0, 300)}`)
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? ''
  expect(Object.keys(described.content), name).toContain(type)
  const schema = described.content[type]?.schema ?? {}
  if (type !== 'application/json' || Object.keys(schema).length === 0) return
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  const check = ajv.compile({ ...schema, components: documentNow().components })
  expect({ valid: check(JSON.parse(text)), errors: check.errors, name }).toEqual({ valid: true, errors: null, name })
}

describe('the description of the HTTP API', () => {
  test('is OpenAPI 3.1 by its own rules', async () => {
    const { valid, errors } = await new Validator().validate({ ...documentNow() })
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
    expect(documentNow().openapi).toBe('3.1.0')
  })

  test('is kept by every route, with its own examples', { timeout: 120_000 }, async () => {
    const first = ({ method, path, access }: Operation) =>
      path === '/v1/jobs/run' ? 1 : access === 'write key' || path === '/v1/import' ? 0 : method === 'put' ? 2 : 3
    for (const operation of [...OPERATIONS].sort((a, b) => first(a) - first(b))) {
      const answer = await fetch(exampleOf(operation, true))
      const expected = NOT_THERE[operation.path] ?? [200]
      if (!expected.includes(answer.status)) expect.unreachable(`${operation.path}: ${answer.status} ${await answer.text()}`)
      await judge(operation, answer)
    }
  })

  test('takes every form of body that it names, and the key in every place that it names', { timeout: 60_000 }, async () => {
    const { requestBody, parameters, security } = documentNow().paths['/v1/batch']?.post ?? expect.unreachable()
    const { securitySchemes } = documentNow().components
    const [encodings] = (parameters ?? []).filter(one => one.in === 'header' && one.name === 'Content-Encoding').map(one => one.schema.enum)
    const text = JSON.stringify({ batch: [{ type: 'track', event: 'Tested', userId: 'u' }] })
    const post = async (body: BodyInit, headers: Record<string, string>, query = '') => {
      const answer = await fetch(`${url()}/v1/batch${query}`, { method: 'POST', headers, body })
      return { status: answer.status, ...((await answer.json()) as { accepted?: number }) }
    }
    const basic = `Basic ${btoa(`${KEYS.browser}:`)}`
    const taken = { status: 200, accepted: 1 }

    expect(Object.keys(requestBody?.content ?? {})).toEqual(['application/json', 'text/plain'])
    for (const type of Object.keys(requestBody?.content ?? {}))
      expect(await post(text, { authorization: basic, 'content-type': type }), type).toMatchObject(taken)
    const packed: { readonly [coding: string]: (text: string) => Buffer } = {
      gzip: gzipSync,
      deflate: deflateSync,
      br: brotliCompressSync,
      zstd: zstdCompressSync,
    }
    expect(encodings).toEqual(Object.keys(packed))
    for (const coding of encodings ?? []) {
      const body = new Uint8Array(packed[coding]?.(text) ?? [])
      expect(await post(body, { authorization: basic, 'content-encoding': coding }), coding).toMatchObject(taken)
    }
    const ways = (security ?? []).flatMap(one => Object.keys(one)).map(name => securitySchemes[name] ?? expect.unreachable(name))
    expect(ways.map(({ type, in: place, name }) => [type, place, name])).toEqual([
      ['http', undefined, undefined],
      ['apiKey', 'header', 'X-Write-Key'],
      ['apiKey', 'query', 'writeKey'],
    ])
    for (const { type, in: place, name = '' } of ways) {
      const headers: Record<string, string> =
        type === 'http' ? { authorization: basic } : place === 'header' ? { [name]: KEYS.browser } : {}
      expect(await post(text, headers, place === 'query' ? `?${name}=${KEYS.browser}` : ''), place).toMatchObject(taken)
    }
    expect((await post(text, {})).status).toBe(401)
  })

  test('says who is turned away', { timeout: 60_000 }, async () => {
    const closed = OPERATIONS.filter(
      ({ refusals, inPath = [] }) => refusals.includes(401) && !inPath.some(({ name }) => name === 'writeKey'),
    )
    expect(closed.length).toBeGreaterThan(20)
    for (const operation of closed) {
      if (operation.access === 'metrics') continue // told without a key on loopback
      const answer = await fetch(exampleOf(operation, false))
      expect(answer.status, operation.path).toBe(401)
      await judge(operation, answer)
      if (!operation.refusals.includes(403) || operation.access === 'write key' || operation.access === 'import') continue
      const leaked = exampleOf(operation, true)
      leaked.headers.set('origin', 'https://acme.com')
      const refused = await fetch(new Request(leaked, { headers: [...leaked.headers] }))
      expect(refused.status, operation.path).toBe(403)
      await judge(operation, refused)
    }
  })

  test('says what a request may be wrong in', { timeout: 60_000 }, async () => {
    const authorization = `Bearer ${KEYS.secret}`
    for (const [path, status] of [
      ['/v1/accounts?limit=0', 400],
      ['/v1/accounts/none.example', 404],
      ['/v1/profiles/user_id/nobody', 404],
      ['/v1/stats?from=yesterday', 400],
      ['/v1/rejected?limit=x', 400],
      ['/v1/plans/none', 404],
    ] as const) {
      const answer = await fetch(url() + path, { headers: { authorization } })
      expect(answer.status, path).toBe(status)
      const pattern = path
        .split('?')[0]
        ?.replace('none.example', '{id}')
        .replace('/none', '/{id}')
        .replace('user_id/nobody', '{type}/{value}')
      const operation = OPERATIONS.find(one => one.path === pattern && one.method === 'get')
      await judge(operation ?? expect.unreachable(path), answer)
    }
    for (const body of ['{"batch": [', '{"batch": 7}']) {
      const answer = await fetch(`${url()}/v1/batch?writeKey=${KEYS.browser}`, { method: 'POST', body })
      expect(answer.status).toBe(400)
      await judge(OPERATIONS.find(({ path }) => path === '/v1/batch') ?? expect.unreachable(), answer)
    }
  })
})
