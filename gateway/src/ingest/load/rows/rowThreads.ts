import { availableParallelism } from 'node:os'
import { payloadSummary } from '../../spool/packedPayload.ts'
import type { SegmentContent } from '../../spool/sealed.ts'
import type { RowSource } from './rowSource.ts'
import { createRowThread, type RowThreadOptions } from './rowThread.ts'
import { createSpareMemory } from './spareMemory.ts'

/** Below everything else of the process: a helper has what nobody else wants of a core, so that it costs answers nothing. */
const HELPER_NICENESS = 10
/** A backlog is over then, and the memory of a helper is given back. */
const IDLE_MS = 15_000

/** More than is packed together otherwise: one request so large that its objects take tens of megabytes, which only one thread may. */
const LARGE_BYTES = 2 * 2 ** 20

export interface RowThreadsOptions extends Pick<RowThreadOptions, 'worker'> {
  readonly helpers?: number
  readonly idleMs?: number
}

/**
 * The thread that makes rows, and where there is more than one core a helper for it, which begins when segments wait and ends when none have
 * for a while: to make a row takes twice as long as the engine takes to store it. Each knows of device clocks what it saw itself.
 */
export function createRowThreads({
  helpers = availableParallelism() > 1 ? 1 : 0,
  idleMs = IDLE_MS,
  worker,
}: RowThreadsOptions = {}): RowSource {
  const all = { spare: createSpareMemory(), ...(worker === undefined ? {} : { worker }) }
  const first = createRowThread(all)
  const others = Array.from({ length: helpers }, () => createRowThread({ ...all, niceness: HELPER_NICENESS, idleMs }))
  const underWay = new Map([first, ...others].map(thread => [thread, 0]))

  function threadFor(content: SegmentContent): RowSource {
    if (content.some(isLarge)) return first
    let chosen = first
    for (const [thread, orders] of underWay) if (orders < (underWay.get(chosen) ?? 0)) chosen = thread
    return chosen
  }

  return {
    width: underWay.size,
    start: first.start,
    rowsOf: (content, only) => {
      const thread = threadFor(content)
      const change = (by: number) => underWay.set(thread, (underWay.get(thread) ?? 0) + by)
      change(1)
      return thread.rowsOf(content, only).finally(() => change(-1))
    },
    release: first.release,
    close: async () => void (await Promise.all([...underWay.keys()].map(thread => thread.close()))),
  }
}

function isLarge(payload: Buffer): boolean {
  return payload.length > LARGE_BYTES || payloadSummary(payload).rawBytes > LARGE_BYTES
}
