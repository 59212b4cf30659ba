import { expect, it } from 'vitest'
import { createOneATurn } from './oneATurn.ts'

it('lets one go on in each turn of the event loop, in order, and waits for nobody when it is idle', async () => {
  const myTurn = createOneATurn()
  const loop = { turn: 0, isOver: false }
  const count = () => {
    loop.turn++
    if (!loop.isOver) setImmediate(count)
  }
  setImmediate(count)
  const went: { name: number; turn: number }[] = []
  const go = (name: number) => myTurn().then(() => void went.push({ name, turn: loop.turn }))
  await Promise.all([1, 2, 3, 4].map(go))
  await Promise.all([5, 6].map(go))
  loop.isOver = true
  expect(went.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5, 6])
  expect(new Set(went.map(({ turn }) => turn)).size).toBe(6)
  expect((went[5]?.turn ?? 0) - (went[0]?.turn ?? 0)).toBeLessThan(10)
})
