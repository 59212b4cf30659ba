import { describe, expect, it } from 'vitest'
import { sharedDatabase } from '../../../../test/engine.ts'
import type { Damage } from '../spool/damage.ts'
import { failure, memoryDisk } from '../spool/disk.fixture.ts'
import { TEST_TIME, testFrame } from '../spool/frame.fixture.ts'
import { payloadSummary } from '../spool/packedPayload.ts'
import { FRAME_HEAD_BYTES, HEADER_BYTES, scanSegment, writeFrameHead } from '../spool/segment.ts'
import { testSpool } from '../spool/spool.fixture.ts'
import type { SpoolEdges } from '../spool/spool.ts'
import { readStats } from '../stats.ts'
import { loaderBench } from './loader.fixture.ts'
import { createRowThread } from './rows/rowThread.ts'

const shared = sharedDatabase()
const bench = () => loaderBench(shared.db)

/** Two finished segments of one event each, the name of the first file, and a disk to spoil. */
async function twoSegments(source: string, edges: Partial<SpoolEdges> = {}) {
  const fs = memoryDisk()
  const spool = await testSpool({ fs, ...edges })
  for (const id of [`${source}-1`, `${source}-2`]) {
    await spool.append(testFrame([id], { source }))
    await spool.seal()
  }
  return { fs, spool, first: `${spool.sealed()[0]?.id}.seg` }
}

