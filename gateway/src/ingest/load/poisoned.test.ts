import { describe, expect, it, vi } from 'vitest'
import { sharedDatabase } from '../../../../test/engine.ts'
import { memoryDisk } from '../spool/disk.fixture.ts'
import { eventRow, testFrame } from '../spool/frame.fixture.ts'
import { testSpool } from '../spool/spool.fixture.ts'
import { readStats } from '../stats.ts'
import { loaderBench, rowsAs } from './loader.fixture.ts'
import { type RowSource, rowsHere } from './rows/rowSource.ts'
import { RowsNotMade } from './rows/rowsNotMade.ts'

const shared = sharedDatabase()
const bench = () => loaderBench(shared.db)

describe('the loader, of what cannot be stored,', () => {
  it('sets aside a row that the engine will not take, stores the rest, and the counts still add up', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    const rows = Array.from({ length: 40 }, (_, index) => eventRow({ message_id: `poison-${index}`, source_id: 'poison' }))
    const bad = rows.map((row, index) => (index === 17 ? { ...row, client_seq: 'many' as unknown as number } : row))
    await spool.append(
      testFrame(
        rows.map(({ message_id }) => message_id),
        { source: 'poison' },
      ),
    )
    const loader = bench().loaderOf(spool, { rows: rowsAs(bad) })
    await loader.drain()
    expect(Object.keys(await bench().stored('poison-'))).toHaveLength(39)
    const [kept] = await bench().ask<{ code: string; message_id: string; message: string; raw: string }>(
      `SELECT code, message_id, message, raw FROM rejected_events WHERE source_id = 'poison'`,
    )
    expect(kept).toMatchObject({ code: 'not_storable', message_id: 'poison-17' })
    expect(kept?.message).not.toBe('')
    expect(JSON.parse(kept?.raw ?? '')).toMatchObject({ message_id: 'poison-17', client_seq: 'many' })
    const stats = (await readStats({ db: bench().db, spool, loader })).bySource.poison
    await loader.stop()
    expect(stats).toEqual({ received: 40, stored: 39, pending: 0, deduplicated: 0, rejected: 1, suppressed: 0 })
  })

  it.each(['before_counts', 'after_insert_before_unlink'] as const)('rejects such a row once when the process dies at %s', async point => {
    const fs = memoryDisk()
    const source = `again-${point}`
    const spool = await testSpool({ fs })
    const rows = [
      eventRow({ message_id: `${source}-1`, source_id: source }),
      eventRow({ message_id: `${source}-2`, source_id: source, is_bot: 'x' as unknown as 0 }),
    ]
    await spool.append(testFrame([`${source}-1`, `${source}-2`], { source }))
    await spool.seal()
    await bench().dieAt(spool, point, { rows: rowsAs(rows) })
    await bench().loadAgain(fs, { rows: rowsAs(rows) })
    expect(await bench().stored(source)).toEqual({ [`${source}-1`]: 1 })
    expect(
      await bench().ask(`SELECT sum(received) AS received, sum(rejected) AS rejected FROM ingest_counts WHERE source_id = '${source}'`),
    ).toEqual([{ received: 2, rejected: 1 }])
    expect(await bench().ask(`SELECT count() AS n FROM rejected_events WHERE source_id = '${source}'`)).toEqual([{ n: 1 }])
  })

  it.each([null, 'before_counts', 'after_insert_before_unlink'] as const)(
    'quarantines an event of which no row can be made, once, and its neighbours go in (death: %s)',
    async point => {
      const fs = memoryDisk()
      const source = `unmade-${point}`
      const spool = await testSpool({ fs })
      const event = (messageId: string) =>
        messageId.endsWith('-2') ? { type: 'nope', writeKey: 'wk_of_the_page', ref: 'https://acme.com/?token=s3cret&a=1' } : {}
      await spool.append(testFrame([`${source}-1`, `${source}-2`, `${source}-3`], { source, event }))
      await spool.seal()
      if (point !== null) await bench().dieAt(spool, point)
      await bench().loadAgain(fs)
      expect(await bench().stored(source)).toEqual({ [`${source}-1`]: 1, [`${source}-3`]: 1 })
      const kept = await bench().ask<{ code: string; message_id: string; message: string; raw: string }>(
        `SELECT code, message_id, message, raw FROM rejected_events WHERE source_id = '${source}'`,
      )
      expect(kept).toMatchObject([
        { code: 'not_storable', message_id: `${source}-2`, message: expect.stringContaining('was accepted when it came') },
      ])
      expect(kept[0]?.raw).toContain('nope')
      expect(kept[0]?.raw).toContain('?token=redacted&a=1')
      expect(kept[0]?.raw).not.toContain('wk_of_the_page')
      expect(
        await bench().ask(`SELECT sum(received) AS received, sum(rejected) AS rejected FROM ingest_counts WHERE source_id = '${source}'`),
      ).toEqual([{ received: 3, rejected: 1 }])
    },
  )

  it('goes on with other segments when the rows of one cannot be made this time, and comes back to it', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    for (const id of ['later-1', 'later-2']) {
      await spool.append(testFrame([id], { source: 'later' }))
      await spool.seal()
    }
    const here = rowsHere()
    let failing = 3
    const rows: RowSource = {
      ...here,
      rowsOf: content =>
        content.some(piece => piece.includes('later-1')) && failing-- > 0
          ? Promise.reject(new RowsNotMade('the thread died'))
          : here.rowsOf(content),
    }
    const loader = bench().loaderOf(spool, { rows })
    await loader.drain()
    await loader.stop()
    expect(failing).toBe(-1)
    expect(await bench().stored('later-')).toEqual({ 'later-1': 1, 'later-2': 1 })
  })

  it('quarantines an event that kills the maker of rows each time, and everything else of its segment goes in', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    await spool.append(testFrame(['killer-1', 'killer-2'], { source: 'killer', rejected: 1 }))
    await spool.append(testFrame(['killer-3', 'killer-4.', 'killer-5'], { source: 'killer' }))
    await spool.append(testFrame(['killer-6'], { source: 'killer' }))
    const here = rowsHere()
    let deaths = 0
    const rows: RowSource = {
      ...here,
      rowsOf: (content, only) => {
        if (!content.some(piece => piece.includes('killer-4.')) || (only !== undefined && (only.first > 1 || only.first + only.count <= 1)))
          return here.rowsOf(content, only)
        deaths++
        return Promise.reject(new RowsNotMade('the thread died of it'))
      },
    }
    const loader = bench().loaderOf(spool, { rows })
    await loader.drain()
    const stats = (await readStats({ db: bench().db, spool, loader })).bySource.killer
    await loader.stop()
    const places = await bench().ask(`SELECT message_id, segment_index FROM events WHERE source_id = 'killer' ORDER BY segment_index`)
    expect(places).toEqual([0, 1, 2, 4, 5].map(place => ({ message_id: `killer-${place + 1}`, segment_index: place })))
    const kept = await bench().ask<{ raw: string }>(`SELECT code, message_id, message, raw FROM rejected_events
      WHERE source_id = 'killer' AND code = 'not_storable'`)
    expect(kept).toMatchObject([{ code: 'not_storable', message_id: 'killer-4.', message: 'the thread died of it' }])
    expect(kept[0]?.raw).toContain('Tested')
    expect(stats).toEqual({ received: 7, stored: 5, pending: 0, deduplicated: 0, rejected: 2, suppressed: 0 })
    // Three of the whole, one of its request, one of half of that, two of itself.
    expect(deaths).toBe(7)
  })

  it('keeps a segment waiting while the maker of rows cannot make anything, and quarantines none of it', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    await spool.append(testFrame(['maker-1', 'maker-2'], { source: 'maker' }))
    await spool.seal()
    const here = rowsHere()
    let failing = 40
    const rows: RowSource = {
      ...here,
      rowsOf: (content, only) => (failing-- > 0 ? Promise.reject(new RowsNotMade('no such module')) : here.rowsOf(content, only)),
    }
    const loader = bench().loaderOf(spool, { rows })
    loader.start()
    await vi.waitFor(async () => expect(Object.keys(await bench().stored('maker-'))).toHaveLength(2), { timeout: 10_000 })
    await loader.stop()
    expect(await bench().stored('maker-')).toEqual({ 'maker-1': 1, 'maker-2': 1 })
    expect(await bench().ask(`SELECT code FROM rejected_events WHERE source_id = 'maker'`)).toEqual([])
  })
})
