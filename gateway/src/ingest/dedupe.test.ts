import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHotSet, type HotSet, type ScannedIds } from './dedupe.ts'

describe('the hot set', () => {
  it('remembers an id only after it became durable', () => {
    const hot = createHotSet({ now: () => 0 })
    const flight = hot.open('web')
    expect(flight.claim('m1')).toBe('new')
    expect(hot.open('web').claim('m1')).toBeInstanceOf(Promise)
    flight.settle(true)
    expect(hot.open('web').claim('m1')).toBe('seen')
  })

  it('lets a copy wait for the one that is on its way, and see it land', async () => {
    const hot = createHotSet({ now: () => 0 })
    const flight = hot.open('web')
    flight.claim('m1')
    const copy = hot.open('web').claim('m1')
    flight.settle(true)
    expect(await copy).toBe(true)
  })

  it('gives the id to the copy when the first one fails, so that neither is lost', async () => {
    const hot = createHotSet({ now: () => 0 })
    const flight = hot.open('web')
    flight.claim('m1')
    const [second, third] = [hot.open('web').claim('m1'), hot.open('web').claim('m1')]
    flight.settle(false)
    expect([await second, await third]).toEqual([false, false])
    expect(hot.open('web').claim('m1')).toBe('new')
    expect(hot.open('web').claim('m1')).toBeInstanceOf(Promise)
  })

  it('takes an id that comes twice in one flight for a copy of itself', () => {
    const hot = createHotSet({ now: () => 0 })
    const flight = hot.open('web')
    expect([flight.claim('m1'), flight.claim('m1')]).toEqual(['new', 'seen'])
    flight.settle(false)
    expect(hot.open('web').claim('m1')).toBe('new')
  })

  it('keeps sources apart', () => {
    const hot = createHotSet({ now: () => 0 })
    land(hot, 'web', 'm1')
    expect(hot.open('app').claim('m1')).toBe('new')
  })

  it('forgets after the window, not before', () => {
    const clock = { at: 0 }
    const hot = createHotSet({ now: () => clock.at, windowMs: 1000 })
    for (const at of [0, 400, 800, 1300]) {
      clock.at = at
      land(hot, 'web', `at ${at}`)
    }
    clock.at = 1399
    expect(hot.open('web').claim('at 400')).toBe('seen')
    clock.at = 5000
    expect(hot.open('web').claim('at 1300')).toBe('new')
  })

  it('holds no more than the given number of ids, the newest', () => {
    const hot = createHotSet({ now: () => 0, maxKeys: 30 })
    const ids = Array.from({ length: 100 }, (_, index) => `m${index}`)
    for (const id of ids) land(hot, 'web', id)
    const flight = hot.open('web')
    const seen = ids.toReversed().filter(id => flight.claim(id) === 'seen')
    expect(seen.length).toBeLessThanOrEqual(30)
    expect(seen.length).toBeGreaterThanOrEqual(20)
    expect(seen[0]).toBe('m99')
  })
})

describe('the hot set, as generations turn over', () => {
  it('keeps what is in flight, however long that takes', async () => {
    const clock = { at: 0 }
    const hot = createHotSet({ now: () => clock.at, windowMs: 1000, maxKeys: 30 })
    const flight = hot.open('web')
    flight.claim('slow')
    for (const id of Array.from({ length: 100 }, (_, index) => `m${index}`)) {
      clock.at += 100
      land(hot, 'web', id)
    }
    const copy = hot.open('web').claim('slow')
    flight.settle(true)
    expect(await copy).toBe(true)
    expect(hot.open('web').claim('slow')).toBe('seen')
  })

  it('goes on forgetting after the clock was set back', () => {
    const clock = { at: 1e12 }
    const hot = createHotSet({ now: () => clock.at, windowMs: 1000 })
    land(hot, 'web', 'before')
    for (const at of [0, 700, 1400, 2100]) {
      clock.at = at
      land(hot, 'web', `at ${at}`)
    }
    expect(hot.open('web').claim('at 1400')).toBe('seen')
    expect(hot.open('web').claim('before')).toBe('new')
  })

  it('holds a generation that is much larger than a block of memory, UUIDs as well as texts', () => {
    const hot = createHotSet({ now: () => 0, maxKeys: 180_000 })
    const ids = Array.from({ length: 120_000 }, (_, index) => (index % 2 === 0 ? randomUUID() : `order-${index}`))
    const flight = hot.open('web')
    expect(ids.every(id => flight.claim(id) === 'new')).toBe(true)
    flight.settle(true)
    const again = hot.open('web')
    expect(ids.every(id => again.claim(id) === 'seen')).toBe(true)
    expect(ids.slice(0, 1000).every(id => again.claim(`${id}x`) === 'new')).toBe(true)
  })
})

