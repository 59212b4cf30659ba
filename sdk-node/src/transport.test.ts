import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { createTransport, type TransportOptions } from './transport.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function collector(answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void) {
  const sockets = new Set<Socket>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    answer(request, response, Buffer.concat(chunks))
  })
  server.on('connection', socket => sockets.add(socket))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/batch`)
  const open = (more: Partial<TransportOptions> = {}) => {
    const transport = createTransport({ url, writeKey: 'wk', concurrency: 4, timeoutMs: 5_000, gzip: true, ...more })
    ends.push(transport.end)
    return transport
  }
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url, sockets, open }
}

test('sends JSON with the write key; what is above one packet is compressed, if wanted', async () => {
  const seen: { encoding: string | undefined; authorization: string | undefined; body: Buffer }[] = []
  const { open } = await collector((request, response, body) => {
    seen.push({ encoding: request.headers['content-encoding'], authorization: request.headers.authorization, body })
    response.setHeader('retry-after', '7').end('"ok"')
  })
  const [small, large] = [Buffer.from('{"a":1}'), Buffer.from(JSON.stringify('ü'.repeat(5_000)))]
  expect(await open().post(small)).toEqual({ status: 200, retryAfter: '7', text: '"ok"' })
  await open().post(large)
  await open({ gzip: false }).post(large)
  expect(seen.map(({ encoding }) => encoding)).toEqual([undefined, 'gzip', undefined])
  expect(seen[0]).toMatchObject({ authorization: `Basic ${Buffer.from('wk:').toString('base64')}`, body: small })
  expect(gunzipSync(seen[1]?.body ?? '')).toEqual(large)
  expect(seen[2]?.body).toEqual(large)
})

test('keeps its connections and opens no more than it may', async () => {
  const { open, sockets } = await collector((_, response) => response.end('{}'))
  const { post } = open({ concurrency: 2 })
  for (let round = 0; round < 5; round++) await Promise.all([post(Buffer.from('1')), post(Buffer.from('2')), post(Buffer.from('3'))])
  expect(sockets.size).toBe(2)
})

test.each([
  ['is never given', () => undefined, 'no answer within 50 ms'],
  ['never ends', (response: ServerResponse) => response.writeHead(200).write('{'), ''],
  ['is a reset', (response: ServerResponse) => response.socket?.resetAndDestroy(), 'ECONNRESET'],
  ['breaks off', (response: ServerResponse) => response.writeHead(200).write('{', () => response.socket?.destroy()), 'aborted'],
] as const)('an answer that %s is none: status 0 and the reason', async (_, act, reason) => {
  const { open } = await collector((_request, response) => act(response))
  const answer = await open({ timeoutMs: 50 }).post(Buffer.from('{}'))
  expect(answer.status).toBe(0)
  expect(answer.text).toContain(reason)
})

test('a gateway that is not there, and a transport that ends, are answers as well', async () => {
  const { url, open } = await collector(() => undefined)
  const nobody = createTransport({ url: new URL('http://127.0.0.1:1/'), writeKey: 'wk', concurrency: 1, timeoutMs: 5_000, gzip: true })
  expect(await nobody.post(Buffer.from('{}'))).toMatchObject({ status: 0, text: expect.stringContaining('ECONNREFUSED') })
  expect(url.port).not.toBe('1')
  const transport = open()
  const answer = transport.post(Buffer.from('{}'))
  setImmediate(transport.end)
  expect(await answer).toMatchObject({ status: 0 })
})

test('an answer as large as no gateway gives is not read to its end', async () => {
  const { open } = await collector((_, response) => response.end('x'.repeat(3_000_000)))
  const { text } = await open().post(Buffer.from('{}'))
  expect(text.length).toBeLessThanOrEqual(1024 * 1024)
})
