import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { describeQuery, type TestDatabase, testDatabase } from '../../../test/engine.ts'
import { insertRows, sqlTime } from './query.ts'
import { rivalsQuery, type SharedTurnEdges, TurnTaken, takeSharedTurn, timeQuery } from './sharedTurn.ts'

// The table forgets turns after a day.
const NOW = Date.now()
let test: TestDatabase
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.close())

let ids = 0
/** A process with a clock that only waiting moves, and that is the engine's too. */
function process(name: string, while_: (waits: number) => Promise<void> = async () => undefined) {
  const clock = { at: NOW }
  const pause = vi.fn(async (ms: number) => {
    clock.at += ms
    await while_(pause.mock.calls.length)
  })
  const sharedNow = vi.fn(async () => clock.at)
  const edges: SharedTurnEdges = { db: test.db, name, now: () => clock.at, randomUUID: () => `turn-${100 + ++ids}`, pause, sharedNow }
  return { clock, pause, sharedNow, take: () => takeSharedTurn(edges) }
}

const put = (name: string, state: string, asked: number, { seen = NOW, step = 0, turn_id = 'turn-0' } = {}) =>
  insertRows(test.db.client, 'shared_turns', [{ name, turn_id, state, asked_at: sqlTime(asked), seen_at: sqlTime(seen), step }])

describe('a turn that processes share', () => {
  it('is had by one at a time, and by each of many in the end', async () => {
    let [at, most, done] = [0, 0, 0]
    const edges = { db: test.db, name: 'many', now: Date.now, randomUUID: () => `turn-${100 + ++ids}` }
    const work = async () => {
      const turn = await takeSharedTurn(edges)
      most = Math.max(most, ++at)
      await turn.renew()
      at--
      done++
      await turn.end()
    }
    await Promise.all(Array.from({ length: 4 }, work))
    expect([most, done]).toEqual([1, 4])
  })

  it('is waited for while somebody has it, for ten seconds', async () => {
    await put('held', 'running', NOW)
    const patient = process('held', async waits => {
      if (waits === 3) await put('held', 'over', NOW, { step: 1 })
    })
    await (await patient.take()).end()
    expect(patient.pause).toHaveBeenCalledTimes(3)
    await put('held', 'running', NOW, { step: 2 })
    const other = process('held')
    await expect(other.take()).rejects.toThrow(TurnTaken)
    expect(other.clock.at - NOW).toBe(10_000)
  })

  it('is given up to whoever asked earlier, and not to whoever asked later and gives way', async () => {
    await put('asked', 'asked', NOW - 1)
    const later = process('asked', () => put('asked', 'over', NOW - 1, { step: 1 }))
    await (await later.take()).end()
    expect(later.pause.mock.calls).toEqual([[200]])
    await put('asked', 'asked', NOW + 1, { turn_id: 'turn-1' })
    const earlier = process('asked', () => put('asked', 'over', NOW + 1, { turn_id: 'turn-1', step: 1 }))
    await (await earlier.take()).end()
    expect(earlier.pause.mock.calls).toEqual([[50]])
  })

  it('is had by whoever asked later but had looked before the earlier one could be seen', async () => {
    await put('looked', 'asked', NOW + 1)
    const earlier = process('looked', waits => put('looked', waits === 1 ? 'running' : 'over', NOW + 1, { step: waits }))
    await (await earlier.take()).end()
    expect(earlier.pause.mock.calls).toEqual([[50], [200]])
  })

  it('of a process that died is anybody’s after half a minute, and lost to who stands still', async () => {
    await put('dead', 'running', NOW - 60_000, { seen: NOW - 31_000 })
    const next = process('dead')
    const turn = await next.take()
    expect(next.pause).not.toHaveBeenCalled()
    next.clock.at += 14_000
    await turn.renew()
    next.clock.at += 15_000
    await expect(turn.renew()).rejects.toThrow(TurnTaken)
  })

  it('is lost too to whoever stands still while it says that it is there', async () => {
    const { clock, take } = process('stalls')
    const turn = await take()
    clock.at += 6_000
    const renewed = turn.renew()
    clock.at += 40_000
    await expect(renewed).rejects.toThrow(TurnTaken)
  })

  it.each([
    ['a day behind', -86_400_000 - 1000],
    ['a minute behind', -60_000],
    ['a minute ahead', 60_000],
  ])('is one at a time, and kept, also on a machine whose clock is %s', async (words, offMs) => {
    const on = (ms: number) => ({ db: test.db, name: words, now: () => Date.now() + ms, randomUUID: () => `turn-${100 + ++ids}` })
    let waits = 0
    const first = await takeSharedTurn(on(offMs))
    await test.db.client.command({ query: 'OPTIMIZE TABLE shared_turns FINAL' })
    const pause = async () => {
      if (++waits === 2) await first.end()
    }
    const second = await takeSharedTurn({ ...on(0), pause })
    expect(waits).toBe(2)
    // The other way round.
    const third = await takeSharedTurn({ ...on(offMs), pause: () => second.end().then(() => waits++) })
    expect(waits).toBe(3)
    await third.end()
  })

  it('is asked for again by whoever stood still before it said that it had begun', async () => {
    const { clock, pause, sharedNow, take } = process('slow')
    sharedNow
      .mockImplementationOnce(async () => clock.at)
      .mockImplementationOnce(async () => clock.at)
      .mockImplementationOnce(async () => {
        clock.at += 20_000
        return clock.at - 20_000
      })
    await expect(take()).rejects.toThrow(TurnTaken)
    expect(pause).not.toHaveBeenCalled()
    await (await take()).end()
  })

  it('is read by queries of the declared types', async () => {
    expect(await describeQuery(test.db.client, timeQuery, {})).toEqual({ at: 'Int64' })
    expect(await describeQuery(test.db.client, rivalsQuery, { name: '', turn_id: '', since: sqlTime(NOW) })).toEqual({
      turn_id: 'String',
      state: 'LowCardinality(String)',
      at: 'Int64',
    })
  })
})
