import { expect, it } from 'vitest'
import { createUsualReader } from './usualReader.ts'

const FACTS = { source: 'web', trust: 'browser', receivedAt: 0, userAgent: '', isHistorical: false } as const
const event = { type: 'track', event: 'A', userId: 'u', messageId: 'm' }
const request = (events: number) => ({
  body: Buffer.from(JSON.stringify({ batch: Array.from({ length: events }, () => event) })),
  events,
  facts: FACTS,
})

it('rests where hardly an event is made of moulds, and tries again', () => {
  const read = createUsualReader()
  for (let seen = 0; seen < 2000; seen++) read(request(1))?.made(seen % 3 === 0)
  let resting = 0
  while (read(request(1000)) === null) resting++
  expect(resting).toBe(20)
})

it('goes on where most are', () => {
  const read = createUsualReader()
  for (let seen = 0; seen < 10_000; seen++) {
    const usual = read(request(1))
    expect(usual).not.toBeNull()
    usual?.made(seen % 3 !== 0)
  }
})

it('gives the text of each event, and when the request left', () => {
  const usual = createUsualReader()({ ...request(3), facts: { ...FACTS, sentAt: 1_772_355_900 } })
  expect(JSON.parse(usual?.eventText(2) ?? '')).toEqual(event)
  expect(usual?.sentAt).toBe('2026-03-01T09:05:00.000Z')
})

it('reads no request whose events come from different networks, and none without the module', () => {
  expect(createUsualReader()({ ...request(1), facts: { ...FACTS, origins: { 0: null } } })).toBeNull()
  expect(createUsualReader(null)(request(1))).toBeNull()
})

it('tells so many senders apart, then forgets them; no number is ever that of another', () => {
  const numbers: number[] = []
  const read = createUsualReader((_, { facts }) => {
    numbers.push(facts)
    return null
  })
  const of = (sender: number) => read({ ...request(1), facts: { ...FACTS, userAgent: `${sender}` } })
  for (let sender = 0; sender < 4000; sender++) of(sender)
  of(0)
  expect(numbers.at(-1)).toBe(numbers[0])
  for (let sender = 4000; sender < 9000; sender++) of(sender)
  of(0)
  expect(new Set(numbers).size).toBe(numbers.length - 1)
  expect(numbers).not.toContain(0)
})
