import { describe, expect, it } from 'vitest'
import { sparingly } from './sparingly.ts'

describe('a count that is made sparingly', () => {
  it('is given again for twenty times as long as it took, and shared by who asks meanwhile', async () => {
    const state = { clock: 0, reads: 0 }
    const read = sparingly(
      async () => {
        state.reads += 1
        state.clock += 100
        return state.reads
      },
      () => state.clock,
    )
    expect(await Promise.all([read(), read()])).toEqual([
      { value: 1, at: 0 },
      { value: 1, at: 0 },
    ])
    state.clock = 2099
    expect((await read()).value).toBe(1)
    state.clock = 2100
    expect((await read()).value).toBe(2)
  })

  it('is made again after a failure', async () => {
    const answers = [() => Promise.reject(new Error('away')), () => Promise.resolve('there')]
    const read = sparingly(
      () => (answers.shift() ?? (() => Promise.reject(new Error('asked too often'))))(),
      () => 0,
    )
    await expect(read()).rejects.toThrow('away')
    expect((await read()).value).toBe('there')
  })
})