describe('the loader, when disk or clock are in trouble,', () => {
  it.each(['EMFILE', 'EIO', 'ENOMEM'])(
    'tries a file again that the disk did not give (%s), and goes on with the next meanwhile',
    async code => {
      const { fs, spool, first } = await twoSegments(code)
      const read = fs.read
      const order: string[] = []
      let failing = 3
      fs.read = async path => {
        if (path.endsWith(first) && failing-- > 0) throw failure(code, path)
        order.push(path.endsWith(first) ? 'first' : 'second')
        return read(path)
      }
      const loader = bench().loaderOf(spool)
      await loader.drain()
      await loader.stop()
      expect(await bench().stored(`${code}-`)).toEqual({ [`${code}-1`]: 1, [`${code}-2`]: 1 })
      expect(order.at(-1)).toBe('first')
      expect(new Set(order.slice(0, -1))).toEqual(new Set(['second']))
      expect(fs.files()).toEqual([])
      expect(spool.backlog()).toMatchObject({ segments: 0, damaged: 0 })
    },
  )

  it('does not let jobs wait for a file that the disk does not give at all, and keeps it as waiting', async () => {
    const { fs, spool, first } = await twoSegments('stuck')
    const read = fs.read
    fs.read = path => (path.endsWith(first) ? Promise.reject(failure('EIO', path)) : read(path))
    const loader = bench().loaderOf(spool)
    await loader.drain()
    expect(await bench().stored('stuck-')).toEqual({ 'stuck-2': 1 })
    expect((await readStats({ db: bench().db, spool, loader })).bySource.stuck).toMatchObject({ received: 2, stored: 1, pending: 1 })
    await loader.stop()
    expect(fs.files()).toEqual([first])
    fs.read = read
    await bench().loadAgain(fs)
    expect(await bench().stored('stuck-')).toEqual({ 'stuck-1': 1, 'stuck-2': 1 })
  })

  it('sets aside a file that holds no whole frame any more, says so, and goes on with the next', async () => {
    const damages: Damage[] = []
    const { fs, spool, first } = await twoSegments('gone', { onDamage: damage => damages.push(damage) })
    const path = `/spool/one/${first}`
    const zeros = Buffer.alloc(fs.bytesOf(path).length)
    fs.setBytes(path, zeros)
    const loader = bench().loaderOf(spool)
    await loader.drain()
    await loader.stop()
    expect(await bench().stored('gone-')).toEqual({ 'gone-2': 1 })
    expect(fs.files()).toEqual([first.replace('.seg', '.bad')])
    expect(fs.bytesOf(path.replace('.seg', '.bad'))).toEqual(zeros)
    expect(damages).toEqual([{ file: path, ranges: 1, bytes: zeros.length }])
    expect(spool.backlog().damaged).toBe(1)
  })

  it('loads what is whole of a damaged file also when the damage cannot be copied, and then keeps the file', async () => {
    const damages: Damage[] = []
    const fs = memoryDisk()
    const spool = await testSpool({ fs, onDamage: damage => damages.push(damage) })
    await spool.append(testFrame(['full-disk-1'], { source: 'full-disk' }))
    await spool.append(testFrame(['full-disk-2'], { source: 'full-disk' }))
    await spool.seal()
    const path = `/spool/one/${spool.sealed()[0]?.id}.seg`
    const changed = Buffer.from(fs.bytesOf(path))
    changed.writeUInt8(changed.readUInt8(HEADER_BYTES + 20) ^ 1, HEADER_BYTES + 20)
    fs.setBytes(path, changed)
    fs.put = async target => {
      throw failure('ENOSPC', target)
    }
    const loader = bench().loaderOf(spool)
    await loader.drain()
    await loader.stop()
    expect(await bench().stored('full-disk-')).toEqual({ 'full-disk-2': 1 })
    expect(fs.bytesOf(path.replace('.seg', '.bad'))).toEqual(changed)
    expect(damages).toMatchObject([{ file: path, ranges: 1, problem: expect.stringContaining('ENOSPC') }])
    expect(spool.backlog().damaged).toBe(1)
  })

  it.each([
    [
      'what is packed in it is damaged',
      (payload: Buffer) => payload.writeUInt8(payload.readUInt8(payload.indexOf(0x0a) + 12) ^ 0x10, payload.indexOf(0x0a) + 12),
    ],
    ['less is packed in it than it says', (payload: Buffer) => payload.fill(0, payload.indexOf(0x0a) + 5)],
  ])('loads all other frames of a segment where %s though its checksum is right, and keeps that one', async (what, spoil) => {
    const source = what.replaceAll(' ', '-')
    const damages: Damage[] = []
    const fs = memoryDisk()
    const spool = await testSpool({ fs, limits: { packFromBytes: 0 }, onDamage: damage => damages.push(damage) })
    for (const at of [0, 1, 2]) {
      const ids = Array.from({ length: 30 }, (_, place) => `${source}-${at}-${place}`)
      await spool.append(testFrame(ids, { source, rejected: 1, event: () => ({ properties: { text: 'some text' } }) }))
    }
    await spool.seal()
    const path = `/spool/one/${spool.sealed()[0]?.id}.seg`
    const file = Buffer.from(fs.bytesOf(path))
    const payloads = scanSegment(file).payloads
    const [, middle = Buffer.alloc(0)] = payloads
    expect([payloads.length, payloadSummary(middle).counts[0]?.received]).toEqual([3, 31])
    const start = middle.byteOffset - file.byteOffset - FRAME_HEAD_BYTES
    spoil(middle)
    writeFrameHead(file, start, middle.length)
    expect(scanSegment(file).payloads).toHaveLength(3)
    fs.setBytes(path, file)
    const loader = bench().loaderOf(spool, { rows: createRowThread() })
    await loader.drain()
    await loader.stop()
    const places = await bench().ask<{ place: number }>(
      `SELECT segment_index AS place FROM events WHERE source_id = '${source}' ORDER BY place`,
    )
    expect(places.map(({ place }) => place)).toEqual(Array.from({ length: 60 }, (_, place) => (place < 30 ? place : place + 30)))
    expect((await readStats({ db: bench().db, spool, loader })).bySource[source]).toMatchObject({
      received: 62,
      stored: 60,
      rejected: 2,
      pending: 0,
    })
    const bytes = FRAME_HEAD_BYTES + middle.length
    expect(damages).toEqual([{ file: path, ranges: 1, bytes, events: 31 }])
    expect(spool.backlog()).toMatchObject({ segments: 0, damaged: 1, damagedBytes: bytes })
    expect(fs.files()).toEqual([`${spool.sealed()[0]?.id ?? path.slice(11, -4)}.bad`])
    expect(fs.bytesOf(path.replace('.seg', '.bad')).includes(middle)).toBe(true)
  })

  it('sets a segment aside of which no frame holds what was written', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs, limits: { packFromBytes: 0 } })
    await spool.append(testFrame(['hollow-1'], { source: 'hollow' }))
    await spool.seal()
    const path = `/spool/one/${spool.sealed()[0]?.id}.seg`
    const file = Buffer.from(fs.bytesOf(path))
    const [only = Buffer.alloc(0)] = scanSegment(file).payloads
    only.fill(0, only.indexOf(0x0a) + 1)
    writeFrameHead(file, HEADER_BYTES, only.length)
    fs.setBytes(path, file)
    const loader = bench().loaderOf(spool, { rows: createRowThread() })
    await loader.drain()
    await loader.stop()
    expect(await bench().stored('hollow-')).toEqual({})
    expect(fs.bytesOf(path.replace('.seg', '.bad'))).toEqual(file)
    expect(spool.backlog()).toMatchObject({ segments: 0, damaged: 1 })
  })

  it('stamps what it loads later, whatever the clock and an earlier life say', async () => {
    const stamps = async () =>
      (
        await bench().ask<{ at: number }>(
          `SELECT toUnixTimestamp64Milli(loaded_at) AS at FROM ingest_counts WHERE source_id = 'stamp' ORDER BY hour`,
        )
      ).map(({ at }) => at)
    const clock = { at: TEST_TIME + 10 * 3_600_000 }
    const loadAt = async (times: readonly number[], from: number) => {
      const spool = await testSpool({ fs: memoryDisk() })
      const loader = bench().loaderOf(spool, { now: () => clock.at })
      for (const [index, at] of times.entries()) {
        clock.at = at
        await spool.append(testFrame([`stamp-${from + index}`], { source: 'stamp', at: TEST_TIME + (from + index) * 3_600_000 }))
        await loader.drain()
      }
      await loader.stop()
    }
    const start = clock.at
    // Set back by an hour, twice, and a new process between.
    await loadAt([start, start - 3_600_000, start - 3_599_000, start + 5], 0)
    await loadAt([start - 3_600_000, start + 60_000], 4)
    expect(await stamps()).toEqual([start, start + 1, start + 2, start + 5, start + 6, start + 60_000])
  })
})
