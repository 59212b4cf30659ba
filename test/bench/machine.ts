import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { engineLibrary } from '../../gateway/src/db/engine/library.ts'

/** What the figures were taken on. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly node: string
  readonly engine: string
  /** Before the run, one minute: above zero somebody else was at work. */
  readonly load: number
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    engine: engineVersion(),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  }
}

/** The library's package carries the engine's version. */
function engineVersion(): string {
  return /lib-[^@/]+@([^/]+)/.exec(engineLibrary())?.[1] ?? 'unknown'
}

export function describeMachine({ cpu, cores, memoryGb, node, engine, load }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGb} GB; Node ${node}; engine ${engine}; load before the run ${load}`
}
