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
