import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWorld, type Outcome } from '../testing/world.ts'
import { LEASE_MS } from './outbox.ts'

type Step =
  | { do: 'track'; count: number; size: number; shared: number }
  | { do: 'pass'; ms: number }
  | { do: 'meet'; outcomes: Outcome[] }
  | { do: 'leave' | 'kill' | 'open' | 'online' }

const outcome = fc.constantFrom<Outcome>(200, 'lost', 'cut', 408, 500, 503, { status: 429, retryAfter: '3', text: '' })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('track'),
      count: fc.integer({ min: 1, max: 5 }),
      size: fc.constantFrom(10, 500, 25_000),
      shared: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.integer({ min: 0, max: 20_000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('meet'), outcomes: fc.array(outcome, { maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('leave', 'kill', 'open', 'online') }) },
)

test('nothing is lost over any sequence of failures, crashes, tabs and navigations', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async steps => {
      const world = createWorld({ capacity: Number.POSITIVE_INFINITY })
      let page = world.open()
      const tabs = [page]
      const tracked: string[] = []
      for (const now of steps) {
        if (now.do === 'track') {
          for (let index = 0; index < now.count; index++) tracked.push(page.track(now.size, `"page":${now.shared}`))
          await world.settle()
        } else if (now.do === 'pass') await world.pass(now.ms)
        else if (now.do === 'meet') world.meet(...now.outcomes)
        else if (now.do === 'online') page.sender.retry()
        else if (now.do === 'open') {
          page = world.open()
          tabs.push(page)
        } else {
          const left = page
          if (now.do === 'leave') left.sender.leave()
          left.kill()
          page = world.open(now.do === 'leave' ? left.owner : null)
          tabs.push(page)
        }
      }
      world.meet()
      // A last visit after every lease is over; the other tabs are closed by then.
      for (const tab of tabs) tab.kill()
      await world.pass(LEASE_MS)
      world.open()
      await world.pass(400_000)

      expect(new Set(world.arrived)).toEqual(new Set(tracked))
      expect(world.queued()).toEqual([])
    }),
    { numRuns: 150 },
  )
})

test('one page delivers in order, whatever fails on the way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 30 }),
      fc.array(fc.constantFrom<Outcome>('lost', 500, 413, 200), { maxLength: 10 }),
      async (sizes, outcomes) => {
        const world = createWorld()
        world.meet(...outcomes)
        const page = world.open()
        const tracked = sizes.map(size => page.track(size))
        await world.pass(600_000)
        const dropped = world.errors.filter(({ willRetry }) => !willRetry).flatMap(({ messageIds }) => messageIds)
        expect([...new Set(world.arrived)]).toEqual(tracked.filter(id => !dropped.includes(id)))
      },
    ),
    { numRuns: 100 },
  )
})

test('every event is stored before its task ends, all of a task in one write', async () => {
  const world = createWorld()
  const page = world.open()
  page.track()
  page.track()
  expect(world.queued()).toHaveLength(0)
  await world.settle()
  expect(world.queued()).toHaveLength(1)
})

test('the oldest events go when the outbox is full, and each of them is told', async () => {
  const world = createWorld({ capacity: 10_000 })
  world.meet(...Array.from({ length: 99 }, () => 500))
  const page = world.open()
  const ids: string[] = []
  for (let index = 0; index < 15; index++) {
    ids.push(page.track(1_000))
    await world.pass(500)
  }
  const stored = Object.values<string>(world.storage as unknown as Record<string, string>).join('')
  const dropped = world.errors.filter(({ code }) => code === 'outbox_full').flatMap(({ messageIds }) => messageIds)
  expect(stored.length).toBeLessThan(10_500)
  expect(dropped.length).toBeGreaterThan(3)
  expect(ids.filter(id => stored.includes(`${id}"`))).toEqual(ids.filter(id => !dropped.includes(id)))
})

test('pages that follow quickly send each event as they leave, not all that pages before them sent', async () => {
  const world = createWorld()
  const tracked: string[] = []
  let previous: string | null = null
  for (let number = 0; number < 6; number++) {
    const page = world.open(previous)
    tracked.push(page.track())
    await world.pass(200)
    page.sender.leave()
    page.kill()
    previous = page.owner
  }
  expect(world.arrived, 'each by its own page').toEqual(tracked)
  // Whether they arrived only an answer could tell: a page that stays sends them once more.
  world.open(previous)
  await world.pass(1_000)
  expect(world.arrived).toEqual([...tracked, ...tracked])
  expect(world.queued()).toEqual([])
})

test('what a page before could not deliver goes with a leaving page once that has tried it itself', async () => {
  const world = createWorld()
  world.meet('lost', 'lost')
  const first = world.open()
  const id = first.track()
  await world.settle()
  first.sender.leave()
  first.kill()
  const second = world.open(first.owner)
  await world.pass(1_000)
  expect(world.arrived).toEqual([])
  second.sender.leave()
  expect(world.arrived).toEqual([id])
})