/** Ids as a scanner leaves them in a body, all with one print. */
function scannedIds(ids: readonly string[], print = 0): ScannedIds {
  const idEnds = Int32Array.from(ids.map((_, place) => ids.slice(0, place + 1).join(' ').length))
  const idStarts = Int32Array.from(ids.map((id, place) => (idEnds[place] ?? 0) - id.length))
  return { body: Buffer.from(ids.join(' ')), count: ids.length, idStarts, idEnds, prints: new Int32Array(ids.length).fill(print) }
}

describe('the ids of a request together', () => {
  it('are all claimed or none, and mix with those that are claimed one by one', async () => {
    const hot = createHotSet({ now: () => 0 })
    land(hot, 'web', 'known')
    const first = hot.open('web')
    expect(first.claimAll(scannedIds(['a', 'b', 'c']))).toBe(true)
    expect(hot.open('web').claimAll(scannedIds(['d', 'a']))).toBe(false)
    expect(hot.open('web').claimAll(scannedIds(['d', 'known']))).toBe(false)
    expect(hot.open('web').claimAll(scannedIds(['d', 'd']))).toBe(false)
    expect(hot.open('app').claimAll(scannedIds(['a', 'known']))).toBe(true)
    const copy = hot.open('web').claim('b')
    expect(hot.open('web').claim('d')).toBe('new')
    first.settle(true)
    expect(await copy).toBe(true)
    expect(hot.open('web').claim('c')).toBe('seen')
  })

  it('are given back when they did not become durable', () => {
    const hot = createHotSet({ now: () => 0 })
    const flight = hot.open('web')
    expect(flight.claimAll(scannedIds(['a', 'b']))).toBe(true)
    flight.settle(false)
    expect(hot.open('web').claimAll(scannedIds(['b', 'a']))).toBe(true)
  })

  it('may be very many', () => {
    const hot = createHotSet({ now: () => 0 })
    const ids = (from: number) => scannedIds(Array.from({ length: 2000 }, (_, index) => `m${from + index}`))
    const flights = Array.from({ length: 5 }, (_, number) => {
      const flight = hot.open('web')
      expect(flight.claimAll(ids(number * 2000))).toBe(true)
      return flight
    })
    for (const [number, flight] of flights.entries()) flight.settle(number % 2 === 0)
    expect([0, 1, 2, 3, 4].map(number => hot.open('web').claimAll(ids(number * 2000)))).toEqual([false, true, false, true, false])
  })
})

type Step =
  | { readonly do: 'claim'; readonly flight: number; readonly source: string; readonly id: string; readonly print: number }
  | { readonly do: 'request'; readonly flight: number; readonly source: string; readonly ids: readonly string[]; readonly print: number }
  | { readonly do: 'settle'; readonly flight: number; readonly durable: boolean }
  | { readonly do: 'wait'; readonly ms: number }

const WINDOW_MS = 1000
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      flight: fc.nat(5),
      source: fc.constantFrom('web', 'app'),
      id: fc.constantFrom(
        'm1',
        'm2',
        '0',
        '',
        'ü',
        '0189c3a2-7b5e-7c11-9d2f-3a4b5c6d7e8f',
        '0189C3A2-7B5E-7C11-9D2F-3A4B5C6D7E8F',
        'x'.repeat(250),
      ),
      print: fc.nat(1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      flight: fc.nat(5),
      source: fc.constantFrom('web', 'app'),
      ids: fc.array(fc.constantFrom('m1', 'm2', 'm3', '0189c3a2-7b5e-7c11-9d2f-3a4b5c6d7e8f'), { minLength: 1, maxLength: 3 }),
      print: fc.nat(1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), flight: fc.nat(5), durable: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(700) }) },
)

