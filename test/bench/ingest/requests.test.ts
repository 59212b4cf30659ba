import { expect, test } from 'vitest'
import { parseAnswer } from './connection.ts'
import { visitorEvents } from './events.ts'
import { createRequests } from './requests.ts'

const NOW = Date.UTC(2026, 2, 1)

function bodyOf(request: Buffer): { sentAt: string; batch: { messageId: string }[] } {
  const text = request.toString()
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)
  expect(Buffer.byteLength(body)).toBe(Number(/Content-Length: (\d+)/.exec(text)?.[1]))
  return JSON.parse(body) as { sentAt: string; batch: { messageId: string }[] }
}

test('no message id is ever sent twice, and nothing else changes but the time', () => {
  const events = visitorEvents(1, 50, NOW)
  const builders = [1, 2].map(connection => createRequests({ events, run: '000001', connection, writeKey: 'k', now: () => NOW }))
  const bodies = builders.flatMap(builder => [1, 2, 3].map(() => bodyOf(builder.next())))
  const ids = bodies.flatMap(({ batch }) => batch.map(({ messageId }) => messageId))
  expect(ids).toHaveLength(300)
  expect(new Set(ids).size).toBe(300)
  expect(builders[1]?.lastId()).toBe(ids.at(-1))
  for (const { sentAt, batch } of bodies) {
    expect(sentAt).toBe(new Date(NOW).toISOString())
    expect(batch.map(event => ({ ...event, messageId: '' }))).toEqual(events.map(event => ({ ...event, messageId: '' })))
  }
})

test('events are as large as those that pages send', () => {
  const sizes = visitorEvents(1, 500, NOW).map(event => JSON.stringify(event).length)
  expect(sizes).toHaveLength(500)
  expect(sizes.reduce((sum, bytes) => sum + bytes) / sizes.length).toBeGreaterThan(650)
})

test('an answer is read when it is whole, with a length or in chunks', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'
  expect(parseAnswer(head.slice(0, -3))).toBeNull()
  expect(parseAnswer(`${head}{`)).toBeNull()
  expect(parseAnswer(`${head}{}`)).toEqual({ status: 200, body: '{}' })
  const chunked = 'HTTP/1.1 429 Too Many Requests\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n'
  expect(parseAnswer(chunked)).toBeNull()
  expect(parseAnswer(`${chunked}0\r\n\r\n`)?.status).toBe(429)
})
