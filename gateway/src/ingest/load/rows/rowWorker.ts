/** The thread that makes rows: gets the insides of frames, answers with the rows, one segment at a time. */
import { flushCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { createEventBlock } from './eventBlock.ts'
import { makeRows } from './makeRows.ts'
import { createRowMaker } from './rowMaker.ts'
import type { RowAnswer, RowOrder } from './rowThread.ts'
import { roomFor } from './spareMemory.ts'
import { NICENESS, yieldCpu } from './yieldCpu.ts'

yieldCpu(typeof workerData === 'number' ? workerData : NICENESS)
// A thread is ended, not left to end.
flushCompileCache()
const makeRow = createRowMaker()
const block = createEventBlock()

parentPort?.on('message', ({ memory, places, only, room }: RowOrder) => {
  let answer: RowAnswer
  try {
    const content = places.map(([start, length]) => Buffer.from(memory, start, length))
    const rows = makeRows(content, makeRow, { block, only, room: bytes => roomFor(bytes, room) })
    answer = { rows, isInRoom: rows.block.buffer === room }
  } catch (error) {
    answer = { trouble: String(error) }
  }
  // Given back to the system at once; the garbage collector would come for it much later.
  memory.transfer(0)
  parentPort?.postMessage(answer)
})
