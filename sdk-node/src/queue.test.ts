import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLedger } from './ledger.ts'
import { createQueue, messageIds, part } from './queue.ts'

const tally = createLedger().accept()
const LIMITS = { maxEvents: 40, maxBytes: 2_000, batchEvents: 7, batchBytes: 300 }
const textOf = (id: number, size: number) => JSON.stringify({ messageId: `m${id}`, text: 'ü'.repeat(size) })

test('whatever is added, taken and released: limits hold, order is kept, nothing is lost or made up', () => {
  const step = fc.oneof(fc.nat({ max: 200 }), fc.constant('take' as const), fc.constant('release' as const))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const queue = createQueue(LIMITS)
      const added: string[] = []
      const taken: string[] = []
      const flying: { lines: readonly { bytes: number }[]; release: () => void }[] = []
      const take = () => {
        const batch = queue.take()
        if (batch === undefined) return false
        expect(batch.lines.length).toBeLessThanOrEqual(LIMITS.batchEvents)
        if (batch.lines.length > 1) expect(batch.body.length).toBeLessThanOrEqual(LIMITS.batchBytes)
        expect(batch.order).toBe(taken.length)
        const ids = messageIds(batch)
        expect(batch.lines.flatMap((_, place) => messageIds(part(batch, place, place + 1)))).toEqual(ids)
        taken.push(...ids)
        flying.push({ lines: batch.lines, release: () => queue.release(batch.lines) })
        return true
      }
      for (const [id, what] of steps.entries()) {
        if (what === 'take') take()
        else if (what === 'release') flying.shift()?.release()
        else {
          const text = textOf(id, what)
          const bytes = Buffer.byteLength(text)
          if (!queue.fits(bytes)) continue
          queue.add(text, { bytes, tally, callback: undefined })
          added.push(`m${id}`)
        }
        expect(queue.held()).toBeLessThanOrEqual(LIMITS.maxEvents)
      }
      while (take());
      expect(queue.isEmpty()).toBe(true)
      expect(taken).toEqual(added)
      for (const { release } of flying) release()
      expect(queue.held()).toBe(0)
      expect(queue.fits(LIMITS.maxBytes)).toBe(true)
    }),
  )
})

test('what is in flight takes its place until it is released', () => {
  const queue = createQueue({ ...LIMITS, maxBytes: 100 })
  queue.add('x'.repeat(60), { bytes: 60, tally, callback: undefined })
  const batch = queue.take()
  expect(queue.fits(40)).toBe(true)
  expect(queue.fits(41)).toBe(false)
  queue.release(batch?.lines ?? [])
  expect(queue.fits(100)).toBe(true)
})
