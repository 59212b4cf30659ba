import { describe, expect, it } from 'vitest'
import { createSpareMemory, roomFor } from './spareMemory.ts'

describe('spare memory', () => {
  it('gives the largest piece first, and none twice', () => {
    const spare = createSpareMemory()
    const pieces = [3, 9, 6].map(bytes => new SharedArrayBuffer(bytes))
    for (const piece of pieces) spare.put(piece)
    expect([spare.take(), spare.take(), spare.take(), spare.take()]).toEqual([pieces[1], pieces[2], pieces[0], null])
  })

  it('lets the smallest go when it is more than is needed', () => {
    const spare = createSpareMemory(10)
    for (const bytes of [4, 2, 5]) spare.put(new SharedArrayBuffer(bytes))
    expect([spare.take()?.byteLength, spare.take()?.byteLength, spare.take()]).toEqual([5, 4, null])
    spare.put(new SharedArrayBuffer(11))
    expect(spare.take()).toBeNull()
  })

  it('takes a block that fits, and is made anew for one that does not', () => {
    const memory = new SharedArrayBuffer(100)
    expect(roomFor(100, memory)).toMatchObject({ buffer: memory, byteOffset: 0, length: 100 })
    const room = roomFor(101, memory)
    expect(room.buffer).not.toBe(memory)
    expect(room.length).toBe(101)
  })
})
