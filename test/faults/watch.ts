import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IngestCounts } from '../../gateway/src/ingest/stats.ts'
import type { GatewayProcess } from './gatewayProcess.ts'
import { pause } from './launch.ts'

/** Resident memory of a process, MB; 0 when it is gone. */
export function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** The largest value that `read` gives until stopped. */
export function watchPeak(read: () => number, everyMs = 250): { stop(): number } {
  let peak = read()
  const timer = setInterval(() => {
    peak = Math.max(peak, read())
  }, everyMs)
  return {
    stop() {
      clearInterval(timer)
      return peak
    },
  }
}

/** Resolves with the seconds it took; an Error with the last answer when it takes longer than `withinMs`. */
export async function untilReady({ url }: { url: string }, withinMs = 60_000): Promise<number> {
  const began = performance.now()
  let last = ''
  while (performance.now() - began < withinMs) {
    const response = await fetch(`${url}/readyz?for=read`).catch((error: unknown) => String(error))
    if (typeof response !== 'string' && response.ok) return (performance.now() - began) / 1000
    last = typeof response === 'string' ? response : await response.text()
    await pause(50)
  }
  throw new Error(`not ready within ${withinMs / 1000} s: ${last}`)
}

/** The first statistics that can be had: a gateway may say that it is ready in the moment before it sees that its engine is gone. */
export async function firstStats(gateway: Pick<GatewayProcess, 'stats'>, withinMs = 60_000): Promise<IngestCounts> {
  const began = performance.now()
  for (;;) {
    try {
      return await gateway.stats()
    } catch (error) {
      if (performance.now() - began > withinMs) throw error
      await pause(50)
    }
  }
}

/** Waits until nothing is pending, over restarts of the engine; an Error when it takes longer than `withinMs`. */
export async function untilDrained(gateway: Pick<GatewayProcess, 'stats'>, withinMs = 600_000): Promise<IngestCounts> {
  const began = performance.now()
  let last = 'no answer'
  while (performance.now() - began < withinMs) {
    const stats = await gateway.stats().catch((error: unknown) => String(error))
    if (typeof stats !== 'string' && stats.pending === 0) return stats
    last = JSON.stringify(stats)
    await pause(100)
  }
  throw new Error(`not drained within ${withinMs / 1000} s: ${last}`)
}

/**
 * Waits until the spool of a folder holds no segment; resolves with the seconds it took. Looks at the disk alone: asking the gateway for
 * counts would make the loader wait while they are counted.
 */
export async function untilSpoolEmpty(dataDir: string, withinMs = 1_800_000): Promise<number> {
  const began = performance.now()
  const isWaiting = (name: string) => name.endsWith('.seg') || name.endsWith('.open')
  while (readdirSync(join(dataDir, 'spool'), { recursive: true }).map(String).some(isWaiting)) {
    if (performance.now() - began > withinMs) throw new Error(`the spool is not empty within ${withinMs / 1000} s`)
    await pause(100)
  }
  return (performance.now() - began) / 1000
}
