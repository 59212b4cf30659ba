import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IngestCounts } from '../../gateway/src/ingest/stats.ts'
import type { GatewayProcess } from './gatewayProcess.ts'
import { pause } from './launch.ts'
import { waitingFor } from './waits.ts'

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

/** What an address or a process is asked may hang with what it asks; the next question may not. */
const ANSWER_MS = 30_000

function answerWithin<T>(answer: Promise<T>): Promise<T | string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve(`no answer within ${ANSWER_MS / 1000} s`), ANSWER_MS)
  return Promise.race([answer.catch((error: unknown) => String(error)), promise]).finally(() => clearTimeout(timer))
}

/** Asks again and again until `isIt`; an Error with the last answer when it takes longer than `withinMs`. */
function untilAnswer<T>(
  what: string,
  { ask, isIt, everyMs, withinMs }: { ask: () => Promise<T>; isIt: (answer: T) => boolean; everyMs: number; withinMs: number },
): Promise<T> {
  return waitingFor(what, async tell => {
    const began = performance.now()
    for (;;) {
      const answer = await answerWithin(ask())
      if (typeof answer !== 'string' && isIt(answer)) return answer
      const last = typeof answer === 'string' ? answer : JSON.stringify(answer)
      tell(last)
      if (performance.now() - began > withinMs) throw new Error(`not ${what} within ${withinMs / 1000} s: ${last}`)
      await pause(everyMs)
    }
  })
}

/** Resolves with the seconds it took; an Error with the last answer when it takes longer than `withinMs`. */
export async function untilReady({ url }: { url: string }, withinMs = 60_000): Promise<number> {
  const began = performance.now()
  const ask = async () => {
    const response = await fetch(`${url}/readyz?for=read`)
    return { isReady: response.ok, said: await response.text() }
  }
  await untilAnswer('a gateway that answers readers', { ask, isIt: ({ isReady }) => isReady, everyMs: 50, withinMs })
  return (performance.now() - began) / 1000
}

/** The first statistics that can be had: a gateway may say that it is ready in the moment before it sees that its engine is gone. */
export function firstStats(gateway: Pick<GatewayProcess, 'stats'>, withinMs = 60_000): Promise<IngestCounts> {
  return untilAnswer('statistics', { ask: gateway.stats, isIt: () => true, everyMs: 50, withinMs })
}

/** Waits until nothing is pending, over restarts of the engine; an Error when it takes longer than `withinMs`. */
export function untilDrained(gateway: Pick<GatewayProcess, 'stats'>, withinMs = 600_000): Promise<IngestCounts> {
  return untilAnswer('statistics with nothing pending', {
    ask: gateway.stats,
    isIt: ({ pending }) => pending === 0,
    everyMs: 100,
    withinMs,
  })
}

/**
 * Waits until the spool of a folder holds no segment; resolves with the seconds it took. Looks at the disk alone: asking the gateway for
 * counts would make the loader wait while they are counted.
 */
export function untilSpoolEmpty(dataDir: string, withinMs = 1_800_000): Promise<number> {
  const began = performance.now()
  const isWaiting = (name: string) => name.endsWith('.seg') || name.endsWith('.open')
  return waitingFor('an empty spool', async tell => {
    for (;;) {
      const left = readdirSync(join(dataDir, 'spool'), { recursive: true }).map(String).filter(isWaiting)
      if (left.length === 0) return (performance.now() - began) / 1000
      tell(`${left.length} segments`)
      if (performance.now() - began > withinMs) throw new Error(`the spool is not empty within ${withinMs / 1000} s`)
      await pause(100)
    }
  })
}
