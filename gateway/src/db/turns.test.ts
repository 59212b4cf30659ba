import { expect, test } from 'vitest'
import { createTurns, TooBusy } from './turns.ts'

test('so many go at once, the others in their order', async () => {
  const turns = createTurns({ atOnce: 2, patienceMs: 60_000 })
  const began: number[] = []
  const ends: (() => void)[] = []
  const all = [0, 1, 2, 3, 4].map(async number => {
    const end = await turns.take()
    began.push(number)
    ends.push(end)
  })
  await Promise.all(all.slice(0, 2))
  expect(began).toEqual([0, 1])
  ends[1]?.()
  await all[2]
  expect(began).toEqual([0, 1, 2])
  // Given back twice is given back once.
  ends[1]?.()
  ends[0]?.()
  await all[3]
  await Promise.resolve()
  expect(began).toEqual([0, 1, 2, 3])
  ends[2]?.()
  await all[4]
})

test('who leaves the line gives way to the next', async () => {
  const turns = createTurns({ atOnce: 1, patienceMs: 60_000 })
  const end = await turns.take()
  const [gone, here] = [new AbortController(), new AbortController()]
  const left = turns.take(gone.signal)
  const next = turns.take(here.signal)
  gone.abort(new Error('hung up'))
  await expect(left).rejects.toThrow('hung up')
  await expect(turns.take(gone.signal)).rejects.toThrow('hung up')
  end()
  const last = await next
  // Its turn has come: hanging up now is the query's business.
  here.abort()
  last()
  expect(await turns.take()).toBeTypeOf('function')
})

test('nobody waits for ever, and who has waited in vain takes nothing away', async () => {
  const turns = createTurns({ atOnce: 1, patienceMs: 5 })
  const end = await turns.take()
  await expect(turns.take()).rejects.toThrow(TooBusy)
  end()
  expect(await turns.take()).toBeTypeOf('function')
})
