import { randomBytes, randomInt } from 'node:crypto'
import { KEYS } from '../../gateway.ts'
import type { Fault } from '../fault.ts'
import { killEngine, pause } from '../launch.ts'
import { dishonest, notAcknowledged, onBench, partFrom, tooSlow } from './bench.ts'

/** The least spool that can be configured: sharing begins at 80 % of it. */
const SPOOL_BYTES = 64 * 1024 ** 2
/** Of texts that hardly pack, as a spool is filled slowest by what repeats itself. */
const NOISE = randomBytes(3 * 2 ** 20).toString('base64')
const FAT_CHARACTERS = 8000
/** Long enough to fill the spool on a slow machine. */
const FULL_S = 60

export const neighbour: Fault = {
  id: 'L6',
  title: 'a noisy neighbour: one source floods while the engine stands still, another sends 100 events/s',
  unit: 'seconds above 80 %',
  sizes: { smoke: 1, middle: 10, long: 60 },
  run: ({ form, size, log }) =>
    onBench(
      async ({ gateway, start, part }) => {
        const small = { connections: 2, perRequest: 1, eventsPerSecond: 100, key: KEYS.browser }
        const quiet = await part(small, Math.min(5, size))
        killEngine(gateway.dataDir, 'SIGSTOP')
        try {
          const beside = start(small)
          const flood = start({ connections: 8, perRequest: 50, eventsPerSecond: 10_000, event: fatEvent })
          const deadline = performance.now() + FULL_S * 1000
          while (!flood.answers.some(({ status }) => status === 429) && performance.now() < deadline) await pause(20)
          const before = flood.answers.length
          const filled = beside.answers.length
          await pause(size * 1000)
          await Promise.all([flood.stop(), beside.stop()])
          const late = { answers: beside.answers.slice(filled) }
          const p99 = partFrom({ ...beside, ...late }, size).p99
          const refusals = flood.answers.filter(({ status }) => status === 429)
          log(`flood: ${flood.answers.length - before} requests above 80 %, ${refusals.length} refused; neighbour: ${late.answers.length}`)
          return {
            figures: {
              'flood refused': refusals.length,
              'Retry-After s': refusals[0]?.retryAfter ?? '',
              'neighbour p99 ms': p99.toFixed(1),
              'neighbour alone ms': quiet.p99.toFixed(1),
            },
            broken: [
              ...(refusals.length === 0 ? ['the flood was never refused'] : []),
              ...dishonest(flood),
              ...notAcknowledged(beside).map(told => `the neighbour suffers: ${told}`),
              ...tooSlow('the neighbour', p99, { form, ms: 50, times: 2, quiet }),
              ...(late.answers.length === 0 ? ['the neighbour sent nothing'] : []),
            ],
          }
        } finally {
          killEngine(gateway.dataDir, 'SIGCONT')
        }
      },
      { env: { SPOOL_MAX_BYTES: String(SPOOL_BYTES) } },
    ),
}

function fatEvent(messageId: string): object {
  const from = randomInt(NOISE.length - FAT_CHARACTERS)
  return { type: 'track', event: 'Report Opened', userId: 'u-1', messageId, properties: { text: NOISE.slice(from, from + FAT_CHARACTERS) } }
}
