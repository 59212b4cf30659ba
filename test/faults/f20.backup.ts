import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { type GatewayProcess, startGateway } from './gatewayProcess.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { killEngine, pause } from './launch.ts'
import { startLoad } from './load.ts'
import { untilDrained } from './watch.ts'

/**
 * The two procedures of docs/OPERATIONS.md. Stopped: SIGTERM, copy the folder. Running: stop the gateway's processes with SIGSTOP,
 * which leaves the engine to end what it does; copy the spool, link the engine's files, SIGCONT. Files of the engine but its lock never
 * change once they have their name, so links are a copy of that moment; files of the spool grow. A segment that was copied earlier and
 * loaded meanwhile is put in too, as when the spool is copied before a server's own backup: it must not be loaded twice.
 */
export const backup: Fault = {
  id: 'F20',
  title: 'backup under 2,000 events/s and restore elsewhere, by the documented procedures',
  unit: 'backups of each kind',
  sizes: { smoke: 1, middle: 3, long: 10 },
  async run({ form, size, random, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const broken: string[] = []
    const acknowledged = new Set<string>()
    let longestPauseMs = 0
    let restoredEvents = 0
    let overlapping = 0
    let duplicated = 0
    let lost = 0

    async function loaded(gateway: GatewayProcess, meanwhile: (known: () => Set<string>) => Promise<void>): Promise<void> {
      const load = startLoad({ url: gateway.url, connections: 8, perRequest: 10, eventsPerSecond: 2000 })
      await pause(form === 'smoke' ? 500 : 1000 + 2000 * random.next())
      await meanwhile(() => new Set([...acknowledged, ...load.acknowledged]))
      await load.stop()
      for (const id of load.acknowledged) acknowledged.add(id)
    }

    /** Starts a gateway on the copy: what was acknowledged before the barrier is there, once, and the account adds up. */
    async function restored(copy: string, before: ReadonlySet<string>, kind: string): Promise<void> {
      const gateway = await startGateway({ dataDir: copy })
      try {
        const stats = await untilDrained(gateway, 60_000)
        const verdict = await judge(copy, before)
        restoredEvents += stats.stored
        duplicated += verdict.duplicated
        lost += verdict.lost
        broken.push(
          ...[...faultsOf(verdict), ...unbalanced(stats, { isDrained: true, least: before.size })].map(told => `${kind}: ${told}`),
        )
        log(`${kind}: ${before.size} acknowledged before, ${stats.stored} restored`)
      } finally {
        await gateway.killAll()
      }
    }

    try {
      for (let round = 0; round < size; round++) {
        const copies = temporaryDataDir()
        const gateway = await startGateway({ dataDir })
        const live = join(copies.path, 'live')
        mkdirSync(live)
        let before: ReadonlySet<string> = new Set()
        await loaded(gateway, async known => {
          overlapping += await keepOneSealed(join(dataDir, 'spool'), join(live, 'spool'))
          const stopped = performance.now()
          gateway.signal('SIGSTOP')
          before = known()
          command('cp', ['-a', join(dataDir, 'spool'), live])
          command('cp', ['-al', join(dataDir, 'engine'), live])
          // The one file of the engine that is written in place, and locked.
          command('rm', [join(live, 'engine', 'data', 'status')])
          gateway.signal('SIGCONT')
          longestPauseMs = Math.max(longestPauseMs, performance.now() - stopped)
        })
        await restored(live, before, 'running')
        gateway.signal('SIGTERM')
        await gateway.exited
        const cold = join(copies.path, 'cold')
        command('cp', ['-a', dataDir, cold])
        await restored(cold, acknowledged, 'stopped')
        copies.remove()
      }
      return {
        figures: {
          backups: 2 * size,
          'longest pause ms': Math.round(longestPauseMs),
          'restored events': restoredEvents,
          'segments in both': overlapping,
          LOST: lost,
          DUPS: duplicated,
        },
        broken,
      }
    } finally {
      killEngine(dataDir)
      folder.remove()
    }
  },
}

/** Copies a segment that waits and outlasts it: then it is in the tables too. Gives how many were copied. */
async function keepOneSealed(from: string, to: string): Promise<number> {
  const deadline = performance.now() + 5000
  while (performance.now() < deadline) {
    const file = readdirSync(from, { recursive: true })
      .map(String)
      .find(name => name.endsWith('.seg'))
    if (file !== undefined) {
      mkdirSync(dirname(join(to, file)), { recursive: true })
      // It may be gone by now: another will come.
      if (spawnSync('cp', ['-a', join(from, file), join(to, file)]).status === 0) {
        while (existsSync(join(from, file)) && performance.now() < deadline) await pause(10)
        return 1
      }
    }
    await pause(2)
  }
  return 0
}

function command(name: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(name, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr.slice(0, 300)}`)
}
