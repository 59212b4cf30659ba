import { expect, test } from 'vitest'
import { createWriter } from './event.ts'

const write = createWriter({ uuid: () => 'id-1', now: () => Date.UTC(2026, 2, 1) })
const fields = { userId: 'u', event: 'Paid' }

test('a call is written once, with the time and the id of the call', () => {
  const written = write('track', { ...fields, groupId: 'acme', properties: { name: 'Ünï', at: new Date(0), gone: undefined }, sentAt: 'x' })
  expect(written).toMatchObject({ messageId: 'id-1' })
  if ('code' in written) throw new Error(written.message)
  expect(JSON.parse(written.text)).toEqual({
    type: 'track',
    ...fields,
    groupId: 'acme',
    messageId: 'id-1',
    timestamp: '2026-03-01T00:00:00.000Z',
    properties: { name: 'Ünï', at: '1970-01-01T00:00:00.000Z' },
  })
  expect(written.bytes).toBe(Buffer.from(written.text).length)
})

test('a message cannot change its type, take its id away or leave its time open', () => {
  const written = write('track', { ...fields, type: 'page', messageId: '', timestamp: null })
  expect('text' in written && JSON.parse(written.text)).toEqual({
    ...fields,
    type: 'track',
    messageId: 'id-1',
    timestamp: '2026-03-01T00:00:00.000Z',
  })
})

test("the caller's own time and id are kept", () => {
  const written = write('page', { anonymousId: 7, messageId: 'mine', timestamp: new Date(5) })
  expect('text' in written && JSON.parse(written.text)).toEqual({
    type: 'page',
    anonymousId: 7,
    messageId: 'mine',
    timestamp: '1970-01-01T00:00:00.005Z',
  })
})

const cycle: Record<string, unknown> = { ...fields }
cycle.properties = cycle
const hostile = {
  event: 'Paid',
  get userId() {
    throw 'no error at all'
  },
}

test.each([
  ['nothing', 'track', undefined, 'object'],
  ['a text', 'track', 'Paid', 'object'],
  ['a list', 'track', [], 'object'],
  ['no event', 'track', { userId: 'u' }, 'event is missing'],
  ['an empty event', 'track', { userId: 'u', event: ' ' }, 'event is missing'],
  ['no person', 'track', { event: 'Paid' }, 'userId or anonymousId'],
  ['no person in identify', 'identify', { traits: {} }, 'userId or anonymousId'],
  ['no group', 'group', { userId: 'u' }, 'groupId is missing'],
  ['no previous id', 'alias', { userId: 'u' }, 'previousId is missing'],
  ['no user to alias', 'alias', { previousId: 'u', anonymousId: 'a' }, 'userId is missing'],
  ['a cycle', 'track', cycle, 'JSON'],
  ['a BigInt', 'track', { ...fields, properties: { n: 1n } }, 'JSON'],
  ['a getter that throws', 'track', hostile, 'JSON'],
  ['an invalid Date', 'track', { ...fields, timestamp: new Date('x') }, 'timestamp'],
  ['NaN as time', 'track', { ...fields, timestamp: Number.NaN }, 'timestamp'],
  ['an object as id', 'track', { ...fields, messageId: {} }, 'messageId'],
  ['a long id', 'track', { ...fields, messageId: 'x'.repeat(101) }, 'messageId'],
] as const)('%s is told, not thrown', (_, type, message, part) => {
  expect(write(type, message)).toMatchObject({ code: 'invalid_call', messageId: 'id-1', message: expect.stringContaining(part) })
})

test('an event above 64 KiB is told with its size', () => {
  expect(write('track', { ...fields, messageId: 'm', properties: { text: 'ü'.repeat(40_000) } })).toMatchObject({
    code: 'event_too_large',
    messageId: 'm',
    message: expect.stringContaining('80'),
  })
})
