import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EVENT_COLUMNS } from '@waymark/schemas/row'
import { afterEach, describe, expect, it } from 'vitest'
import { testFrame } from '../../spool/frame.fixture.ts'
import { frameText } from '../../spool/framePayload.ts'
import { encodeFrames } from '../../spool/frames.ts'
import { FRAME_HEAD_BYTES } from '../../spool/segment.ts'
import { makeRows } from './makeRows.ts'
import { readBlock } from './readBlock.ts'
import { createRowMaker } from './rowMaker.ts'
import type { RowSource } from './rowSource.ts'
import { RowsNotMade, RowsStopped } from './rowsNotMade.ts'
import { createRowThread } from './rowThread.ts'

const [HOUR, DAY] = [3_600_000, 86_400_000]
const AT = { segment: 's', firstEvent: 0, firstRejected: 0 }

const opened: RowSource[] = []
const folders: string[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(source => source.close()))
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true })))
})

function thread(options?: Parameters<typeof createRowThread>[0]): RowSource {
  const source = createRowThread(options)
  opened.push(source)
  return source
}

/** A worker that answers, dies or hangs by the first letter of the first id. */
async function moody(): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'waymark-rows-'))
  folders.push(folder)
  const file = join(folder, 'moody.mjs')
  writeFileSync(
    file,
    `import { parentPort, workerData } from 'node:worker_threads'
     parentPort.on('message', ({ memories }) => {
       Atomics.add(workerData.begun, 0, 1)
       const text = Buffer.from(memories[0]).toString()
       if (text.includes('"die')) process.exit(1)
       if (text.includes('"throw')) throw new Error('a bug')
       if (text.includes('"hang')) for (;;);
       parentPort.postMessage({ rows: text.match(/"messageId":"(.*?)"/)[1] })
     })
     parentPort.postMessage({ ready: true })`,
  )
  return pathToFileURL(file)
}

const content = (...ids: string[]) => [
  encodeFrames([frameText(testFrame(ids))], { segment: 's', firstEvent: 0, firstRejected: 0 }).bytes.subarray(FRAME_HEAD_BYTES),
]

