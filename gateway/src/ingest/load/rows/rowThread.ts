import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { isMarkedAsUntransferable, Worker } from 'node:worker_threads'
import type { SegmentContent } from '../../spool/sealed.ts'
import type { RowSource } from './rowSource.ts'
import { RowsNotMade, RowsStopped, RowsTooSlow } from './rowsNotMade.ts'
import type { SegmentRows, Stretch } from './segmentRows.ts'
import { createSpareMemory, type SpareMemory } from './spareMemory.ts'
import { createStarts, type Ready } from './threadStart.ts'

export interface RowOrder {
  readonly memory: ArrayBuffer
  /** Where in it the frames are: start and length of each. */
  readonly places: readonly (readonly [start: number, length: number])[]
  /** Places in their one request of the events that are asked for. */
  readonly only: Stretch | undefined
  /** Where the block goes if it fits. */
  readonly room: SharedArrayBuffer | null
}

/** What the thread is told once. */
export interface RowSettings {
  readonly redactParameters: readonly string[]
  /** Where what is learnt of devices' clocks is kept; null: in memory, until the thread ends. */
  readonly clockFile: string | null
}

/** `told` and `ready` answer nothing: one is for the log. */
export type RowAnswer =
  | { readonly rows: SegmentRows; readonly isInRoom: boolean }
  | { readonly trouble: string }
  | { readonly told: string }
  | Ready

/** A request of 5 MiB, parsed, takes some 100 MB at worst; all else is memory that is handed over. */
const RESOURCES = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 12 }
/** A segment takes a tenth of a second. Who waits longer is told, and looks for the event that is to blame: nothing is lost by it. */
const LONGEST_MS = 10_000
/** The largest file of clocks was read in ten seconds on two busy cores; a machine may be many times slower. */
const LONGEST_START_MS = 120_000
const WORKER = new URL('./rowWorker.ts', import.meta.url)

export interface RowThreadOptions extends Partial<RowSettings> {
  readonly worker?: URL
  readonly longestMs?: number
  readonly longestStartMs?: number
  readonly onTold?: (message: string) => void
  readonly spare?: SpareMemory
}

/** Where this process keeps what Node made of the sources, so that the thread need not make it again. */
function compiled(): { NODE_COMPILE_CACHE?: string } {
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

/**
 * Makes rows in a thread of its own, so that nobody who waits for an answer waits for them. Begins anew with the next segment after
 * it died: what it knew of clocks is in `clockFile`. What it was at when it died is rejected, and may be asked for again.
 */
export function createRowThread({
  worker: file = WORKER,
  longestMs = LONGEST_MS,
  longestStartMs = LONGEST_START_MS,
  redactParameters = [],
  clockFile = null,
  onTold = () => undefined,
  spare = createSpareMemory(),
}: RowThreadOptions = {}): RowSource {
  let worker: { readonly thread: Worker; readonly ready: Promise<void> } | null = null
  const ready = createStarts({ longestMs: longestStartMs, clockFile, onTold })
  let turn: Promise<unknown> = Promise.resolve()
  let isClosed = false

  function running(): NonNullable<typeof worker> {
    if (worker !== null) return worker
    const settings: RowSettings = { redactParameters, clockFile }
    const thread = new Worker(file, { name: 'rows', env: compiled(), resourceLimits: RESOURCES, workerData: settings })
    const started = { thread, ready: ready(thread, () => !isClosed) }
    worker = started
    // Whoever waits for it is told why.
    started.ready.catch(() => forget(thread))
    // What died by itself is told to whoever waits for it; what dies of idleness, to nobody.
    thread.on('error', () => forget(thread))
    thread.once('exit', () => forget(thread))
    thread.on('message', (answer: RowAnswer) => {
      if ('told' in answer) onTold(answer.told)
    })
    // A listener alone would keep the process.
    thread.unref()
    return started
  }

  /** At once, before it has ended: what comes next must not be given to it. */
  function forget(thread: Worker): void {
    if (worker?.thread === thread) worker = null
  }

  async function ask(content: SegmentContent, only: Stretch | undefined, patienceMs: number): Promise<SegmentRows> {
    if (isClosed) throw new RowsStopped('the loader has stopped')
    const started = running()
    const { thread } = started
    thread.ref()
    // Rows are not charged for the start.
    await started.ready
    // It may have ended since it was ready.
    if (isClosed) throw new RowsStopped('the loader stops')
    if (worker?.thread !== thread) throw new RowsNotMade('the thread that makes rows ended before it was asked')
    const room = spare.take()
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        finish(() => reject(new RowsTooSlow(`it took longer than ${patienceMs / 1000} s`)))
        forget(thread)
        void thread.terminate()
      }, patienceMs)
      const onMessage = (answer: RowAnswer) => {
        if ('told' in answer || 'ready' in answer) return
        // Of a thread that died nobody knows whether it has let go of it.
        if (room !== null && !('rows' in answer && answer.isInRoom)) spare.put(room)
        finish(() => ('rows' in answer ? resolve(answer.rows) : reject(new RowsNotMade(answer.trouble))))
      }
      const onError = (cause: unknown) => finish(() => reject(new RowsNotMade('the thread that makes rows died of it', { cause })))
      const onExit = () =>
        finish(() => reject(isClosed ? new RowsStopped('the loader stops') : new RowsNotMade('the thread that makes rows ended')))
      function finish(settle: () => void): void {
        clearTimeout(timer)
        thread.off('message', onMessage).off('error', onError).off('exit', onExit).unref()
        settle()
      }
      thread.on('message', onMessage).on('error', onError).on('exit', onExit).ref()
      const order: RowOrder = { ...orderOf(content), only, room }
      thread.postMessage(order, [order.memory])
    })
  }

  return {
    start: () => void running(),
    rowsOf: (content, only, patienceMs = longestMs) => {
      const mine = turn.then(() => ask(content, only, patienceMs))
      turn = mine.catch(() => undefined)
      return mine
    },
    release: ({ block: { buffer } }) => {
      if (buffer instanceof SharedArrayBuffer) spare.put(buffer)
    },
    close: async () => {
      isClosed = true
      await worker?.thread.terminate()
    },
  }
}

/** Hands over the memory that the frames lie in where it is theirs alone. */
function orderOf(content: SegmentContent): Pick<RowOrder, 'memory' | 'places'> {
  const memory = content[0]?.buffer
  if (memory instanceof ArrayBuffer && !isMarkedAsUntransferable(memory) && content.every(({ buffer }) => buffer === memory)) {
    return { memory, places: content.map(({ byteOffset, length }) => [byteOffset, length] as const) }
  }
  const copy = Buffer.from(new ArrayBuffer(content.reduce((sum, { length }) => sum + length, 0)))
  let end = 0
  const places = content.map(piece => {
    const start = end
    end += piece.copy(copy, start)
    return [start, piece.length] as const
  })
  return { memory: copy.buffer, places }
}
