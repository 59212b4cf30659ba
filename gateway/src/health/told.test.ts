import { describe, expect, it } from 'vitest'
import { told } from './told.ts'

describe('a look', () => {
  it('that fails is a value, without what it quoted', async () => {
    expect(await told(() => Promise.reject(new Error("no such column 'ana@acme.test'")), 1000)).toEqual({
      isKnown: false,
      error: 'no such column “…”',
    })
  })

  it('that never ends, ends', async () => {
    expect(await told(() => new Promise(() => undefined), 5)).toEqual({ isKnown: false, error: 'no answer within 0.005 s' })
  })
})
