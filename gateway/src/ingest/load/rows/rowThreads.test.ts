import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { testFrame } from '../../spool/frame.fixture.ts'
import { frameText } from '../../spool/framePayload.ts'
import { encodeFrames } from '../../spool/frames.ts'
import { FRAME_HEAD_BYTES } from '../../spool/segment.ts'
import { makeRows } from './makeRows.ts'
import { createRowMaker } from './rowMaker.ts'
import type { RowSource } from './rowSource.ts'
import { createRowThreads, type RowThreadsOptions } from './rowThreads.ts'

const LOWEST = 19
const opened: RowSource[] = []
const folders: string[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(source => source.close()))
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true })))
})

function threads(options: RowThreadsOptions): RowSource {
  const source = createRowThreads(options)
  opened.push(source)
  return source
}

const content = (...ids: string[]) => [
  encodeFrames([frameText(testFrame(ids))], { segment: 's', firstEvent: 0, firstRejected: 0 }).bytes.subarray(FRAME_HEAD_BYTES),
]

/** A worker that answers with its own number, and with that only when all who are asked at the same time are. */
async function counted(): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'waymark-rows-'))
  folders.push(folder)
  const file = join(folder, 'counted.mjs')
  await writeFile(
    file,
    `import { parentPort, threadId } from 'node:worker_threads'
     parentPort.on('message', () => setTimeout(() => parentPort.postMessage({ rows: threadId }), 50))`,
  )
  return pathToFileURL(file)
}

describe('the threads that make rows', () => {
  it('make the rows that would be made here, each of its segment, and use memory again that either filled', async () => {
    const rows = threads({ helpers: 1 })
    const ids = Array.from({ length: 8 }, (_, number) => `id-${number}`)
    for (let round = 0; round < 2; round++) {
      const made = await Promise.all(ids.map(id => rows.rowsOf(content(id))))
      expect(made).toEqual(ids.map(id => makeRows(content(id), createRowMaker())))
      for (const one of made) rows.release(one)
    }
  })

  it('are one as long as one segment is asked for at a time, and two when more wait', async () => {
    const rows = threads({ helpers: 1, worker: await counted() })
    const alone = [await rows.rowsOf(content('a')), await rows.rowsOf(content('b'))]
    expect(new Set(alone).size).toBe(1)
    const together = await Promise.all(['c', 'd', 'e', 'f'].map(id => rows.rowsOf(content(id))))
    expect(new Set(together).size).toBe(2)
    expect(together).toContain(alone[0])
  })

  it('leave what is large to the first one', async () => {
    const rows = threads({ helpers: 1, worker: await counted() })
    const together = await Promise.all(['x', 'y'].map(letter => rows.rowsOf(content(letter.repeat(3 * 2 ** 20)))))
    expect(new Set(together).size).toBe(1)
  })

  it.runIf(process.platform === 'linux')('let a helper take only what nobody else wants, and end it when nothing waits', async () => {
    // Behind the name, which may hold blanks, niceness is the 17th field.
    const nice = () =>
      readdirSync('/proc/self/task')
        .map(id => readFileSync(`/proc/self/task/${id}/stat`, 'utf8'))
        .filter(stat => stat.includes('(rows)'))
        .map(stat => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]))
        .toSorted((one, other) => one - other)
    const own = Number(readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[16])
    const rows = threads({ helpers: 1, idleMs: 300 })
    await Promise.all(['a', 'b'].map(id => rows.rowsOf(content(id))))
    expect(nice()).toEqual([own + 3, Math.min(LOWEST, own + 10)])
    await vi.waitFor(() => expect(nice()).toEqual([own + 3]), 5000)
    expect(await Promise.all(['c', 'd'].map(id => rows.rowsOf(content(id))))).toHaveLength(2)
  })
})
