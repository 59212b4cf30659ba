import { isUtf8 } from 'node:buffer'
import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { contentOf } from '../event/content.ts'
import { createBodyMemory } from './bodyMemory.ts'
import { bodyOf, type Envelope, parseBody, readText } from './decode.ts'

const BODY = JSON.stringify({ batch: [{ type: 'page', anonymousId: 'a' }], writeKey: 'wk' })

function post(body: string | Buffer, headers: Record<string, string> = {}): Request {
  return new Request('http://x/v1/batch', { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers })
}

/** A request whose pieces come when a test says so. */
function incomingPost(body: Buffer, headers: Record<string, string>) {
  const incoming = new EventEmitter() as IncomingMessage & EventEmitter
  return { incoming, request: post(body, { ...headers, 'content-length': String(body.length) }) }
}

const quickBrotli = (body: string | Buffer) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } })

async function decode(request: Request, how: { single: boolean }): Promise<Envelope> {
  return parseBody((await bodyOf(request, null, createBodyMemory())).bytes, how)
}

function decodeBatch(body: string | Buffer, headers: Record<string, string> = {}): Promise<Envelope> {
  return decode(post(body, headers), { single: false })
}

/** Status and code of what a request is refused with. */
async function refusal(answer: Promise<unknown>): Promise<[number, string, string]> {
  const error: unknown = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof HTTPException)) throw error ?? new Error('was accepted')
  const { error: problem } = (await error.getResponse().json()) as { error: { code: string; message: string } }
  return [error.status, problem.code, problem.message]
}

