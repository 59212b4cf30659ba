import { describe, expect, it } from 'vitest'
import type { SealedSegment, SegmentContent } from '../spool/sealed.ts'
import { createReadAhead } from './readAhead.ts'
import { RowsNotBegun } from './rows/rowsNotMade.ts'
import type { SegmentRows } from './rows/segmentRows.ts'

/** Segments whose reading and whose rows end when they are told to. */
function bench(names: readonly string[]) {
  const told: string[] = []
  const waits = new Map<string, PromiseWithResolvers<void>>()
  const during = async (what: string) => {
    told.push(what)
    const wait = Promise.withResolvers<void>()
    waits.set(what, wait)
    await wait.promise
  }
  const segments = names.map(name => ({
    read: async (): Promise<SegmentContent> => {
      await during(`read ${name}`)
      return [Buffer.from(name)]
    },
  })) as unknown as SealedSegment[]
  const ahead = createReadAhead({
    rowsOf: async ([name = '']) => {
      await during(`make ${name}`)
      return { span: name.toString() } as unknown as SegmentRows
    },
  })
  return {
    ...ahead,
    segments,
    told,
    end: async (what: string, error?: Error) => {
      if (error === undefined) waits.get(what)?.resolve()
      else waits.get(what)?.reject(error)
      await new Promise(done => setImmediate(done))
    },
  }
}

describe('reading ahead', () => {
  it('reads a segment again whose rows were not begun, for its memory is gone', async () => {
    const { segments, read, told, end } = bench(['a'])
    const rows = read(segments[0] as SealedSegment)
    await end('read a')
    await end('make a', new RowsNotBegun('ended with others'))
    await end('read a')
    await end('make a')
    expect(await rows).toEqual({ span: 'a' })
    expect(told).toEqual(['read a', 'make a', 'read a', 'make a'])
  })

  it('reads the next file while the rows of one are made, and no further', async () => {
    const { ahead, read, segments, told, end } = bench(['a', 'b', 'c'])
    ahead(segments)
    await end('')
    await end('read a')
    expect(told).toEqual(['read a', 'make a', 'read b'])
    await end('read b')
    expect(told.slice(3)).toEqual(['make b'])
    await end('make a')
    expect(told.slice(4)).toEqual(['read c'])
    await end('make b')
    await end('read c')
    await end('make c')
    expect(await Promise.all(segments.map(read))).toMatchObject([{ span: 'a' }, { span: 'b' }, { span: 'c' }])
    expect(told).toHaveLength(6)
  })

  it('goes on behind a file that cannot be read, tells whoever asks, and reads it anew after that', async () => {
    const { ahead, read, segments, told, end } = bench(['a', 'b'])
    const [first, second] = segments as [SealedSegment, SealedSegment]
    ahead(segments)
    await end('')
    await end('read a', new Error('gone'))
    await end('read b')
    await end('make b')
    await expect(read(first)).rejects.toThrow('gone')
    expect(await read(second)).toMatchObject({ span: 'b' })
    const again = read(first)
    await end('read a')
    await end('make a')
    expect(await again).toMatchObject({ span: 'a' })
    expect(told).toEqual(['read a', 'read b', 'make b', 'read a', 'make a'])
  })

  it('keeps what is under way when it is told of more', async () => {
    const { ahead, segments, told, end } = bench(['a', 'b'])
    ahead(segments.slice(0, 1))
    await end('')
    ahead(segments)
    await end('read a')
    await end('make a')
    await end('read b')
    expect(told).toEqual(['read a', 'make a', 'read b', 'make b'])
  })
})
