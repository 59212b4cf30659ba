import { expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

const rejection = (index: number) => ({ index, messageId: null, code: 'too_long', path: '/event', message: 'too long' })

test('waits a second, then sends everything of that time in one request that outlives the page', async () => {
  const world = createWorld()
  const page = world.open()
  const first = page.track()
  await world.pass(999)
  expect(world.requests).toEqual([])
  const second = page.track()
  await world.pass(1)
  expect(world.requests).toMatchObject([{ ids: [first, second], keepalive: true }])
  await world.pass(100_000)
  expect(world.requests).toHaveLength(1)
  expect(world.queued()).toEqual([])
})

test('sends at once when much waits, one request at a time and in order', async () => {
  const world = createWorld()
  world.holdAnswers()
  const page = world.open()
  const ids = Array.from({ length: 100 }, () => page.track(1_000))
  await world.settle()
  expect(world.requests).toHaveLength(1)
  await world.answer()
  expect(world.arrived).toEqual(ids)
  for (const { bytes } of world.requests) expect(bytes).toBeLessThan(60_000)
})

test('a leaving page sends as much as may outlive it and keeps the rest for the next page of the tab', async () => {
  const world = createWorld()
  world.holdAnswers()
  const page = world.open()
  const ids = Array.from({ length: 150 }, () => page.track(1_000))
  page.outbox.commit()
  page.sender.leave()
  page.kill()
  const sent = world.requests.reduce((sum, { bytes, keepalive }) => sum + (keepalive ? bytes : 0), 0)
  expect(world.requests.length).toBeGreaterThan(0)
  expect(sent).toBeLessThan(64 * 1024)
  await world.answer()
  world.open(page.owner)
  await world.pass(1_000)
  expect(new Set(world.arrived)).toEqual(new Set(ids))
})

test('a batch above the keepalive budget is sent without it', async () => {
  const world = createWorld()
  const page = world.open()
  page.track(63_000)
  await world.settle()
  expect(world.requests).toMatchObject([{ keepalive: false }])
})

test('the budget of requests that outlive their page is free again once they are answered', async () => {
  const world = createWorld()
  const page = world.open()
  for (let round = 0; round < 3; round++) {
    page.track(35_000)
    await world.pass(1_000)
  }
  expect(world.requests.map(({ keepalive }) => keepalive)).toEqual([true, true, true])
})

test('retries after growing waits of at most a minute and starts over after a success', async () => {
  const world = createWorld()
  world.meet(...Array.from({ length: 12 }, () => 500))
  const page = world.open()
  page.track()
  await world.pass(600_000)
  const waits = world.requests.slice(1).map(({ at }, index) => at - (world.requests[index]?.at ?? 0))
  expect(waits.slice(0, 4)).toEqual([375, 750, 1_500, 3_000])
  expect(Math.max(...waits)).toBe(45_000)
  world.meet(500)
  page.track()
  await world.pass(1_375)
  expect(world.arrived).toHaveLength(2)
})

test.each(['lost', 'cut', 408, 429, 500, 503, 200] as const)('keeps the events and tries again after %s', async outcome => {
  const world = createWorld()
  world.meet(outcome === 200 ? { status: 200, retryAfter: null, text: '<html>' } : outcome)
  const id = world.open().track()
  await world.pass(2_000)
  expect(new Set(world.arrived)).toEqual(new Set([id]))
  expect(world.errors).toMatchObject([{ code: 'unreachable', messageIds: [id], willRetry: true }])
})

test('Retry-After binds flush, a leaving page and a network that is back', async () => {
  const world = createWorld()
  world.meet({ status: 503, retryAfter: '20', text: '' })
  const page = world.open()
  page.track()
  await world.pass(1_000)
  expect(await page.sender.flush()).toEqual({ delivered: 0, pending: 1, failed: 0 })
  page.sender.leave()
  page.sender.retry()
  await world.pass(19_999)
  expect(world.requests).toHaveLength(1)
  await world.pass(1)
  expect(world.arrived).toHaveLength(1)
})

test('a network that is back ends our own wait, and later events do not wait for the old one', async () => {
  const world = createWorld()
  world.meet('lost', 'lost', 'lost', 'lost', 'lost', 'lost')
  const page = world.open()
  page.track()
  await world.pass(15_000)
  expect(world.requests).toHaveLength(6)
  page.sender.retry()
  await world.settle()
  expect(world.arrived).toHaveLength(1)
  page.track()
  await world.pass(12_000)
  expect(world.arrived).toHaveLength(2)
})

test('halves a batch refused with 413 or 400 until the bad event is alone, which is dropped and told', async () => {
  const world = createWorld()
  world.meet(413, 200, 400, 400)
  const page = world.open()
  const ids = Array.from({ length: 4 }, () => page.track())
  expect(await page.sender.flush()).toEqual({ delivered: 3, pending: 0, failed: 1 })
  expect(world.arrived).toEqual([ids[0], ids[1], ids[3]])
  expect(world.errors).toEqual([{ code: 'refused', status: 400, messageIds: [ids[2]], willRetry: false }])
  expect(world.queued()).toEqual([])
})

test('drops what can never succeed and says so', async () => {
  const world = createWorld()
  world.meet(401)
  const page = world.open()
  const ids = [page.track(), page.track()]
  expect(await page.sender.flush()).toEqual({ delivered: 0, pending: 0, failed: 2 })
  expect(world.errors).toEqual([{ code: 'refused', status: 401, messageIds: ids, willRetry: false }])
})

test('a rejected event of an accepted batch is told with its code and not sent again', async () => {
  const world = createWorld()
  world.meet({ status: 200, retryAfter: null, text: JSON.stringify({ success: true, rejected: [rejection(1), rejection(9)] }) })
  const page = world.open()
  const [, bad] = [page.track(), page.track()]
  expect(await page.sender.flush()).toEqual({ delivered: 1, pending: 0, failed: 1 })
  expect(world.errors).toEqual([{ code: 'too_long', status: 200, messageIds: [bad], willRetry: false }])
  expect(world.requests).toHaveLength(1)
})

test('flush waits for what is on its way and counts only what was accepted before the call', async () => {
  const world = createWorld()
  world.holdAnswers()
  const page = world.open()
  page.track()
  await world.pass(1_000)
  page.track()
  const flushed = page.sender.flush()
  page.track()
  await world.answer()
  expect(await flushed).toEqual({ delivered: 2, pending: 0, failed: 0 })
  expect(await world.open().sender.flush()).toEqual({ delivered: 0, pending: 0, failed: 0 })
})