describe('a body is read by what it is', () => {
  it.each([
    ['plain', Buffer.from(BODY), {}],
    ['plain with a byte order mark', Buffer.from(`\uFEFF${BODY}`), {}],
    [
      'gzip that calls itself a form, as RudderStack sends it',
      gzipSync(BODY),
      { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
    ],
    ['gzip without a word', gzipSync(BODY), {}],
    ['zlib', deflateSync(BODY), { 'content-encoding': 'deflate' }],
    ['raw deflate', deflateRawSync(BODY), { 'content-encoding': 'deflate' }],
    ['brotli', brotliCompressSync(BODY), { 'content-encoding': 'br' }],
    ['zstd', zstdCompressSync(BODY), {}],
    ['plain that a proxy inflated and left marked', Buffer.from(BODY), { 'content-encoding': 'gzip' }],
    ['plain that two proxies inflated and left marked', Buffer.from(BODY), { 'content-encoding': 'gzip, br' }],
    ['gzip with a word that means nothing', gzipSync(BODY), { 'content-encoding': 'identity, gzip' }],
    ['plain marked brotli', Buffer.from(BODY), { 'content-encoding': 'br' }],
    ['any content type', Buffer.from(BODY), { 'content-type': 'image/png' }],
  ])('%s', async (_, body, headers) => {
    expect(await decodeBatch(body, headers as Record<string, string>)).toMatchObject({
      events: [{ type: 'page', anonymousId: 'a' }],
      writeKey: 'wk',
      bytes: expect.any(Number),
    })
  })
})

describe('a body that cannot be read is refused with a reason', () => {
  it.each([
    ['', {}, 400, 'empty_body'],
    ['{"batch":', {}, 400, 'unreadable_body'],
    ['<html>', {}, 400, 'unreadable_body'],
    ['null', {}, 400, 'unreadable_body'],
    ['5', {}, 400, 'unreadable_body'],
    ['{"type":"track"}', {}, 400, 'no_batch'],
    ['{"batch":{}}', {}, 400, 'no_batch'],
    ['not compressed', { 'content-encoding': 'gzip' }, 400, 'unreadable_body'],
    ['not compressed', { 'content-encoding': 'br' }, 400, 'unreadable_body'],
    ['not compressed', { 'content-encoding': 'compress' }, 415, 'unsupported_encoding'],
    [gzipSync(BODY).subarray(0, 30), {}, 400, 'unreadable_body'],
    [gzipSync(gzipSync(BODY)), { 'content-encoding': 'gzip, gzip' }, 415, 'unsupported_encoding'],
    [brotliCompressSync(gzipSync(BODY)), { 'content-encoding': 'gzip, br' }, 415, 'unsupported_encoding'],
    [gzipSync(brotliCompressSync(BODY)), { 'content-encoding': 'br, x-gzip' }, 415, 'unsupported_encoding'],
  ])('%s %j', async (body, headers, status, code) => {
    const [gotStatus, gotCode, message] = await refusal(decodeBatch(body, headers as Record<string, string>))
    expect([gotStatus, gotCode]).toEqual([status, code])
    expect(message.length).toBeGreaterThan(20)
  })
})

describe('sizes', () => {
  const large = (bytes: number) => JSON.stringify({ batch: [{ text: 'x'.repeat(bytes) }] })

  it('1 MiB as sent is the limit, announced or not', async () => {
    const exact = large(1024 * 1024 - 23)
    expect(exact).toHaveLength(1024 * 1024)
    await expect(decodeBatch(exact)).resolves.toBeDefined()
    expect((await refusal(decodeBatch(`${exact} `))).slice(0, 2)).toEqual([413, 'body_too_large'])
    expect((await refusal(decodeBatch(`${exact} `, { 'content-length': String(exact.length + 1) }))).slice(0, 2)).toEqual([
      413,
      'body_too_large',
    ])
    expect((await refusal(decodeBatch(`${exact} `, { 'content-length': '10' }))).slice(0, 2)).toEqual([413, 'body_too_large'])
  })

  it.each([
    ['gzip', gzipSync, {}],
    ['brotli', quickBrotli, { 'content-encoding': 'br' }],
    ['zstd', zstdCompressSync, {}],
    ['zlib', deflateSync, {}],
  ])('5 MiB inflated is the limit for %s', async (_, compress, headers) => {
    await expect(decodeBatch(compress(large(4_000_000)), headers as Record<string, string>)).resolves.toBeDefined()
    expect((await refusal(decodeBatch(compress(large(6_000_000)), headers as Record<string, string>))).slice(0, 2)).toEqual([
      413,
      'body_too_large',
    ])
  })

  it('a bomb of 256 MiB is refused without being blown up', async () => {
    const bomb = quickBrotli(Buffer.alloc(256 * 1024 * 1024, 0x20))
    expect(bomb.length).toBeLessThan(1000)
    const before = process.memoryUsage().rss
    expect((await refusal(decodeBatch(bomb, { 'content-encoding': 'br' })))[0]).toBe(413)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
  })

  it('brotli that says how much it comes to is believed: no room is made for it', async () => {
    const bomb = quickBrotli(Buffer.alloc(16 * 1024 * 1024))
    // Its first words alone: to whoever inflates it, it is broken.
    expect((await refusal(decodeBatch(bomb.subarray(0, 8), { 'content-encoding': 'br' }))).slice(0, 2)).toEqual([413, 'body_too_large'])
    const small = quickBrotli(large(100)).subarray(0, 8)
    expect((await refusal(decodeBatch(small, { 'content-encoding': 'br' }))).slice(0, 2)).toEqual([400, 'unreadable_body'])
  })

  it('brotli with a window of 16 MiB is read, and makes room for 8', async () => {
    const body = brotliCompressSync(large(4_000_000), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 2, [constants.BROTLI_PARAM_LGWIN]: 24 },
    })
    const { incoming, request } = incomingPost(body, { 'content-encoding': 'br' })
    const reading = bodyOf(request, incoming, createBodyMemory())
    incoming.emit('data', body)
    incoming.emit('end')
    expect((await reading).bytes.toString()).toBe(large(4_000_000))
    expect((body[0] ?? 0) & 0x0f).toBe(0x0d)
  })

  it('what was inflated is given back when the request is answered', async () => {
    for (const size of [100, 200_000, 3_000_000]) {
      const memory = createBodyMemory()
      const { bytes, release } = await bodyOf(post(gzipSync(large(size))), null, memory)
      expect(bytes.toString()).toBe(large(size))
      release()
      const isUsedAgain = memory.take(bytes.length).buffer === bytes.buffer
      expect([size, isUsedAgain || bytes.buffer.byteLength === 0]).toEqual([size, true])
    }
  })

  it('what is no JSON at its first byte is not made a text', async () => {
    const noText = Buffer.alloc(4_000_000, 0xc3)
    const fastest = (work: () => void) =>
      Math.min(
        ...Array.from({ length: 10 }, () => {
          const began = performance.now()
          work()
          return performance.now() - began
        }),
      )
    const refusing = fastest(() => expect(() => parseBody(noText, { single: false })).toThrow(HTTPException))
    expect(refusing).toBeLessThan(fastest(() => void readText(noText)) / 2)
    for (const spaces of ['', ' ', '\n\r\t ', '\uFEFF', '\uFEFF ']) expect((await decodeBatch(`${spaces}[{}]`)).events).toEqual([{}])
    for (const words of ['-1', '7', 'true', 'false', '"{}"']) {
      expect((await refusal(decodeBatch(words)))[2]).toMatch(/must be a JSON object or array; it is a /)
    }
    for (const words of ['\u00a0{}', '\uFEFF\uFEFF[]', '+1', 'undefined'])
      expect((await refusal(decodeBatch(words)))[2]).toMatch(/not valid JSON/)
  })

  it('brackets are read as many as an event could have, and refused by the hundred thousand or where they were inflated from little', async () => {
    const brackets = (count: number) => `{"batch":[${'['.repeat(count)}${']'.repeat(count)},{}]}`
    expect((await decodeBatch(brackets(65_536))).events).toHaveLength(2)
    expect((await refusal(decodeBatch(brackets(500_000)))).slice(0, 2)).toEqual([400, 'unreadable_body'])
    expect((await refusal(decodeBatch(gzipSync(brackets(2_000_000))))).slice(0, 2)).toEqual([400, 'unreadable_body'])
    expect((await decodeBatch(gzipSync(large(2_000_000).replace('xx', '[\\"[')))).events).toHaveLength(1)
  })

  it('2,500 events are the limit', async () => {
    const batch = (count: number) => JSON.stringify({ batch: Array.from({ length: count }, () => ({})) })
    expect((await decodeBatch(batch(2500))).events).toHaveLength(2500)
    expect((await refusal(decodeBatch(batch(2501)))).slice(0, 2)).toEqual([413, 'batch_too_large'])
  })

  it('integrations that would be stored 2,500 times may not be large, whether alone or with a context', async () => {
    const small = { text: 'ü'.repeat(600) }
    const batch = Array.from({ length: 2500 }, () => ({}))
    expect((await decodeBatch(JSON.stringify({ batch, integrations: small }))).events).toHaveLength(2500)
    expect((await refusal(decodeBatch(JSON.stringify({ batch, integrations: small, context: small })))).slice(0, 2)).toEqual([
      413,
      'batch_too_large',
    ])
    const large = gzipSync(JSON.stringify({ batch, integrations: { text: 'x'.repeat(60_000) } }))
    expect(large.length).toBeLessThan(2048)
    expect((await refusal(decodeBatch(large))).slice(0, 2)).toEqual([413, 'batch_too_large'])
  })

  it('a context may be much larger than the events, but not make a hundred times as much of a small body', async () => {
    const body = (count: number, length: number) => {
      const batch = Array.from({ length: count }, (_, place) => ({ type: 'page', userId: 'u', messageId: `m${place}` }))
      return JSON.stringify({ batch, context: { text: 'x'.repeat(length) } })
    }
    for (const [count, length] of [
      [2500, 2000],
      [120, 2000],
      [20, 20_000],
    ] as const)
      expect((await decodeBatch(body(count, length))).events).toHaveLength(count)
    expect((await refusal(decodeBatch(body(150, 32_000)))).slice(0, 2)).toEqual([413, 'batch_too_large'])
  })

  it('a context that would be stored a thousand times may not be large, nor deep', async () => {
    const context = { text: 'x'.repeat(60_000) }
    const batch = Array.from({ length: 1000 }, () => ({}))
    expect((await refusal(decodeBatch(JSON.stringify({ batch, context })))).slice(0, 2)).toEqual([413, 'batch_too_large'])
    expect((await refusal(decodeBatch(`{"batch":[],"context":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`)))[1]).toBe(
      'unreadable_body',
    )
  })
})

