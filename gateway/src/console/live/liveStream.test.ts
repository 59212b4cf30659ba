import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createLiveFeed, type LiveFeed } from '../../ingest/live/feed.ts'
import { stopListening } from '../../listening.ts'
import { createLiveStreams, type LiveStreamDeps } from './liveStream.ts'

const AT = Date.UTC(2026, 2, 1, 9, 5)
const ALL = { source: '', outcome: '', text: '' }
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

interface Message {
  readonly id: string
  readonly event: string
  readonly data: string
}

function testStreams(more: Partial<LiveStreamDeps> = {}) {
  const feed = createLiveFeed({ now: () => AT })
  const stopping = new AbortController()
  const session = { isOpen: true }
  const stream = createLiveStreams({ feed, stopping: stopping.signal, everyMs: 5, ...more })
  const app = new Hono()
  app.get('/stream', (c: Context) => {
    c.set('isSessionOpen', () => session.isOpen)
    return stream(c, ALL)
  })
  closing.push(async () => stopping.abort())
  return { feed, stopping, session, app }
}

const refuse = (feed: LiveFeed, message: string) =>
  feed.refused({ at: AT, status: 401, code: 'unknown_write_key', message, path: '/v1/batch', source: '', origin: '' })

/** Messages of a stream as they come; ends with it. */
async function* messagesOf(response: Response): AsyncGenerator<Message> {
  const text = { rest: '' }
  const decoder = new TextDecoder()
  if (response.body === null) return
  for await (const chunk of response.body) {
    text.rest += decoder.decode(chunk, { stream: true })
    const whole = text.rest.split('\n\n')
    text.rest = whole.pop() ?? ''
    for (const message of whole) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1] ?? ''
      yield { id: field('id'), event: field('event'), data: field('data') }
    }
  }
}

/** The next message with entries: its id, their messages, how many were left out. */
async function nextEntries(messages: AsyncGenerator<Message>) {
  for (;;) {
    const { value, done } = await messages.next()
    if (done === true) throw new Error('the stream ended')
    if (value.event !== 'entries') continue
    const { entries, more } = JSON.parse(value.data) as { entries: { message: string }[]; more: number }
    return { id: value.id, told: entries.map(({ message }) => message), more }
  }
}

describe('the stream of live events', () => {
  it('tells what is there and what comes, and goes on where a reader was', async () => {
    const { feed, app } = testStreams()
    refuse(feed, 'one')
    const response = await app.request('/stream')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const messages = messagesOf(response)
    const first = await nextEntries(messages)
    expect(first.told).toEqual(['one'])
    refuse(feed, 'two')
    expect(await nextEntries(messages)).toMatchObject({ told: ['two'], more: 0 })
    const after = messagesOf(await app.request('/stream', { headers: { 'last-event-id': first.id } }))
    expect((await nextEntries(after)).told).toEqual(['two'])
    const asked = messagesOf(await app.request(`/stream?after=${first.id}`))
    expect((await nextEntries(asked)).told).toEqual(['two'])
    // A place of the process before: everything is new.
    const other = messagesOf(await app.request('/stream', { headers: { 'last-event-id': 'older-2' } }))
    expect((await nextEntries(other)).told).toEqual(['one', 'two'])
  })

  it('lists at most fifty at once and says how many more there were', async () => {
    const { feed, app } = testStreams()
    const pass = (count: number) =>
      feed.passedOver(
        Array.from({ length: count }, () => ({ outcome: 'deduplicated', type: 'track', name: 'x', person: '', messageId: '' }) as const),
        'web',
        AT,
      )
    pass(1)
    const messages = messagesOf(await app.request('/stream'))
    await nextEntries(messages)
    pass(90)
    const { told, more } = await nextEntries(messages)
    expect([told.length, told.length + more]).toEqual([49, 90])
  })

  it('shows signs of life while nothing comes', async () => {
    const { app } = testStreams()
    const messages = messagesOf(await app.request('/stream'))
    for (const _ of [1, 2, 3]) expect((await messages.next()).value).toMatchObject({ event: 'pulse', data: '0.0' })
  })

  it('ends when the session ends, and says so', async () => {
    const { app, session } = testStreams()
    const messages = messagesOf(await app.request('/stream'))
    await messages.next()
    session.isOpen = false
    const last = { event: '' }
    for await (const { event } of messages) last.event = event
    expect(last.event).toBe('signed-out')
  })

  it('has room for twenty readers, and for another when one leaves', async () => {
    const { app } = testStreams()
    const readers = await Promise.all(Array.from({ length: 20 }, () => app.request('/stream')))
    expect(readers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    const late = await app.request('/stream')
    expect([late.status, await late.text()]).toEqual([503, expect.stringContaining('20 live pages')])
    await readers[0]?.body?.cancel()
    await vi.waitFor(async () => expect((await app.request('/stream')).status).toBe(200))
  })
})

describe('on a socket', () => {
  async function listening(app: Hono) {
    const server = createAdaptorServer({ fetch: app.fetch }) as Server
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(async () => {
      server.closeAllConnections()
      server.close()
    })
    return { server, port: (server.address() as AddressInfo).port }
  }

  it('a server that stops ends its streams and is done, without cutting one', async () => {
    const { app, stopping } = testStreams()
    const { server, port } = await listening(app)
    const socket = connect(port, '127.0.0.1')
    const read = { text: '' }
    socket.on('data', chunk => {
      read.text += chunk.toString()
    })
    socket.write('GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    await vi.waitFor(() => expect(read.text).toContain('event: pulse'))
    const cut = vi.spyOn(server, 'closeAllConnections')
    stopping.abort()
    await stopListening(server)
    expect(cut).not.toHaveBeenCalled()
    // The last chunk of a whole answer.
    await vi.waitFor(() => expect(read.text).toMatch(/\r\n0\r\n\r\n$/))
  })

  it('a reader that takes nothing is dropped, with what waits for it', async () => {
    const { app, feed } = testStreams({ everyMs: 1, patienceMs: 200 })
    const { server, port } = await listening(app)
    const socket = connect(port, '127.0.0.1')
    closing.push(async () => void socket.destroy())
    socket.write('GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    await once(socket, 'data')
    socket.pause()
    const long = 'W'.repeat(300)
    const copies = Array.from(
      { length: 50 },
      () => ({ outcome: 'deduplicated', type: 'track', name: long, person: long, messageId: long }) as const,
    )
    const clock = { at: AT }
    const flood = setInterval(() => {
      clock.at += 10_000
      feed.passedOver(copies, 'web', clock.at)
    }, 1)
    closing.push(async () => clearInterval(flood))
    const connections = () =>
      new Promise<number>((done, fail) => server.getConnections((error, count) => (error === null ? done(count) : fail(error))))
    expect(await connections()).toBe(1)
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 20_000 })
  }, 30_000)
})
