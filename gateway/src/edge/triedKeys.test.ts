import { expect, it } from 'vitest'
import { createTriedKeys } from './triedKeys.ts'

const HERE = { high: 0, low: 1 }

it('a key is new once for each network that tries it', () => {
  const { isNew } = createTriedKeys(4711)
  expect([isNew(HERE, 'wk_a'), isNew(HERE, 'wk_a'), isNew(HERE, 'wk_b'), isNew(HERE, 'wk_a')]).toEqual([true, false, true, false])
  expect([isNew({ high: 0, low: 2 }, 'wk_a'), isNew({ high: 1, low: 1 }, 'wk_a')]).toEqual([true, true])
})

it('each of many keys is new, and few of them are forgotten', () => {
  const { isNew } = createTriedKeys(4711)
  const keys = Array.from({ length: 5_000 }, (_, n) => `wk_${n}`)
  expect(keys.filter(key => !isNew(HERE, key))).toEqual([])
  expect(keys.filter(key => isNew(HERE, key)).length).toBeLessThan(500)
})

it('a key of megabytes is no more work than one of a line', () => {
  const { isNew } = createTriedKeys(4711)
  expect([isNew(HERE, 'x'.repeat(600)), isNew(HERE, 'x'.repeat(5_000_000))]).toEqual([true, false])
})
