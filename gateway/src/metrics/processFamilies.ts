import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { GatewayFacts } from '../health/facts.ts'
import { counter, type Family, gauge } from './exposition.ts'

const RESOLUTION_MS = 20

/** This process, under the names that dashboards for Node know. The delay is that of the time since the last look. */
export function watchProcess(gateway: () => GatewayFacts): { families(): Family[]; stop(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()

  /** What is measured is the time between two ticks of a timer: the wait that was asked for is not delay. */
  function delayP99(): number | null {
    if (delay.count === 0) return null
    const p99 = Math.max(0, delay.percentile(99) / 1e9 - RESOLUTION_MS / 1000)
    delay.reset()
    return p99
  }

  return {
    families() {
      const { version, node, role, startedAt, memoryBytes } = gateway()
      const { user, system } = process.cpuUsage()
      return [
        gauge('waymark_build_info', 'Always 1; the labels say what runs.', [{ labels: { version, node, role }, value: 1 }]),
        gauge('process_start_time_seconds', 'Start of the process.', startedAt / 1000),
        counter('process_cpu_seconds_total', 'Processor time, without the embedded engine: a process of its own.', (user + system) / 1e6),
        gauge('process_resident_memory_bytes', 'Resident memory, without the embedded engine.', memoryBytes),
        gauge('process_open_fds', 'Open file descriptors.', openFiles()),
        gauge('nodejs_eventloop_lag_p99_seconds', '99th percentile of the delay of the event loop since the last look.', delayP99()),
      ]
    },
    stop: () => void delay.disable(),
  }
}

/** null where the system does not tell. */
function openFiles(): number | null {
  try {
    // Less the one that reads the list.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return null
  }
}
