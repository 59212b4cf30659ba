import { describe, expect, it, vi } from 'vitest'
import { createInHand } from './inHand.ts'
import { RowsNotBegun, RowsNotMade } from './rowsNotMade.ts'

describe('what a thread has in hand', () => {
  it('is answered in the order in which it was given', async () => {
    const inHand = createInHand<string>(
      () => undefined,
      () => 0,
    )
    const answers = [inHand.add(1000), inHand.add(1000)]
    inHand.answered(({ resolve }) => resolve('one'))
    expect(inHand.count()).toBe(1)
    inHand.answered(({ reject }) => reject(new RowsNotMade('two')))
    expect(await Promise.allSettled(answers)).toMatchObject([{ value: 'one' }, { reason: { message: 'two' } }])
    await inHand.first()
  })

  it('is charged for its own time alone', () => {
    vi.useFakeTimers()
    try {
      let begun = 1
      const onTooSlow = vi.fn<(patienceMs: number) => void>()
      const inHand = createInHand<string>(onTooSlow, () => begun)
      void inHand.add(1000)
      void inHand.add(500)
      vi.advanceTimersByTime(900)
      inHand.answered(({ resolve }) => resolve('one'))
      begun = 2
      vi.advanceTimersByTime(499)
      expect(onTooSlow).not.toHaveBeenCalled()
      vi.advanceTimersByTime(1)
      expect(onTooSlow).toHaveBeenCalledExactlyOnceWith(500)
      inHand.answered(({ resolve }) => resolve('two'))
      vi.advanceTimersByTime(10_000)
      expect(onTooSlow).toHaveBeenCalledOnce()
      // Nobody listened to the third, which was done in time.
      void inHand.add(500)
      begun = 4
      vi.advanceTimersByTime(800)
      expect(onTooSlow).toHaveBeenCalledOnce()
    } finally {
      vi.useRealTimers()
    }
  })

  it('ends with the first for the reason, and with the others for having waited behind it', async () => {
    const inHand = createInHand<string>(
      () => undefined,
      () => 0,
    )
    const answers = Promise.allSettled([inHand.add(1000), inHand.add(1000), inHand.add(1000)])
    const reason = new RowsNotMade('died')
    inHand.ended(reason)
    inHand.ended(new RowsNotMade('again'))
    const [first, ...others] = await answers
    expect(first).toMatchObject({ reason })
    for (const other of others) expect(other).toMatchObject({ reason: expect.any(RowsNotBegun) })
    expect(inHand.count()).toBe(0)
  })

  it('blames the one that was begun last, though the answer before it is not heard yet', async () => {
    const inHand = createInHand<string>(
      () => undefined,
      () => 3,
    )
    const answers = Promise.allSettled([inHand.add(1000), inHand.add(1000), inHand.add(1000)])
    inHand.answered(({ resolve }) => resolve('one'))
    const reason = new RowsNotMade('died')
    inHand.ended(reason)
    expect(await answers).toMatchObject([{ value: 'one' }, { reason: expect.any(RowsNotBegun) }, { reason }])
  })
})
