import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readiness } from '../../readiness.ts'
import { type Diagnosis, errorWords, say } from './diagnosis.ts'

const at = say('gateway')
const PATIENCE_MS = 3_000

/** The gateway that wrote `gateway.json`, asked how it is. `isRunning` tells whether there is one. */
export async function gatewayChecks(dataDir: string): Promise<{ readonly isRunning: boolean; readonly found: Diagnosis[] }> {
  const address = await readFile(join(dataDir, 'gateway.json'), 'utf8').then(parse, () => null)
  if (address === null) return { isRunning: false, found: [at('ok', 'No gateway runs on this folder.')] }
  if (!isAlive(address.pid)) {
    const words = 'The last gateway of this folder ended without cleaning up (killed, or the machine went down).'
    return { isRunning: false, found: [at('warn', words, 'Start it: what it acknowledged is in the spool, and is loaded once.')] }
  }
  try {
    const response = await fetch(`${address.url}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return { isRunning: true, found: judged(address.url, (await response.json()) as Readiness) }
  } catch (error) {
    const words = `Process ${address.pid} should listen on ${address.url} and does not answer: ${errorWords(error)}.`
    return {
      isRunning: true,
      found: [at('bad', words, 'It hangs, or another program has its number now. Look at it (ps), restart it, see its log.')],
    }
  }
}

function judged(url: string, { status, ingest, read, alerts = [] }: Readiness): Diagnosis[] {
  const hindrances = [
    ...(ingest.ready ? [] : [at('bad', `It takes no events: ${ingest.reason}.`)]),
    ...(read.ready || read.reason === ingest.reason ? [] : [at('bad', `It answers no readers: ${read.reason}.`)]),
  ]
  const opening = at('ok', `A gateway listens on ${url}: ${status}.`)
  return [...(hindrances.length === 0 ? [opening] : hindrances), ...alerts.map(({ level, words, todo }) => at(level, words, todo))]
}

function parse(text: string): { url: string; pid: number } | null {
  try {
    const { url, pid } = JSON.parse(text) as { url?: string; pid?: number }
    return url === undefined || pid === undefined ? null : { url, pid }
  } catch {
    return null // written half by a machine that went down
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
