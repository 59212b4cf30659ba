import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { testFrame } from '../../spool/frame.fixture.ts'
import { frameText } from '../../spool/framePayload.ts'
import { encodeFrames } from '../../spool/frames.ts'
import { encodeHeader, scanSegment } from '../../spool/segment.ts'
import { type Hunted, rowsOneByOne } from './oneByOne.ts'
import { readBlock } from './readBlock.ts'
import { RowsNotMade } from './rowsNotMade.ts'
import { createRowThread } from './rowThread.ts'
import { rowCount } from './segmentRows.ts'

const folder = mkdtempSync(join(tmpdir(), 'waymark-hanging-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The thread's own parts, but for the event that it never ends with. */
function hangingWorker(id: string): URL {
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)
  const file = join(folder, 'worker.mjs')
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads'
     import { makeRows } from ${here('./makeRows.ts')}
     import { createRowMaker } from ${here('./rowMaker.ts')}
     const make = createRowMaker()
     const hanging = (request, place, block) => {
       while (request.events[place].messageId === ${JSON.stringify(id)});
       return make(request, place, block)
     }
     parentPort.on('message', ({ memories, places, only }) => {
       const rows = makeRows(places.map(([memory, start, length]) => Buffer.from(memories[memory], start, length)), hanging, { only })
       parentPort.postMessage({ rows })
     })
     parentPort.postMessage({ ready: true })`,
  )
  return pathToFileURL(file)
}

it('an event that the thread never ends with is found in a few short turns, and its neighbours have their rows', async () => {
  const thread = createRowThread({ worker: hangingWorker('m-5') })
  const segment = '0191d2a4-5b1c-4c55-8a77-9f1e2d3c4b5a'
  const ids = Array.from({ length: 8 }, (_, at) => `m-${at}`)
  const content = () => {
    const { bytes } = encodeFrames([frameText(testFrame(ids))], { segment, firstEvent: 0, firstRejected: 0 })
    return [...scanSegment(Buffer.concat([encodeHeader({ uuid: segment, createdAt: 0, instance: 'test' }), bytes])).payloads]
  }
  const hunted: Hunted = new Map()
  let turns = 0
  for (;;) {
    const rows = await rowsOneByOne(content(), thread.rowsOf, hunted, { tryMs: 400, lastTryMs: 800, turnMs: 1000 }).catch(error => {
      if (!(error instanceof RowsNotMade)) throw error
      return null
    })
    turns++
    if (rows === null) continue
    expect(readBlock(rows.block, rowCount(rows)).map(values => values[0])).toEqual(ids.filter(id => id !== 'm-5'))
    expect(rows.unmade).toMatchObject([{ line: { index: 5 }, message: 'it took longer than 0.8 s' }])
    break
  }
  // The request, two halvings, twice alone: two turns, and some more on a machine that is slow.
  expect(turns).toBeGreaterThan(1)
  expect(turns).toBeLessThan(8)
  await thread.close()
})