describe('the hot set, whatever happens', () => {
  it('answers as a list of all that was ever told does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
        const clock = { at: 0 }
        const told = { conflicts: 0 }
        const onConflict = (_: string, times: number) => {
          told.conflicts += times
        }
        const hot = createHotSet({ now: () => clock.at, windowMs: WINDOW_MS, onConflict })
        const durable = new Map<string, { at: number; print: number }>()
        const underway = new Map<string, { flight: number; print: number }>()
        const flights = new Map<string, { flight: ReturnType<HotSet['open']>; source: string; conflicts: number }>()
        const waiting: { by: number; isConflict: boolean; answer: Promise<boolean> }[] = []
        const landed: Promise<void>[] = []
        const expected = { conflicts: 0 }
        const doing: { [kind in Step['do']]: (step: Extract<Step, { do: kind }>) => void } = {
          wait: ({ ms }) => {
            clock.at += ms
          },
          settle: ({ flight: number, durable: isDurable }) => {
            for (const source of ['web', 'app']) {
              const own = flights.get(`${number} ${source}`)
              if (own === undefined) continue
              own.flight.settle(isDurable)
              flights.delete(`${number} ${source}`)
              if (isDurable) expected.conflicts += own.conflicts
              for (const [id, { flight, print }] of underway) {
                if (flight !== number || !id.startsWith(`${source} `)) continue
                underway.delete(id)
                if (isDurable) durable.set(id, { at: clock.at, print })
              }
            }
            for (const one of waiting.filter(({ by }) => by === number)) {
              waiting.splice(waiting.indexOf(one), 1)
              if (isDurable && one.isConflict) expected.conflicts++
              landed.push(one.answer.then(answer => expect(answer).toBe(isDurable)))
            }
          },
          request: ({ flight: number, source, ids, print }) => {
            const name = `${number} ${source}`
            if (flights.has(name)) return
            const flight = hot.open(source)
            const isClaimed = flight.claimAll(scannedIds(ids, print))
            const ages = ids.map(id => clock.at - (durable.get(`${source} ${id}`)?.at ?? Number.NEGATIVE_INFINITY))
            const isCopy = new Set(ids).size < ids.length || ids.some(id => underway.has(`${source} ${id}`))
            if (isCopy || ages.some(age => age <= WINDOW_MS)) expect(isClaimed).toBe(false)
            else if (ages.every(age => age > 2 * WINDOW_MS)) expect(isClaimed).toBe(true)
            if (!isClaimed) return
            flights.set(name, { flight, source, conflicts: 0 })
            for (const id of ids) {
              durable.delete(`${source} ${id}`)
              underway.set(`${source} ${id}`, { flight: number, print })
            }
          },
          claim: ({ flight: number, source, id, print }) => {
            const name = `${number} ${source}`
            const own = flights.get(name) ?? { flight: hot.open(source), source, conflicts: 0 }
            flights.set(name, own)
            // A request looks at the window when it sets out.
            hot.open(source)
            const answer = own.flight.claim(id, print)
            const [other, known] = [underway.get(`${source} ${id}`), durable.get(`${source} ${id}`)]
            if (other?.flight === number) {
              expect(answer).toBe('seen')
              if (other.print !== print) own.conflicts++
            } else if (other !== undefined) {
              expect(answer).toBeInstanceOf(Promise)
              waiting.push({ by: other.flight, isConflict: other.print !== print, answer: answer as Promise<boolean> })
            } else if (known === undefined || clock.at - known.at > 2 * WINDOW_MS) expect(answer).toBe('new')
            else if (clock.at - known.at <= WINDOW_MS) expect(answer).toBe('seen')
            if (answer === 'new') {
              durable.delete(`${source} ${id}`)
              underway.set(`${source} ${id}`, { flight: number, print })
            } else if (answer === 'seen' && other === undefined && known?.print !== print) own.conflicts++
          },
        }
        for (const one of steps) doing[one.do](one as never)
        await Promise.all(landed)
        await new Promise(setImmediate)
        expect(told.conflicts).toBe(expected.conflicts)
      }),
      { numRuns: 400 },
    )
  })
})

function land(hot: HotSet, sourceId: string, messageId: string): void {
  const flight = hot.open(sourceId)
  flight.claim(messageId)
  flight.settle(true)
}
