import { expect, it } from 'vitest'
import { createTurns } from './turns.ts'

it('lets no more work run at once than it says, in order, and goes on after a failure', async () => {
  const inTurn = createTurns(2)
  const began: number[] = []
  let running = 0
  let most = 0
  const work = (n: number) =>
    inTurn(async () => {
      began.push(n)
      most = Math.max(most, ++running)
      await new Promise(resolve => setImmediate(resolve))
      running--
      if (n % 3 === 0) throw new Error(`no ${n}`)
      return n
    })
  const ended = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => work(n)))
  expect(most).toBe(2)
  expect(began).toEqual(Array.from({ length: 20 }, (_, n) => n))
  expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, (_, n) => (n % 3 === 0 ? 'rejected' : 'fulfilled')))
})