test('the outbox drops what a page before left as any other when it is full', async () => {
  const world = createWorld({ capacity: 3_000 })
  const first = world.open()
  first.track(1_000)
  first.track(1_000)
  await world.settle()
  first.kill()
  const second = world.open(first.owner)
  const kept = second.track(2_000)
  await world.settle()
  expect(world.errors).toMatchObject([{ code: 'outbox_full', messageIds: [`${first.owner}-1`, `${first.owner}-2`] }])
  await world.pass(1_000)
  expect(world.arrived).toEqual([kept])
})

test('what a page left goes also where storage has been filled since, and stays in it until then', async () => {
  const world = createWorld()
  world.meet('lost', 'lost')
  const first = world.open()
  const id = first.track()
  await world.pass(1_000)
  first.kill()
  world.fillStorage()
  const second = world.open(first.owner)
  await world.settle()
  expect(world.queued()).toMatchObject([expect.stringContaining(`/${second.owner}/`)])
  await world.pass(10_000)
  expect(world.arrived).toEqual([id])
  expect(world.queued()).toEqual([])
})

test('without storage everything is delivered from memory', async () => {
  const world = createWorld()
  world.breakStorage(true)
  world.meet('lost', 500)
  const page = world.open()
  const ids = [page.track(), page.track()]
  await world.pass(10_000)
  expect(world.arrived).toEqual(ids)
})

test('a page that lives keeps its events from others for the lease; then one other page sends them, not both', async () => {
  const world = createWorld()
  world.meet('lost', 'lost', 'lost', 'lost', 'lost')
  const slow = world.open()
  const id = slow.track()
  await world.pass(1_000)
  const early = world.open()
  await world.pass(1)
  expect(world.queued().every(key => key.includes(`/${slow.owner}/`))).toBe(true)
  await world.pass(LEASE_MS)
  early.kill()
  const other = world.open()
  expect(world.queued().every(key => key.includes(`/${other.owner}/`))).toBe(true)
  world.meet()
  await world.pass(60_000)
  expect(world.arrived).toEqual([id])
})

test('of two pages that took over the same events only one keeps them', async () => {
  const world = createWorld()
  world.meet('lost')
  const dead = world.open()
  const id = dead.track()
  await world.pass(1_000)
  dead.kill()
  await world.pass(LEASE_MS)
  const [key = ''] = world.queued()
  const text = world.storage.getItem(key) ?? ''
  world.open()
  // As if the second page had read the list before the first one moved it.
  world.storage.setItem(key, text)
  world.open()
  world.holdAnswers()
  await world.pass(60_000)
  await world.answer()
  expect(world.arrived).toEqual([id])
  expect(world.queued()).toEqual([])
})

test('an application that clears the storage does not lose what the page has not sent yet', async () => {
  const world = createWorld()
  const id = world.open().track()
  await world.settle()
  for (const key of Object.keys(world.storage)) world.storage.removeItem(key)
  await world.pass(1_000)
  expect(world.arrived).toEqual([id])
})

test('sequence numbers rise over pages and tabs, whatever the clock says', async () => {
  const world = createWorld()
  const first = world.open()
  first.track()
  await world.settle()
  const second = world.open()
  const numbers = [second.track(), second.track()]
  await world.settle()
  numbers.push(first.track())
  expect(numbers.map(id => id.split('-')[1])).toEqual(['2', '3', '4'])
})

test('leftovers of another source and leftovers that are no events do not disturb', async () => {
  const world = createWorld()
  world.storage.setItem('wm_q_other/p-1/p/0', 'shared\n{}')
  world.storage.setItem('wm_q_wk/p-1/p/0', '')
  world.storage.setItem('wm_q_wk/nonsense', 'x')
  const id = world.open().track()
  await world.pass(5_000)
  expect(world.arrived).toEqual([id])
  expect(world.queued()).toEqual(['wm_q_other/p-1/p/0', 'wm_q_wk/nonsense'])
})

test('what earlier pages left goes before what this page has said, in order', async () => {
  const world = createWorld()
  world.meet('lost', 'lost', 'lost')
  const first = world.open()
  const ids = [first.track()]
  await world.settle()
  first.kill()
  const second = world.open(first.owner)
  second.outbox.commit()
  ids.push(second.track(10, '"page":2'))
  await world.settle()
  const third = world.open()
  ids.push(third.track(10, '"page":3'))
  await world.settle()
  second.kill()
  world.meet()
  third.outbox.adopt(second.owner)
  await world.pass(1_000)
  expect(world.arrived).toEqual(ids)
})
