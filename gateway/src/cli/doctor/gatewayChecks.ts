import { announcedGateways, type GatewayAddress, isAlive } from '../../addresses.ts'
import type { Readiness } from '../../readiness.ts'
import { type Diagnosis, errorWords, say } from './diagnosis.ts'

const at = say('gateway')
const PATIENCE_MS = 3_000

/** The gateways of the folder, each asked how it is. `isRunning` tells whether there is one. */
export async function gatewayChecks(dataDir: string): Promise<{ readonly isRunning: boolean; readonly found: Diagnosis[] }> {
  const addresses = await announcedGateways(dataDir)
  if (addresses.length === 0) return { isRunning: false, found: [at('ok', 'No gateway runs on this folder.')] }
  const found = await Promise.all(addresses.map(look))
  return { isRunning: addresses.some(isAlive), found: found.flat() }
}

async function look(address: GatewayAddress): Promise<Diagnosis[]> {
  if (!isAlive(address)) {
    const words = `The gateway that listened on ${address.url} ended without cleaning up (killed, or the machine went down).`
    return [at('warn', words, 'Start it: what it acknowledged is in the spool, and is loaded once.')]
  }
  try {
    const response = await fetch(`${address.url}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return judged(address.url, (await response.json()) as Readiness)
  } catch (error) {
    const words = `Process ${address.pid} should listen on ${address.url} and does not answer: ${errorWords(error)}.`
    return [at('bad', words, 'It hangs, or another program has its number now. Look at it (ps), restart it, see its log.')]
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
