import { describe, expect, it } from 'vitest'
import { testFrame } from '../../spool/frame.fixture.ts'
import { frameText } from '../../spool/framePayload.ts'
import { encodeFrames } from '../../spool/frames.ts'
import { encodeHeader, scanSegment } from '../../spool/segment.ts'
import { makeRows } from './makeRows.ts'
import { HUNT_LIMITS, type Hunted, rowsOneByOne } from './oneByOne.ts'
import { createRowMaker } from './rowMaker.ts'
import { type RowSource, rowsHere } from './rowSource.ts'
import { RowsNotMade, RowsStopped, RowsTooSlow } from './rowsNotMade.ts'
import { eventLines } from './segmentRows.ts'

const SEGMENT = '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a'

function contentOf(...requests: readonly (readonly string[])[]): Buffer[] {
  const frames = requests.map(ids => frameText(testFrame(ids, { rejected: 1 })))
  const { bytes } = encodeFrames(frames, { segment: SEGMENT, firstEvent: 0, firstRejected: 0 })
  return [...scanSegment(Buffer.concat([encodeHeader({ uuid: SEGMENT, createdAt: 0, instance: 'test' }), bytes])).payloads]
}

/** Rejects whatever holds one of the ids, as one event or among others. */
function dyingOf(ids: readonly string[], error = new RowsNotMade('died')): RowSource['rowsOf'] {
  const { rowsOf } = rowsHere()
  return async (content, only) => {
    const rows = await rowsOf(content, only)
    if (eventLines(rows).some(({ json }) => ids.includes(String((JSON.parse(json) as unknown[])[0])))) throw error
    return rows
  }
}

const idsOf = (rows: ReturnType<typeof makeRows>) =>
  eventLines(rows).map(({ index, json }) => [index, (JSON.parse(json) as unknown[])[0]] as const)

describe('rows made one by one', () => {
  it('are the rows of the whole when nothing fails', async () => {
    const requests = [['a', 'b'], ['c'], ['d', 'e']]
    const whole = makeRows(contentOf(...requests), createRowMaker())
    const rows = await rowsOneByOne(contentOf(...requests), rowsHere().rowsOf)
    expect(idsOf(rows)).toEqual(idsOf(whole))
    expect(rows.block).toEqual(whole.block)
    expect({ ...rows, stretches: [] }).toEqual({ ...whole, stretches: [] })
  })

  it('do without the events that it always fails at, with places, counts and rejected ones as they are', async () => {
    const requests = [['a', 'b'], ['c', 'd', 'e'], ['f']]
    const whole = makeRows(contentOf(...requests), createRowMaker())
    const rows = await rowsOneByOne(contentOf(...requests), dyingOf(['d', 'f']))
    expect(idsOf(rows)).toEqual(idsOf(whole).filter(([, id]) => id !== 'd' && id !== 'f'))
    expect(rows.unmade.map(({ line: { index }, message }) => [index, message])).toEqual([
      [3, 'died'],
      [5, 'died'],
    ])
    expect(rows.unmade[0]?.line.json).toContain('Tested')
    expect([rows.counts, rows.rejected, rows.span]).toEqual([whole.counts, whole.rejected, whole.span])
  })

  it('have all the neighbours of the events that fail, also in a large request', async () => {
    const ids = Array.from({ length: 2000 }, (_, at) => `m-${at}`)
    const bad = [3, 4, 1000, 1500, 1999]
    const rows = await rowsOneByOne(contentOf(ids), dyingOf(bad.map(at => `m-${at}`)))
    expect(rows.unmade.map(({ line, message }) => [line.index, message])).toEqual(bad.map(at => [at, 'died']))
    expect(idsOf(rows)).toEqual(ids.map((id, at) => [at, id]).filter(([at]) => !bad.includes(Number(at))))
  })

  it('are not tried for ever of a request in which all fail', async () => {
    const ids = Array.from({ length: 500 }, (_, at) => `m-${at}`)
    let asked = 0
    const rowsOf = dyingOf(ids)
    const rows = await rowsOneByOne(contentOf(ids, ['fine']), (content, only) => {
      asked++
      return rowsOf(content, only)
    })
    expect(idsOf(rows)).toEqual([[500, 'fine']])
    expect(rows.unmade.map(({ line }) => line.index)).toEqual(ids.map((_, at) => at))
    expect(asked).toBeLessThan(140)
  })

  it('wait where a frame does not hold what was written and nobody takes it for damage', async () => {
    const lost: number[][] = []
    const packed = Buffer.from('P["s",100,[]]\nno such thing')
    const content = [...contentOf(['a']), packed, ...contentOf(['b'])]
    await expect(rowsOneByOne(content, rowsHere().rowsOf)).rejects.toBeInstanceOf(RowsNotMade)
    const rows = await rowsOneByOne(content, rowsHere().rowsOf, new Map(), HUNT_LIMITS, async frames => void lost.push([...frames]))
    expect(idsOf(rows).map(([, id]) => id)).toEqual(['a', 'b'])
    expect(lost).toEqual([[1]])
  })

  it('blame no event when the maker makes nothing at all', async () => {
    const error = new RowsNotMade('no such module')
    await expect(rowsOneByOne(contentOf(['a'], ['b']), () => Promise.reject(error))).rejects.toBe(error)
  })

  it('blame nobody when the loader stops, or for any other trouble', async () => {
    for (const error of [new RowsStopped('stopped'), new Error('a bug') as RowsNotMade]) {
      await expect(rowsOneByOne(contentOf(['a'], ['b']), dyingOf(['b'], error))).rejects.toBe(error)
    }
  })

  it('are found in turns of seconds where events hang, however many of them, and no try is made twice', async () => {
    const ids = Array.from({ length: 2000 }, (_, at) => `m-${at}`)
    const bad = [3, 700, 1999]
    let hung = 0
    const hanging = dyingOf(
      bad.map(at => `m-${at}`),
      new RowsTooSlow('hung'),
    )
    const rowsOf: RowSource['rowsOf'] = (content, only, longestMs = 10_000) =>
      hanging(content, only).catch(error => {
        hung += longestMs
        throw error
      })
    const hunted: Hunted = new Map()
    const turns: number[] = []
    let rows: Awaited<ReturnType<typeof rowsOneByOne>> | null = null
    while (rows === null) {
      hung = 0
      rows = await rowsOneByOne(contentOf(['fine'], ids), rowsOf, hunted).catch((error: unknown) => {
        if (!(error instanceof RowsNotMade)) throw error
        return null
      })
      turns.push(hung)
    }
    expect(rows.unmade.map(({ line, message }) => [line.index, message])).toEqual(bad.map(at => [1 + at, 'hung']))
    expect(idsOf(rows)).toHaveLength(1 + 2000 - bad.length)
    expect(Math.max(...turns)).toBeLessThan(HUNT_LIMITS.turnMs + HUNT_LIMITS.lastTryMs)
    // Some eleven halves for each, and each twice alone.
    expect(turns.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(bad.length * (13 * HUNT_LIMITS.tryMs + HUNT_LIMITS.lastTryMs))
    expect(turns.length).toBeLessThan(8)
  })
})
