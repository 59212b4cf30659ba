import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWorld, type Outcome } from '../testing/world.ts'
import type { DeliveryError, FlushResult } from './api.ts'

const lost = ({ failed, dropped }: FlushResult) => failed + dropped

test('through random trouble each event ends once: delivered and kept by the gateway, or told as lost; memory stays within its limits', async () => {
  const reject = (index: number): Outcome => ({
    status: 200,
    retryAfter: null,
    text: JSON.stringify({ success: true, rejected: [{ index, messageId: null, code: 'too_long', path: '', message: 'x' }] }),
  })
  const outcome = fc.oneof<fc.Arbitrary<Outcome>[]>(
    fc.constantFrom<Outcome[]>(200, 200, 400, 401, 408, 413, 429, 500, 503, 'lost', 'cut', 'hang'),
    fc.record({ status: fc.constantFrom(429, 503), retryAfter: fc.constantFrom('2', '30', 'soon'), text: fc.constant('') }),
    fc.nat({ max: 4 }).map(reject),
  )
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ track: fc.integer({ min: 1, max: 30 }) }) },
    { weight: 2, arbitrary: fc.record({ pass: fc.constantFrom(1, 400, 1_000, 7_000, 40_000) }) },
    fc.record({ flush: fc.constantFrom(0, 300, 20_000) }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(outcome, { maxLength: 60 }),
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.constantFrom(0, 5_000, 300_000),
      fc.integer({ min: 1, max: 4 }),
      async (outcomes, steps, closeMs, concurrency) => {
        const world = createWorld({ flushAt: 6, maxQueueEvents: 40, concurrency })
        world.listen()
        world.meet(...outcomes)
        const ends = new Map<string, (DeliveryError | undefined)[]>()
        const flushes: Promise<FlushResult>[] = []
        let calls = 0
        for (const now of steps) {
          if ('pass' in now) await world.pass(now.pass)
          else if ('flush' in now) flushes.push(world.client.flush({ timeoutMs: now.flush }))
          else {
            for (let left = now.track; left > 0; left--) {
              const messageId = `m${++calls}`
              const told: (DeliveryError | undefined)[] = []
              ends.set(messageId, told)
              world.client.track({ messageId, userId: 'u', event: 'Tested' }, error => told.push(error))
            }
          }
        }
        const closed = world.client.close({ timeoutMs: closeMs })
        await world.pass(400_000)
        const result = await closed

        for (const told of ends.values()) expect(told).toHaveLength(1)
        const ids = [...ends.keys()]
        const acknowledged = ids.filter(id => ends.get(id)?.[0] === undefined)
        const told = world.errors.filter(({ willRetry }) => !willRetry).flatMap(({ messageIds }) => messageIds)
        const stored = new Set(world.stored)
        for (const id of acknowledged) expect(stored.has(id)).toBe(true)
        for (const id of ids) if (ends.get(id)?.[0]?.code === 'queue_full') expect(stored.has(id)).toBe(false)
        expect([...told].sort()).toEqual(ids.filter(id => ends.get(id)?.[0] !== undefined).sort())
        expect(result).toMatchObject({ delivered: acknowledged.length, pending: 0 })
        expect(lost(result)).toBe(told.length)
        expect(result.undelivered.reduce((sum, { events }) => sum + events, 0)).toBe(told.length)

        // Each flush tells its own events: together never more than there are, pending only what was open then.
        const all = await Promise.all(flushes)
        expect(all.reduce((sum, one) => sum + one.delivered + lost(one), 0)).toBeLessThanOrEqual(calls)
        for (const { pending } of all) expect(pending).toBeLessThanOrEqual(40)
        expect(world.holds()).toBe(0)
        expect(world.exits()).toBe(0)
      },
    ),
    { numRuns: 300 },
  )
})

test('an outage fills the queue and no more: what does not fit is told by event, counted and warned of', async () => {
  const world = createWorld({ maxQueueEvents: 1_000 })
  world.meetAlways(() => 'lost')
  const errors: (DeliveryError | undefined)[] = []
  for (let i = 0; i < 1_500; i++) world.client.track({ userId: 'u', event: 'Tested' }, error => errors.push(error))
  expect(errors).toHaveLength(500)
  expect(new Set(errors.map(error => error?.code))).toEqual(new Set(['queue_full']))
  expect(world.warnings).toHaveLength(1)
  await world.pass(3_600_000)
  world.meetAlways(() => 200)
  const flushed = world.client.flush()
  await world.pass(1_000)
  expect(await flushed).toMatchObject({
    delivered: 1_000,
    failed: 0,
    dropped: 500,
    pending: 0,
    undelivered: [{ code: 'queue_full', events: 500 }],
  })
  expect(errors).toHaveLength(1_500)
})

test('bytes bound the queue as well', async () => {
  const world = createWorld({ maxQueueBytes: 100_000 })
  world.meetAlways(() => 'lost')
  for (let i = 0; i < 10; i++) world.track('x'.repeat(30_000))
  const flushed = world.client.flush({ timeoutMs: 0 })
  await world.pass(0)
  expect(await flushed).toMatchObject({ pending: 3, dropped: 7 })
})

