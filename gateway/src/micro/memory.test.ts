import { expect, it } from 'vitest'
import { createMemory } from './memory.ts'

const refused = (code: string) => ({ at: 0, status: 400, code, message: '', path: '/v1/t', source: '', origin: '' })

it('keeps the newest, and tells how many it let go', () => {
  const memory = createMemory({ most: 2 })
  for (const code of ['a', 'b', 'c', 'd']) memory.live.refused(refused(code))
  expect(memory.bad().map(({ code }) => code)).toEqual(['c', 'd'])
  expect(memory.totals()).toEqual({ total: 4, good: 0, bad: 2, duplicates: 0, violations: 0, forgotten: 2 })
})

it('keeps no more than so many bytes, however few events those are, and always the last', () => {
  const memory = createMemory({ mostBytes: 10_000 })
  const large = 'x'.repeat(4000)
  for (const code of [`a${large}`, `b${large}`, `c${large}`]) memory.live.refused(refused(code))
  expect(memory.bad().map(({ code }) => code[0])).toEqual(['c'])
  memory.live.refused(refused('small'))
  memory.live.refused(refused(`d${'x'.repeat(20_000)}`))
  expect(memory.bad().map(({ code }) => code[0])).toEqual(['d'])
  expect(memory.totals()).toMatchObject({ total: 5, bad: 1, forgotten: 4 })
})

it('wakes everybody who waits when something comes in', async () => {
  const memory = createMemory()
  const both = Promise.all([memory.change(60_000), memory.change(60_000)])
  memory.live.refused(refused('a'))
  await both
})
