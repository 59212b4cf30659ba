import { readFileSync } from 'node:fs'
import type { Fault } from '../fault.ts'
import { notAcknowledged, onBench, QUIET, tooSlow } from './bench.ts'

const FROM = Array.from({ length: 16 }, (_, index) => `127.0.0.${index + 1}`)

export const beacons: Fault = {
  id: 'L3',
  title: 'small beacons: one event a request, a connection each, 3,000 requests/s',
  unit: 'seconds',
  sizes: { smoke: 1, middle: 10, long: 60 },
  run: ({ form, size }) =>
    onBench(async ({ gateway, part }) => {
      const quiet = await part({ ...QUIET, perRequest: 1 }, Math.min(5, size))
      const loaded = await part({ connections: 128, perRequest: 1, eventsPerSecond: 3000, isKeptAlive: false, from: FROM }, size)
      const waiting = timeWait(Number(new URL(gateway.url).port))
      return {
        figures: {
          'requests/s': loaded.rate,
          'ack p50 ms': loaded.p50.toFixed(1),
          'ack p99 ms': loaded.p99.toFixed(1),
          'quiet p99 ms': quiet.p99.toFixed(1),
          'TIME_WAIT of the gateway': waiting,
        },
        broken: [...notAcknowledged(loaded), ...tooSlow('beacons', loaded.p99, { form, ms: 100, times: 10, quiet })],
      }
    }),
}

/** Connections that the gateway's side keeps after their end. */
function timeWait(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  return lines.map(line => line.trim().split(/\s+/)).filter(([, address, , state]) => address?.endsWith(local) && state === '06').length
}
