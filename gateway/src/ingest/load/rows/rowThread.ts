import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { SegmentContent } from '../../spool/sealed.ts'
import { createInHand, type InHand } from './inHand.ts'
import { orderOf, type RowOrder } from './rowOrder.ts'
import type { RowSource } from './rowSource.ts'
import { RowsNotMade, RowsStopped, RowsTooSlow } from './rowsNotMade.ts'
import type { SegmentRows, Stretch } from './segmentRows.ts'
import { createSpareMemory, type SpareMemory } from './spareMemory.ts'
import { createStarts, type Ready } from './threadStart.ts'

/** `told` and `ready` answer nothing: one is for the log. */
export type RowAnswer =
  | { readonly rows: SegmentRows; readonly isInRoom: boolean }
  | { readonly trouble: string }
  | { readonly told: string }
  | Ready

/** What the thread is told once. */
export interface RowSettings {
  readonly redactParameters: readonly string[]
  /** Where what is learnt of devices' clocks is kept; null: in memory, until the thread ends. */
  readonly clockFile: string | null
  /** Names this life of the process: what was judged in it is not judged again. */
  readonly life?: string | undefined
}

/** A request of 5 MiB, parsed, takes some 100 MB at worst; all else is memory that is handed over. */
const RESOURCES = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 12 }
/** A segment takes a tenth of a second. Who waits longer is told, and looks for the event that is to blame: nothing is lost by it. */
const LONGEST_MS = 10_000
/** The largest file of clocks was read in ten seconds on two busy cores; a machine may be many times slower. */
const LONGEST_START_MS = 120_000
/** One that it is at and one that it finds when that is done, so that it waits for nobody. */
const AT_ONCE = 2
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

/** What the thread is started with. */
export interface RowStart extends RowSettings {
  /** It counts there what it begins: which order it died of is seen even if its last words are not heard. */
  readonly begun: Int32Array
}

/** A thread with what it was asked for. */
interface Running {
  readonly thread: Worker
  readonly ready: Promise<void>
  readonly inHand: InHand<SegmentRows>
  /** Memory that was given with each order in hand. */
  readonly rooms: (SharedArrayBuffer | null)[]
}

/**
 * Makes rows in a thread of its own, so that nobody who waits for an answer waits for them. Begins anew with the next segment after
 * it died: what it knew of clocks is in `clockFile`. What it was at when it died is rejected, and may be asked for again; so is, with
 * `RowsNotBegun`, what it was to do next.
 */
export function createRowThread({
  worker: file = WORKER,
  longestMs = LONGEST_MS,
  longestStartMs = LONGEST_START_MS,
  redactParameters = [],
  clockFile = null,
  life,
  onTold = () => undefined,
  spare = createSpareMemory(),
}: RowThreadOptions = {}): RowSource {
  let current: Running | null = null
  const ready = createStarts({ longestMs: longestStartMs, clockFile, onTold })
  /** The last that was given to a thread, or refused. */
  let given: Promise<unknown> = Promise.resolve()
  let isClosed = false

  function running(): Running {
    if (current !== null) return current
    const begun = new Int32Array(new SharedArrayBuffer(4))
    const workerData: RowStart = { redactParameters, clockFile, life, begun }
    const thread = new Worker(file, { name: 'rows', env: compiled(), resourceLimits: RESOURCES, workerData })
    const inHand = createInHand<SegmentRows>(
      patienceMs => {
        end(started, new RowsTooSlow(`it took longer than ${patienceMs / 1000} s`))
        void thread.terminate()
      },
      () => Atomics.load(begun, 0),
    )
    const started: Running = { thread, ready: ready(thread, () => !isClosed), inHand, rooms: [] }
    current = started
    // Whoever waits for it is told why.
    started.ready.catch(() => forget(started))
    // What died by itself is told to whoever waits for it; what dies of idleness, to nobody.
    thread.on('error', cause => end(started, new RowsNotMade('the thread that makes rows died of it', { cause })))
    thread.once('exit', () =>
      end(started, isClosed ? new RowsStopped('the loader stops') : new RowsNotMade('the thread that makes rows ended')),
    )
    thread.on('message', (answer: RowAnswer) => take(started, answer))
    // A listener alone would keep the process.
    thread.unref()
    return started
  }

  /** At once, before it has ended: what comes next must not be given to it. */
  function forget(started: Running): void {
    if (current === started) current = null
  }

  /** Of memory that it had nobody knows whether it has let go of it. */
  function end(started: Running, reason: Error): void {
    forget(started)
    started.thread.unref()
    started.inHand.ended(reason)
  }

  function take({ thread, inHand, rooms }: Running, answer: RowAnswer): void {
    if ('told' in answer) onTold(answer.told)
    if ('told' in answer || 'ready' in answer) return
    const room = rooms.shift() ?? null
    if (room !== null && !('rows' in answer && answer.isInRoom)) spare.put(room)
    inHand.answered(({ resolve, reject }) => ('rows' in answer ? resolve(answer.rows) : reject(new RowsNotMade(answer.trouble))))
    if (inHand.count() === 0) thread.unref()
  }

  /** Resolves when a thread has it, with what that thread will answer. */
  async function give(content: SegmentContent, only: Stretch | undefined, patienceMs: number): Promise<{ answer: Promise<SegmentRows> }> {
    let order: Awaited<ReturnType<typeof orderOf>> | null = null
    for (;;) {
      if (isClosed) throw new RowsStopped('the loader has stopped')
      const started = running()
      const { thread, inHand, rooms } = started
      thread.ref()
      // Rows are not charged for the start.
      await started.ready
      if (inHand.count() >= AT_ONCE) await inHand.first()
      order ??= await orderOf(content).catch((cause: unknown) => {
        throw new RowsNotMade(`what is packed cannot be read: ${String(cause)}`, { cause })
      })
      // Closed, or ended, since it was ready.
      if (isClosed || current !== started) continue
      const room = spare.take()
      try {
        thread.postMessage({ ...order, only, room } satisfies RowOrder, [...order.memories])
      } catch (cause) {
        if (room !== null) spare.put(room)
        throw new RowsNotMade('its memory cannot be handed over', { cause })
      }
      thread.ref()
      rooms.push(room)
      const answer = inHand.add(patienceMs)
      // Told to whoever asked, as soon as he can hear of it.
      answer.catch(() => undefined)
      return { answer }
    }
  }

  return {
    start: () => void running(),
    rowsOf: (content, only, patienceMs = longestMs) => {
      const mine = given.then(() => give(content, only, patienceMs))
      // What was refused on its way keeps no process.
      mine.catch(() => {
        if (current?.inHand.count() === 0) current.thread.unref()
      })
      given = mine.catch(() => undefined)
      return mine.then(({ answer }) => answer)
    },
    release: ({ block: { buffer } }) => {
      if (buffer instanceof SharedArrayBuffer) spare.put(buffer)
    },
    close: async () => {
      isClosed = true
      await current?.thread.terminate()
    },
  }
}
