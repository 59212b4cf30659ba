import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { zstdCompressSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { packedLine } from '../../spool/packedPayload.ts'
import { createRowThread } from './rowThread.ts'

/** A worker that answers with the mark in what it was given first. */
function marking(): URL {
  const folder = mkdtempSync(join(tmpdir(), 'waymark-rows-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'marking.mjs')
  writeFileSync(
    file,
    `import { parentPort, workerData } from 'node:worker_threads'
     parentPort.on('message', ({ memories }) => {
       Atomics.add(workerData.begun, 0, 1)
       parentPort.postMessage({ rows: /mark-\\w+/.exec(Buffer.from(memories[0]).toString())?.[0] ?? 'nothing' })
     })
     parentPort.postMessage({ ready: true })`,
  )
  return pathToFileURL(file)
}

/** In memory of its own, and worth to be inflated beside. */
function packedWith(mark: string): Buffer {
  const payload = Buffer.from(`[${mark} ${randomBytes(40_000).toString('hex')}`)
  const raw = Buffer.alloc(4 + payload.length)
  raw.writeUInt32LE(payload.length)
  payload.copy(raw, 4)
  const line = packedLine({ segment: 's', rawBytes: raw.length, counts: [] })
  const packed = Buffer.concat([Buffer.from(line), zstdCompressSync(raw)])
  const own = Buffer.from(new ArrayBuffer(packed.length))
  packed.copy(own)
  return own
}

it('a segment whose thread ended while it was being unpacked goes to the next one as it was unpacked: packed, it is gone', async () => {
  const threads: Worker[] = []
  const note = (thread: Worker) => void threads.push(thread)
  process.on('worker', note)
  onTestFinished(() => void process.off('worker', note))
  const rows = createRowThread({ worker: marking() })
  onTestFinished(() => rows.close())
  expect(await rows.rowsOf([packedWith('mark-first')])).toBe('mark-first')
  const [thread] = threads
  if (thread === undefined) throw new Error('no thread was started')

  let hasEnded = false
  thread.once('exit', () => {
    hasEnded = true
  })
  const [segment, more] = [packedWith('mark-second'), packedWith('mark-more')]
  let looks = 0
  // Ends the thread once the first piece is unpacked, and has another one to unpack until that is done.
  const content = Object.assign([segment], {
    *[Symbol.iterator]() {
      looks++
      yield segment
      void thread.terminate()
      while (!hasEnded) yield more
    },
  })
  expect(await rows.rowsOf(content)).toBe('mark-second')
  expect([segment.length, looks, threads.length]).toEqual([0, 1, 2])
})
