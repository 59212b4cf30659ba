import { forgetPeak, usage } from '../processes.ts'
import type { LoadResult } from './load.ts'
import { type Order, type System, sendLoad } from './systems.ts'

/** One system under one load, once. */
export interface Round extends LoadResult {
  readonly perSecond: number
  readonly requestsPerSecond: number
  /** Microseconds of the server's processes for each event, everything that the event causes in them included. */
  readonly cpuPerEvent: number
  /** Seconds after the last answer until everything is loaded: what the loader was behind. */
  readonly behind: number
  /** Bytes. */
  readonly peak: number
}

/** `settle` waits for work that was put off; its time counts as the server's CPU, not as the time of the answers. */
export async function measure(
  system: System,
  order: Omit<Order, 'port'>,
  settle: () => Promise<void> = () => Promise.resolve(),
): Promise<Round> {
  const before = usage(system.pids())
  forgetPeak(system.pids())
  const result = await sendLoad({ ...order, port: system.port })
  const answeredAt = performance.now()
  await settle()
  const behind = (performance.now() - answeredAt) / 1000
  const after = usage(system.pids())
  const all = result.accepted === 0 ? result.requests * order.perRequest : result.accepted
  return {
    ...result,
    perSecond: result.events / result.seconds,
    requestsPerSecond: result.requests / result.seconds,
    cpuPerEvent: ((after.cpu - before.cpu) / all) * 1e6,
    behind,
    peak: after.peak,
  }
}
