import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { readBody } from './body.ts'
import { createBodyMemory } from './bodyMemory.ts'

describe('memory for bodies', () => {
  it('is used again once it was given back, and not before', () => {
    const memory = createBodyMemory()
    const [first, second] = [memory.take(70_000), memory.take(70_000)]
    expect(first.length).toBeGreaterThanOrEqual(70_000)
    expect(first.buffer).not.toBe(second.buffer)
    memory.give(first)
    expect(memory.take(80_000)).toBe(first)
    expect(memory.take(80_000)).not.toBe(first)
  })

  it('does not grow with what is given back beyond its limit', () => {
    const memory = createBodyMemory(200_000)
    const taken = Array.from({ length: 3 }, () => memory.take(100_000))
    for (const one of taken) memory.give(one)
    const again = Array.from({ length: 3 }, () => memory.take(100_000))
    expect(again.filter(one => taken.includes(one))).toHaveLength(1)
  })
})

describe('memory for a body that was inflated to more than a plain one may have', () => {
  it('is as large as the body, and gone as soon as nobody reads it', () => {
    const memory = createBodyMemory()
    const taken = memory.take(3_000_001)
    expect(taken.buffer.byteLength).toBe(3_000_001)
    memory.give(taken)
    expect(taken.buffer.byteLength).toBe(0)
    expect(memory.take(3_000_001)).not.toBe(taken)
  })
})

/** A request of so many announced bytes, whose pieces come when a test says so. */
function incomingRequest(announced: number) {
  const incoming = new EventEmitter()
  const request = new Request('http://x', { method: 'POST', headers: { 'content-length': String(announced) } })
  return { incoming: incoming as IncomingMessage & EventEmitter, request }
}

describe('a body that comes in pieces', () => {
  it('is put together, whatever others do meanwhile', async () => {
    const memory = createBodyMemory()
    const bodies = ['a', 'b'].map(letter => {
      const { incoming, request } = incomingRequest(60_000)
      return { letter, incoming, body: readBody(request, incoming, memory) }
    })
    for (let piece = 0; piece < 3; piece++) for (const { letter, incoming } of bodies) incoming.emit('data', Buffer.alloc(20_000, letter))
    for (const { incoming } of bodies) incoming.emit('end')
    for (const { letter, body } of bodies) expect((await body).bytes.equals(Buffer.alloc(60_000, letter))).toBe(true)
  })

  it('takes memory for what came, not for what was announced', async () => {
    const memory = createBodyMemory()
    const sizes: number[] = []
    const { incoming, request } = incomingRequest(1_000_000)
    const body = readBody(request, incoming, {
      take(bytes) {
        const taken = memory.take(bytes)
        sizes.push(taken.length)
        return taken
      },
      give: memory.give,
    })
    for (let piece = 0; piece < 100; piece++) incoming.emit('data', Buffer.alloc(100, 'a'))
    expect(sizes).toEqual([16 * 1024])
    for (let piece = 0; piece < 99; piece++) incoming.emit('data', Buffer.alloc(10_000, 'b'))
    incoming.emit('end')
    const { bytes, release } = await body
    expect(bytes.equals(Buffer.concat([Buffer.alloc(10_000, 'a'), Buffer.alloc(990_000, 'b')]))).toBe(true)
    expect(sizes.length).toBeLessThan(6)
    release()
    // Those that were too small were given back on the way.
    const free = sizes.map(size => memory.take(size))
    expect(free.every(({ buffer }) => buffer !== bytes.buffer)).toBe(false)
  })

  it('keeps its memory until it is released, also when its connection breaks behind it', async () => {
    const memory = createBodyMemory()
    const { incoming, request } = incomingRequest(20)
    const reading = readBody(request, incoming, memory)
    incoming.emit('data', Buffer.alloc(10, 'a'))
    incoming.emit('data', Buffer.alloc(10, 'b'))
    incoming.emit('end')
    const { bytes, release } = await reading
    incoming.emit('error', new Error('reset'))
    incoming.emit('close')
    expect(memory.take(20).buffer).not.toBe(bytes.buffer)
    release()
    expect(memory.take(20).buffer).toBe(bytes.buffer)
  })

  it('that ends too early is refused, and its memory is free again', async () => {
    const memory = createBodyMemory()
    const { incoming, request } = incomingRequest(30)
    const reading = readBody(request, incoming, memory)
    incoming.emit('data', Buffer.alloc(10, 'a'))
    incoming.emit('data', Buffer.alloc(10, 'b'))
    incoming.emit('close')
    await expect(reading).rejects.toMatchObject({ status: 400, cause: { code: 'body_incomplete' } })
    const free = memory.take(30)
    memory.give(free)
    expect(memory.take(30)).toBe(free)
  })
})
