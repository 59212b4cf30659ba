import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import { testFrame } from '../../spool/frame.fixture.ts'
import { frameText } from '../../spool/framePayload.ts'
import { encodeFrames } from '../../spool/frames.ts'
import { FRAME_HEAD_BYTES } from '../../spool/segment.ts'
import type { RowOrder } from './rowOrder.ts'
import type { RowAnswer, RowStart } from './rowThread.ts'

/** The thread itself, with the count of what it began, and its answers one by one. */
async function worker() {
  const begun = new Int32Array(new SharedArrayBuffer(4))
  const workerData: RowStart = { redactParameters: [], clockFile: null, begun }
  const thread = new Worker(new URL('./rowWorker.ts', import.meta.url), { workerData })
  onTestFinished(async () => void (await thread.terminate()))
  const answer = () =>
    new Promise<RowAnswer>((resolve, reject) => {
      thread.once('message', resolve).once('error', reject)
    })
  expect(await answer()).toEqual({ ready: true })
  const ask = (order: Pick<RowOrder, 'memories' | 'places'>) => {
    thread.postMessage({ ...order, only: undefined, room: null } satisfies RowOrder)
    return answer()
  }
  return { begun, ask }
}

function order(id: string): Pick<RowOrder, 'memories' | 'places'> {
  const { bytes } = encodeFrames([frameText(testFrame([id]))], { segment: 's', firstEvent: 0, firstRejected: 0 })
  const payload = new Uint8Array(bytes.subarray(FRAME_HEAD_BYTES))
  return { memories: [payload.buffer], places: [[0, 0, payload.length]] }
}

it('the thread counts each order that it begins before it is at it: of one that it dies of nothing else is known', async () => {
  const { begun, ask } = await worker()
  expect(await ask(order('a'))).toHaveProperty('rows')
  expect(Atomics.load(begun, 0)).toBe(1)
  expect(await ask({ ...order('b'), places: [[0, 1, 2]] })).toHaveProperty('trouble')
  expect(Atomics.load(begun, 0)).toBe(2)
  // What no order is: it dies of it.
  await expect(ask({ places: [], memories: null as unknown as readonly ArrayBuffer[] })).rejects.toThrow()
  expect(Atomics.load(begun, 0)).toBe(3)
})