test('flush waits for what was accepted before it, also for what is in flight already', async () => {
  const world = createWorld({ flushAt: 1 })
  world.meet('hang')
  world.track()
  await world.settle()
  let result: FlushResult | undefined
  void world.client.flush().then(value => {
    result = value
  })
  await world.pass(9_999)
  expect(result).toBeUndefined()
  await world.pass(1_000)
  expect(result).toMatchObject({ delivered: 1, pending: 0 })
})

test('each flush counts the events since the one before; what was pending is told again', async () => {
  const world = createWorld()
  world.track()
  const first = world.client.flush()
  world.track()
  world.track()
  world.client.track({ userId: '', event: '' })
  const second = world.client.flush()
  await world.settle()
  expect(await first).toMatchObject({ delivered: 1, dropped: 0 })
  expect(await second).toMatchObject({ delivered: 2, dropped: 1 })
  world.meet('lost')
  world.track()
  const third = world.client.flush({ timeoutMs: 100 })
  await world.pass(100)
  expect(await third).toMatchObject({ delivered: 0, pending: 1 })
  const fourth = world.client.flush()
  await world.pass(1_000)
  expect(await fourth).toMatchObject({ delivered: 1, pending: 0 })
  expect(await world.client.flush()).toEqual({ delivered: 0, failed: 0, pending: 0, dropped: 0, undelivered: [] })
})

test('close gives up at its deadline and says what and why; calls after it are told, not taken', async () => {
  const world = createWorld()
  world.listen()
  world.meetAlways(() => 503)
  const ids = [world.track(), world.track()]
  const closed = world.client.close({ timeoutMs: 5_000 })
  const late = world.track()
  await world.pass(5_000)
  const result = await closed
  expect(result).toMatchObject({ delivered: 0, failed: 2, pending: 0, dropped: 1 })
  expect(result.undelivered).toMatchObject([{ code: 'closed', events: 3, message: expect.stringContaining('status 503') }])
  expect(world.errors.filter(({ willRetry }) => !willRetry)).toMatchObject([{ messageIds: [late] }, { messageIds: ids }])
  await world.pass(600_000)
  expect(world.requests.at(-1)?.at).toBeLessThan(world.now() - 600_000)
})

test('several closes resolve with the same account; the earliest deadline holds', async () => {
  const world = createWorld()
  world.meetAlways(() => 'hang')
  world.track()
  const closes = [world.client.close({ timeoutMs: 60_000 }), world.client.close({ timeoutMs: 1_000 }), world.client.close()]
  const flushed = world.client.flush()
  await world.pass(1_000)
  const [first, ...others] = await Promise.all(closes)
  expect(first).toMatchObject({ failed: 1, pending: 0 })
  for (const other of others) expect(other).toEqual(first)
  expect(await flushed).toMatchObject({ pending: 0 })
})

test('an answer that comes after giving up changes nothing', async () => {
  const world = createWorld()
  world.meet('hang')
  world.track()
  const closed = world.client.close({ timeoutMs: 1_000 })
  await world.pass(1_000)
  const before = await closed
  await world.pass(60_000)
  expect(await world.client.close()).toEqual(before)
})

test('a process with nothing else to do sends at once, is held for five seconds at most, and tells what stays behind', async () => {
  const world = createWorld()
  world.track()
  expect(world.holds()).toBe(0)
  world.exit()
  await world.settle()
  expect(world.stored).toEqual(['e1'])
  expect(world.holds()).toBe(0)
  expect(world.exits()).toBe(0)

  world.meetAlways(() => 'lost')
  world.track()
  world.exit()
  expect(world.holds()).toBe(1)
  await world.pass(5_000)
  expect(world.holds()).toBe(0)
  expect(world.exits()).toBe(0)
  expect(world.warnings.at(-1)).toContain('The process ends')
})

test("the host's own errors in a callback or listener are warnings and cost no other event", async () => {
  const world = createWorld()
  world.client.on('error', () => {
    throw new Error('listener broke')
  })
  world.client.track({ userId: 'u', event: 'a' }, () => {
    throw new Error('callback broke')
  })
  world.track()
  world.client.track(Object(null))
  await world.pass(1_000)
  expect(world.stored).toHaveLength(2)
  expect(world.warnings).toEqual(['listener broke', 'callback broke'])
})

test('a listener that tracks what it hears does not call itself for ever', async () => {
  const world = createWorld({ maxQueueEvents: 1 })
  let heard = 0
  world.client.on('error', ({ code }) => {
    heard++
    world.client.track({ userId: 'u', event: 'Error Heard', properties: { code } })
  })
  world.track()
  world.track()
  expect(heard).toBe(1)
  const flushed = world.client.flush()
  await world.settle()
  expect(await flushed).toMatchObject({ delivered: 1, dropped: 2 })
})

test('a listener can be taken away', () => {
  const world = createWorld()
  const errors: DeliveryError[] = []
  const off = world.client.on('error', error => errors.push(error))
  world.client.track(Object(null))
  off()
  world.client.track(Object(null))
  expect(errors).toHaveLength(1)
})

test('calls without sense are told, never thrown', () => {
  const world = createWorld()
  world.listen()
  const { track, page, screen, identify, group, alias } = world.client as unknown as Record<string, (...args: unknown[]) => void>
  const calls = [track, page, screen, identify, group, alias]
  for (const call of calls) for (const value of [undefined, null, 1, 'x', [], {}, () => undefined]) call?.(value, 'no callback')
  expect(world.errors).toHaveLength(calls.length * 7)
})
