import { expect, test } from 'vitest'
import { createWorld, START } from '../testing/world.ts'

const many = (world: ReturnType<typeof createWorld>, count: number, text = '') => Array.from({ length: count }, () => world.track(text))

test('an event waits a second for company, then goes with it in the order of the calls', async () => {
  const world = createWorld()
  const ids = many(world, 3)
  await world.pass(999)
  expect(world.requests).toEqual([])
  await world.pass(1)
  expect(world.requests.map(({ ids }) => ids)).toEqual([ids])
  await world.pass(100_000)
  expect(world.requests).toHaveLength(1)
})

test('full batches go at once: at most 500 events, at most 480 KB, at most four requests', async () => {
  const world = createWorld()
  many(world, 2_600)
  await world.settle()
  expect(world.requests.map(({ ids }) => ids.length)).toEqual([500, 500, 500, 500, 500])
  expect(world.most()).toBe(4)
  await world.pass(1_000)
  expect(world.requests.at(-1)?.ids).toHaveLength(100)

  const heavy = createWorld()
  many(heavy, 40, 'x'.repeat(50_000))
  await heavy.pass(1_000)
  expect(heavy.stored).toHaveLength(40)
  expect(heavy.requests.map(({ ids }) => ids.length)).toEqual([9, 9, 9, 9, 4])
  for (const { bytes } of heavy.requests) expect(bytes).toBeLessThan(481_000)
})

test('each attempt says anew when it was sent, the events keep their own time and id', async () => {
  const world = createWorld()
  world.meet(503, 200)
  world.track()
  await world.pass(5_000)
  const [first, second] = world.requests
  expect(first?.events).toEqual(second?.events)
  expect(first?.sentAt).toBe(new Date(START + 1_000).toISOString())
  expect(second?.sentAt).toBe(new Date(START + 1_375).toISOString())
})

test.each(['lost', 'cut', 'hang', 408, 410, 429, 460, 500, 503, 599] as const)('tries again after %s, and tells', async outcome => {
  const world = createWorld()
  world.listen()
  world.meet(outcome)
  const id = world.track()
  await world.pass(15_000)
  expect(new Set(world.stored)).toEqual(new Set([id]))
  expect(world.errors).toMatchObject([{ code: 'unreachable', messageIds: [id], willRetry: true }])
})

test.each(['"<html>"', '{}', '{"success":false}', '[]'])('an answer 200 that says %j is no acknowledgement', async text => {
  const world = createWorld()
  world.meet({ status: 200, retryAfter: null, text })
  world.track()
  await world.pass(5_000)
  expect(world.requests).toHaveLength(2)
})

test('waits grow by equal jitter to a minute, also with four requests failing together', async () => {
  const world = createWorld()
  world.meetAlways(() => 500)
  many(world, 2_000)
  await world.pass(600_000)
  const times = [...new Set(world.requests.map(({ at }) => at - START))]
  const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0))
  expect(waits.slice(0, 7)).toEqual([375, 750, 1_500, 3_000, 6_000, 12_000, 24_000])
  expect(Math.max(...waits)).toBe(45_000)
  world.meetAlways(() => 200)
  await world.pass(60_000)
  expect(world.stored).toHaveLength(2_000)
})

test.each([408, 429, 503])('Retry-After is kept to the second after %i, by flush as well', async status => {
  const world = createWorld()
  world.meet({ status, retryAfter: '20', text: '' })
  world.track()
  await world.pass(1_000)
  const flushed = world.client.flush()
  await world.pass(19_999)
  expect(world.requests).toHaveLength(1)
  await world.pass(1)
  expect(await flushed).toMatchObject({ delivered: 1, pending: 0 })
})

test('of several answers with Retry-After the longest counts', async () => {
  const world = createWorld({ flushAt: 1 })
  world.meet(
    { status: 503, retryAfter: '2', text: '' },
    { status: 429, retryAfter: '20', text: '' },
    { status: 503, retryAfter: '5', text: '' },
  )
  many(world, 3)
  await world.pass(19_999)
  expect(world.requests).toHaveLength(3)
  await world.pass(1)
  expect(world.stored).toHaveLength(3)
})