describe('shapes of a body', () => {
  it('an array is a batch', async () => {
    expect((await decodeBatch('[{"type":"page"}]')).events).toEqual([{ type: 'page' }])
  })

  it('is kept as it came, unless it is no text: then as it was read', async () => {
    const odd = Buffer.concat([Buffer.from('{"batch":[{"note":"'), Buffer.from([0xff, 0x57, 0xfe, 0x20]), Buffer.from('"}]}')])
    const { body, events } = await decodeBatch(odd)
    expect(isUtf8(body)).toBe(true)
    expect(contentOf(JSON.parse(readText(body))).events).toEqual(events)
    expect((await decodeBatch(gzipSync(BODY))).body.toString()).toBe(BODY)
  })

  it('one event is the body of its route, a batch there is a batch', async () => {
    expect((await decode(post('{"event":"X","writeKey":"wk"}'), { single: true })).events).toEqual([{ event: 'X', writeKey: 'wk' }])
    expect((await decode(post('{"batch":[1,2]}'), { single: true })).events).toEqual([1, 2])
  })

  it('what is said once is passed on, junk in its place is not', async () => {
    expect(await decodeBatch('{"batch":[],"sentAt":"s","context":{"a":1},"integrations":{"All":false},"source":"crm"}')).toMatchObject({
      sentAt: 's',
      context: { a: 1 },
      integrations: { All: false },
      source: 'crm',
    })
    const junk = await decodeBatch('{"batch":[],"context":5,"integrations":[],"writeKey":{}}')
    expect(Object.keys(junk).sort()).toEqual(['body', 'bytes', 'events', 'sentAt', 'source', 'texts'])
  })

  it.each([
    ['{"batch":["ü 😀 \\\\n \\" ud800"]}', true],
    ['{"batch":["\\ud800"]}', false],
    ['{"batch":[{"\\u0000":1}]}', false],
  ])('%s is told to hold no escaped code units: %s', async (text, areClean) => {
    expect((await decodeBatch(text)).texts).toEqual({ areClean })
  })
})