describe('the thread that makes rows', () => {
  it('makes the rows that would be made here, of several segments at once', async () => {
    const rows = thread()
    const made = await Promise.all(['a', 'b', 'c'].map(id => rows.rowsOf(content(id, `${id}2`))))
    expect(made).toEqual(['a', 'b', 'c'].map(id => makeRows(content(id, `${id}2`), createRowMaker())))
  })

  it('makes the row of one event of a request when it is asked for that', async () => {
    const { block, stretches } = await thread().rowsOf(content('a', 'b', 'c'), { first: 1, count: 1 })
    expect(stretches).toEqual([{ first: 1, count: 1 }])
    expect(readBlock(block, 1)[0]?.[0]).toBe('b')
  })

  it('keeps none of the parameters that the operator names, wherever an event has them', async () => {
    const url = 'https://acme.com/?patient_id=4711&a=1'
    const event = () => ({ properties: { url }, context: { page: { url, path: '/?patient-id=4711' }, at: url } })
    const frames = encodeFrames([frameText(testFrame(['a'], { event }))], { segment: 's', firstEvent: 0, firstRejected: 0 })
    const { block } = await thread({ redactParameters: ['patientId'] }).rowsOf([frames.bytes.subarray(FRAME_HEAD_BYTES)])
    const [row] = readBlock(block, 1)
    expect(JSON.stringify(row)).not.toContain('4711')
    expect(row).toContain('https://acme.com/?patient_id=redacted&a=1')
  })

  it.runIf(process.platform === 'linux')('lets the others go first, and no other thread does', async () => {
    await thread().rowsOf(content('a'))
    const threads = readdirSync('/proc/self/task').map(id => readFileSync(`/proc/self/task/${id}/stat`, 'utf8'))
    // Behind the name, which may hold blanks, niceness is the 17th field.
    const nice = (stat: string) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
    const [rows, others] = [threads.filter(stat => stat.includes('(rows)')), threads.filter(stat => !stat.includes('(rows)'))]
    expect(rows.length).toBeGreaterThan(0)
    for (const stat of rows) expect(nice(stat)).toBe(Math.max(...others.map(nice)) + 3)
  })

  it('takes over memory that holds a segment alone, and leaves memory alone that others use', async () => {
    const rows = thread()
    const [pooled = Buffer.alloc(0)] = content('a')
    const own = Buffer.from(new ArrayBuffer(pooled.length))
    pooled.copy(own)
    await rows.rowsOf([own])
    expect(own.length).toBe(0)
    const shared = Buffer.from('x'.repeat(10))
    await rows.rowsOf([Buffer.from(pooled.toString())])
    expect(shared.toString()).toBe('x'.repeat(10))
  })

  it('writes rows into the memory of those that were let go, and of no others', async () => {
    const rows = thread()
    const made = (id: string) => makeRows(content(id), createRowMaker()).block
    const [first, second] = [await rows.rowsOf(content('a')), await rows.rowsOf(content('b'))]
    expect(first.block.buffer).not.toBe(second.block.buffer)
    rows.release(first)
    const third = await rows.rowsOf(content('c'))
    // The same memory, not the same object: what is written to one is seen in the other.
    expect(Buffer.from(first.block)).toEqual(Buffer.from(third.block))
    expect(Buffer.from(third.block)).toEqual(Buffer.from(made('c')))
    expect(Buffer.from(second.block)).toEqual(Buffer.from(made('b')))
    // What lies in memory that was let go has it for itself until it is let go again.
    await rows.rowsOf(content('d'))
    expect(Buffer.from(third.block)).toEqual(Buffer.from(made('c')))
  })

  it.each(['die', 'throw'])('begins anew after it had to %s, and gives up nothing but what it was at', async mood => {
    const rows = thread({ worker: await moody() })
    const asked = await Promise.allSettled(
      [content('ok-1'), content(mood), content('ok-2'), content('ok-3')].map(segment => rows.rowsOf(segment)),
    )
    // Its last words may be lost, and what comes next may have gone to it or, if its end was heard of by then, to the one after it.
    const told = asked.map(one => (one.status === 'rejected' ? one.reason.name : one.value))
    expect(told[0]).toMatch(/^(ok-1|RowsNotBegun)$/)
    expect(told[1]).toBe('RowsNotMade')
    expect(told[2]).toMatch(/^(ok-2|RowsNotBegun)$/)
    expect(told[3]).toBe('ok-3')
    expect(await rows.rowsOf(content('ok-2'))).toBe('ok-2')
  })

  it('is ended when it hangs', async () => {
    const rows = thread({ worker: await moody(), longestMs: 2000 })
    const asked = await Promise.allSettled(['hang', 'ok-1', 'ok-2'].map(mood => rows.rowsOf(content(mood))))
    expect(asked).toMatchObject([{ reason: { name: 'RowsTooSlow' } }, { reason: { name: 'RowsNotBegun' } }, { value: 'ok-2' }])
  })

  it('knows after its end what it learnt of clocks, and says what is wrong with the file it is kept in', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waymark-rows-'))
    folders.push(folder)
    const clockFile = join(folder, 'clocks.jsonl')
    // A clock ten days ahead, told of by a request that was an hour under way, and by one that came at once.
    const now = Date.now()
    const sent = async (rows: RowSource, id: string, happened: number, left: number) => {
      const [timestamp, sentAt] = [happened, left].map(at => new Date(now + 10 * DAY + at).toISOString())
      const frames = encodeFrames([frameText(testFrame([id], { at: now, event: () => ({ timestamp, sentAt }) }))], AT)
      const [row] = readBlock((await rows.rowsOf([frames.bytes.subarray(FRAME_HEAD_BYTES)])).block, 1)
      return Number(row?.[EVENT_COLUMNS.indexOf('timestamp')])
    }
    const first = thread({ clockFile })
    const stalled = await sent(first, 'a', -HOUR, -HOUR)
    await first.close()
    expect(stalled).toBe(now)
    expect(await sent(thread({ clockFile }), 'b', -HOUR / 2, 0)).toBeGreaterThanOrEqual(stalled)
    writeFileSync(clockFile, 'no journal\n')
    const told: string[] = []
    expect(await sent(thread({ clockFile, onTold: message => told.push(message) }), 'c', -HOUR / 2, 0)).toBe(now - HOUR / 2)
    expect(told.join()).toContain(clockFile)
  })

  it('does not charge the first rows for a start that takes long', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waymark-rows-'))
    folders.push(folder)
    const worker = join(folder, 'slow.mjs')
    writeFileSync(
      worker,
      `import { parentPort } from 'node:worker_threads'
       for (const until = Date.now() + 1500; Date.now() < until; );
       parentPort.on('message', () => parentPort.postMessage({ rows: 'made' }))
       parentPort.postMessage({ ready: true })`,
    )
    expect(await thread({ worker: pathToFileURL(worker), longestMs: 1000 }).rowsOf(content('a'))).toBe('made')
  })

  it.each([
    ['never ends to open', 'for (;;);', 'did not start within'],
    ['dies of', 'process.exit(1)', 'ended at its start'],
  ])('puts a file of clocks aside that it %s, says so, and goes on', async (_, trouble, reason) => {
    const folder = await mkdtemp(join(tmpdir(), 'waymark-rows-'))
    folders.push(folder)
    const clockFile = join(folder, 'gateway.jsonl')
    const worker = join(folder, 'opening.mjs')
    writeFileSync(clockFile, 'trouble')
    writeFileSync(
      worker,
      `import { existsSync } from 'node:fs'
       import { parentPort, workerData } from 'node:worker_threads'
       if (existsSync(workerData.clockFile)) ${trouble}
       parentPort.on('message', () => parentPort.postMessage({ rows: 'made' }))
       parentPort.postMessage({ ready: true })`,
    )
    const told: string[] = []
    const rows = thread({ worker: pathToFileURL(worker), clockFile, longestStartMs: 1000, onTold: message => told.push(message) })
    for (let n = 0; n < 2; n++) await expect(rows.rowsOf(content('a'))).rejects.toBeInstanceOf(RowsNotMade)
    expect(await rows.rowsOf(content('a'))).toBe('made')
    expect(told).toEqual([expect.stringContaining(reason)])
    expect(told[0]).toContain(clockFile)
    expect(readFileSync(`${clockFile}.bad`, 'utf8')).toBe('trouble')
  })

  it('rejects what is not done when it is closed, and everything after that', async () => {
    const rows = thread({ worker: await moody() })
    // Else it is the start that is cut off.
    await rows.rowsOf(content('ok-1'))
    const hung = rows.rowsOf(content('hang'))
    const rejected = expect(hung).rejects.toBeInstanceOf(RowsStopped)
    await new Promise(done => setImmediate(done))
    await rows.close()
    await rejected
    await expect(rows.rowsOf(content('late'))).rejects.toThrow('stopped')
  })
})