test('flush does not wait out a long pause of our own', async () => {
  const world = createWorld()
  world.meetAlways(() => 500)
  world.track()
  await world.pass(150_000)
  world.meetAlways(() => 200)
  const flushed = world.client.flush()
  await world.pass(500)
  expect(await flushed).toMatchObject({ delivered: 1 })
})

test('413 halves down to single events, and drops what is too large alone', async () => {
  const world = createWorld()
  world.listen()
  const ids = many(world, 20)
  world.meetAlways(({ ids }) => (ids.length > 3 || ids.includes('e7') ? 413 : 200))
  await world.pass(1_000)
  expect(new Set(world.stored)).toEqual(new Set(ids.filter(id => id !== 'e7')))
  expect(world.errors).toMatchObject([{ code: 'refused', status: 413, messageIds: ['e7'], willRetry: false }])
})

test('400 is bisected to the bad event: twice log2 requests', async () => {
  const world = createWorld()
  world.listen()
  world.meetAlways(({ ids }) => (ids.includes('e333') ? 400 : 200))
  many(world, 500)
  await world.pass(1_000)
  expect(world.stored).toHaveLength(499)
  expect(world.requests.length).toBeLessThanOrEqual(19)
  expect(world.errors).toMatchObject([{ code: 'refused', status: 400, messageIds: ['e333'] }])
})

test.each([401, 403, 404, 301, 501])('%i drops the batch with the reason and goes on', async status => {
  const world = createWorld()
  world.listen()
  world.meet(status)
  many(world, 3)
  await world.pass(1_000)
  world.track()
  await world.pass(1_000)
  expect(world.errors).toMatchObject([{ code: 'refused', status, messageIds: ['e1', 'e2', 'e3'] }])
  expect(world.stored).toEqual(['e4'])
})

test('rejected events are told by message id, with the code and the place; the others are delivered', async () => {
  const world = createWorld()
  world.listen()
  const rejected = [{ index: 1, messageId: 'e2', code: 'too_long', path: '/event', message: 'too long' }]
  world.meet({ status: 200, retryAfter: null, text: JSON.stringify({ success: true, accepted: 2, rejected }) })
  const told: unknown[] = []
  many(world, 1)
  world.client.track({ messageId: 'e2', userId: 'u', event: 'x' }, error => told.push(error))
  world.client.track({ messageId: 'e3', userId: 'u', event: 'x' }, error => told.push(error))
  const result = world.client.flush()
  await world.settle()
  const error = { code: 'too_long', message: '/event: too long', status: 200, messageIds: ['e2'], willRetry: false }
  expect(world.errors).toEqual([error])
  expect(told).toEqual([error, undefined])
  expect(await result).toEqual({
    delivered: 2,
    failed: 1,
    pending: 0,
    dropped: 0,
    undelivered: [{ code: 'too_long', message: '/event: too long', events: 1 }],
  })
})

test('while one request hangs the others go on', async () => {
  const world = createWorld()
  world.meet('hang')
  many(world, 5_000)
  await world.settle()
  expect(world.stored).toHaveLength(4_500)
  await world.pass(11_000)
  expect(world.stored).toHaveLength(5_000)
})

test('with one request at a time events arrive in the order of the calls, through any trouble', async () => {
  const world = createWorld({ concurrency: 1, flushAt: 10 })
  const ids = many(world, 100)
  world.meet(500, 200, 413, 'lost', 'hang', 429, 200, 413, 500)
  await world.pass(60_000)
  expect(world.stored).toEqual(ids)
})

test('an event on which the gateway breaks is found while the others get through, and an outage is none', async () => {
  const world = createWorld({ flushAt: 8 })
  world.listen()
  world.meetAlways(() => 500)
  many(world, 16)
  await world.pass(3_600_000)
  expect(world.errors.every(({ willRetry }) => willRetry)).toBe(true)
  world.meetAlways(({ ids }) => (ids.includes('e5') ? 500 : 200))
  for (let second = 0; second < 120; second++) {
    world.track()
    await world.pass(1_000)
  }
  expect(world.errors.filter(({ willRetry }) => !willRetry)).toMatchObject([{ code: 'unreachable', messageIds: ['e5'] }])
  expect(new Set(world.stored).size).toBe(135)
})
