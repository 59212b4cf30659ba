/** The thread that makes rows: gets the insides of frames, answers with the rows, one segment at a time. */
import { flushCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { createRedaction } from '../../enrich/redact.ts'
import { createEventBlock } from './eventBlock.ts'
import { openKeptClocks, TIDY_MS } from './keptClocks.ts'
import { makeRows } from './makeRows.ts'
import { createRowMaker } from './rowMaker.ts'
import type { RowOrder } from './rowOrder.ts'
import type { RowAnswer, RowStart } from './rowThread.ts'
import { roomFor } from './spareMemory.ts'
import { createUsualReader } from './usual/usualReader.ts'
import { yieldCpu } from './yieldCpu.ts'

yieldCpu()
// A thread is ended, not left to end.
flushCompileCache()
const { redactParameters, clockFile, life, begun }: RowStart = workerData
const onTrouble = (told: string) => parentPort?.postMessage({ told } satisfies RowAnswer)
const kept = clockFile === null ? null : openKeptClocks(clockFile, { now: Date.now, onTrouble })
if (kept !== null) setInterval(kept.tidy, TIDY_MS).unref()
const makeRow = createRowMaker(createRedaction(redactParameters), kept?.clocks)
const block = createEventBlock()
const readUsual = createUsualReader()

parentPort?.on('message', ({ memories, places, only, room }: RowOrder) => {
  Atomics.add(begun, 0, 1)
  let answer: RowAnswer
  try {
    const content = places.flatMap(([memory, start, length]) => Buffer.from(memories[memory] ?? new ArrayBuffer(0), start, length))
    const rows = makeRows(content, makeRow, { block, only, life, readUsual, room: bytes => roomFor(bytes, room) })
    answer = { rows, isInRoom: rows.block.buffer === room }
  } catch (error) {
    answer = { trouble: String(error) }
  }
  // Given back to the system at once; the garbage collector would come for it much later.
  for (const memory of memories) memory.transfer(0)
  // First: rows that are in the table must not rest on what a kill makes unknown.
  kept?.save()
  parentPort?.postMessage(answer)
})
parentPort?.postMessage({ ready: true } satisfies RowAnswer)
