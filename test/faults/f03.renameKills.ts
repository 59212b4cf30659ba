import { openEngine } from '../../gateway/src/db/engine/supervise.ts'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { type GatewayProcess, startGateway, tryGateway } from './gatewayProcess.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { killEngine, launch, pause } from './launch.ts'
import { startLoad } from './load.ts'
import { cannotTrace, killAtRename } from './strace.ts'

const LOAD = { connections: 16, perRequest: 10, eventsPerSecond: 3000 }

export const renameKills: Fault = {
  id: 'F03',
  title: 'death at the n-th rename(2) of the gateway, and of the engine',
  unit: 'kills',
  sizes: { smoke: 2, middle: 6, long: 28 },
  cannotRun: cannotTrace,
  async run({ form, size, random, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const acknowledged = new Set<string>()
    const broken: string[] = []
    const longestMs = form === 'smoke' ? 2000 : 6000
    let gatewayDeaths = 0
    let engineDeaths = 0

    async function loadFor(gateway: GatewayProcess, isOver: () => boolean): Promise<void> {
      const load = startLoad({ url: gateway.url, ...LOAD })
      const deadline = performance.now() + longestMs
      while (!isOver() && performance.now() < deadline) await pause(20)
      // What the death of the one does to the other is part of the cycle.
      await pause(200)
      await gateway.killAll()
      await load.stop()
      for (const id of load.acknowledged) acknowledged.add(id)
    }

    /** The engine is held apart, so that the trace counts the gateway's renames alone: seals of segments. */
    async function gatewayDies(nth: number): Promise<void> {
      const engine = await openEngine({ dataDir })
      try {
        const gateway = await tryGateway({ dataDir, under: killAtRename(nth) })
        if (gateway === null) gatewayDeaths++
        else {
          await loadFor(gateway, gateway.isDead)
          const { signal } = await gateway.exited
          if (signal === 'SIGKILL') gatewayDeaths++
        }
      } finally {
        await engine.close()
      }
    }

    /** The engine is held by a traced process: its renames are those of parts, by inserts and merges. */
    async function engineDies(nth: number): Promise<void> {
      const holder = await launch({
        command: ['strace', ...killAtRename(nth).slice(1), process.execPath, 'test/faults/engineChild.ts', dataDir],
        readyLine: /ready (\S+)/,
      })
      const gateway = await tryGateway({ dataDir })
      const deaths = () => holder.output().split('is down and will be started again').length - 1
      if (gateway !== null) await loadFor(gateway, () => deaths() > 0)
      holder.signal('SIGKILL')
      killEngine(dataDir)
      await holder.exited
      if (deaths() > 0 || holder.ready === null) engineDeaths++
    }

    try {
      // The tables are made in peace: their renames would come first.
      await (await startGateway({ dataDir })).killAll()
      for (let cycle = 0; cycle < size; cycle++) {
        const before = acknowledged.size
        const isGateway = cycle % 2 === 0
        const nth = isGateway ? random.whole(1, form === 'smoke' ? 2 : 5) : random.whole(2, form === 'smoke' ? 4 : 46)
        if (isGateway) await gatewayDies(nth)
        else await engineDies(nth)
        log(`cycle ${cycle}: ${isGateway ? 'gateway' : 'engine'} at rename ${nth} of a thread: ${acknowledged.size - before} acknowledged`)
      }
      const last = await startGateway({ dataDir })
      await last.drain()
      broken.push(...unbalanced(await last.stats(), { isDrained: true, least: acknowledged.size }))
      const verdict = await judge(dataDir, acknowledged)
      await last.killAll()
      broken.push(...faultsOf(verdict))
      if (gatewayDeaths + engineDeaths === 0) broken.push('no rename was deadly: nothing was tried')
      return {
        figures: {
          cycles: size,
          'gateway deaths': gatewayDeaths,
          'engine deaths': engineDeaths,
          acknowledged: verdict.acknowledged,
          LOST: verdict.lost,
          DUPS: verdict.duplicated,
        },
        broken,
      }
    } finally {
      killEngine(dataDir)
      folder.remove()
    }
  },
}
