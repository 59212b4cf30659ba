import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../gateway/src/simulate/random.ts'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { pause } from './launch.ts'
import { startLoad, tally } from './load.ts'
import { untilDrained } from './watch.ts'

const VOLUME_MB = 256

export const engineVolumeFull: Fault = {
  id: 'F07',
  title: 'the volume of the engine alone is full, at 2,000 events/s',
  unit: 'seconds full, half of them again and again',
  sizes: { smoke: 6, middle: 20, long: 120 },
  cannotRun: () => (process.getuid?.() === 0 && process.platform === 'linux' ? null : 'only root on Linux may mount a volume of its own'),
  async run({ size, random, log }) {
    const folder = temporaryDataDir()
    const engineDir = join(folder.path, 'engine')
    mkdirSync(engineDir, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${VOLUME_MB}m`, 'tmpfs', engineDir])
    try {
      const gateway = await startGateway({ dataDir: folder.path, env: { LOG_LEVEL: 'warn' } })
      try {
        const load = startLoad({ url: gateway.url, connections: 16, perRequest: 10, eventsPerSecond: 2000 })
        await pause(500)
        // First, for after failures in a row the loader waits longer and longer, and is never met while it writes.
        const times = await fillAgainAndAgain(engineDir, size * 500, random)
        const filler = join(engineDir, 'filler')
        fill(engineDir, filler)
        const before = load.acknowledged.size
        await pause(size * 500)
        await load.stop()
        const whileFull = load.acknowledged.size - before
        const failed = (gateway.output().match(/could not be loaded/g) ?? []).length
        log(`while full: ${whileFull} acknowledged, ${failed} loads failed, filled ${times} times more (${tally(load.answers)})`)
        rmSync(filler, { force: true })
        const stats = await untilDrained(gateway)
        const verdict = await judge(folder.path, load.acknowledged)
        const others = load.answers.filter(({ status }) => status !== 200).length
        return {
          figures: {
            acknowledged: verdict.acknowledged,
            'while full': whileFull,
            'failed loads': failed,
            'filled again': times,
            'engine ended for cut writes': (gateway.output().match(/it could not write to its volume/g) ?? []).length,
            LOST: verdict.lost,
            DUPS: verdict.duplicated,
          },
          broken: [
            ...faultsOf(verdict, size * 200),
            ...unbalanced(stats, { isDrained: true, least: verdict.acknowledged }),
            ...(others > 0 ? [`${others} requests were not acknowledged: ${tally(load.answers)}`] : []),
            ...(failed === 0 ? ['no load failed, so the volume was not full and nothing is proven'] : []),
            ...(stats.rejected > 0 ? [`${stats.rejected} events were rejected for the engine's trouble`] : []),
          ],
        }
      } finally {
        await gateway.killAll()
      }
    } finally {
      execFileSync('umount', ['-l', engineDir])
      folder.remove()
    }
  },
}

/** Takes all but a crumb of the volume; the engine may write between the look and the grab, so the next try leaves more. */
function fill(volume: string, filler: string): void {
  for (const crumb of [64 * 1024, 2 ** 20, 4 * 2 ** 20]) {
    if (fallocate(filler, roomOn(volume) - crumb)) return
    rmSync(filler, { force: true })
  }
  throw new Error(`${volume} could not be filled`)
}

/**
 * The engine reserves room before it writes, and is cut off where somebody else takes it meanwhile: so the volume is filled when it has begun to
 * write, or at some moment when it does not. Resolves with how often.
 */
async function fillAgainAndAgain(volume: string, ms: number, random: Random): Promise<number> {
  const until = performance.now() + ms
  let times = 0
  while (performance.now() < until) {
    await untilWriting(volume, 300 * random.next())
    // In a millisecond, where a file would take many to fill: what is used is all there is.
    const { blocks, bfree, bsize } = statfsSync(volume)
    if (resize(volume, (blocks - bfree + 1) * bsize)) times++
    await pause(40 * random.next())
    resize(volume, VOLUME_MB * 2 ** 20)
  }
  return times
}

function resize(volume: string, bytes: number): boolean {
  return spawnSync('mount', ['-o', `remount,size=${bytes}`, volume]).status === 0
}

/** Until a part is being written, but not longer than so many milliseconds. */
async function untilWriting(volume: string, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs
  const store = join(volume, 'data', 'store')
  const tables = list(store).flatMap(prefix => list(join(store, prefix)).map(table => join(store, prefix, table)))
  while (performance.now() < until) {
    if (tables.some(table => list(table).some(name => name.startsWith('tmp_insert')))) return
    await pause(1)
  }
}

/** [] of what is gone, or no folder. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function roomOn(volume: string): number {
  const { bavail, bsize } = statfsSync(volume)
  return bavail * bsize
}

function fallocate(file: string, bytes: number): boolean {
  return spawnSync('fallocate', ['-l', String(bytes), file]).status === 0
}
