import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { pause } from './launch.ts'
import { brokenPromises, createLedger, sendAll, startSpool } from './spoolProcess.ts'

const VOLUME_BYTES = 24 * 1024 ** 2
const BALLAST_BYTES = 4 * 1024 ** 2
/** Of its own it may fill the volume: the volume is what ends it. */
const LIMITS = { maxBytes: 2 ** 40, maxFraction: 1, ballastBytes: BALLAST_BYTES }
const RECOVERY_MS = 10_000

export const diskFull: Fault = {
  id: 'F06',
  title: 'the volume of the spool is full, by the spool itself and by others',
  unit: 'cycles',
  sizes: { smoke: 1, middle: 5, long: 20 },
  cannotRun: cannotMount,
  async run({ form, size, random, log }) {
    const folder = temporaryDataDir()
    const volume = join(folder.path, 'volume')
    const dir = join(volume, 'spool')
    const broken: string[] = []
    const ledger = createLedger()
    mkdirSync(volume)
    mount(volume)
    try {
      let spool = await startSpool({ dir, limits: LIMITS, padding: 1500 })
      for (let cycle = 0; cycle < size; cycle++) {
        const before = ledger.refusals.length
        const enough = ledger.acknowledged.size + random.whole(500, form === 'smoke' ? 1500 : 20_000)
        let isFull = false
        await sendAll(spool, ledger, 16, () => {
          // Others take the rest while writes are on their way, unless the spool was faster.
          if (!isFull && (ledger.acknowledged.size >= enough || ledger.refusals.length > before)) {
            fillUp(join(volume, 'others'))
            isFull = true
          }
          return ledger.refusals.length >= before + 50
        })
        await spool.seal()
        const open = readdirSync(join(dir, 'child')).filter(name => name.endsWith('.open'))
        if (open.length > 0) broken.push(`cycle ${cycle}: ${open.length} segments could not be sealed on the full volume`)
        const { refused, hasRoom } = await spool.backlog()
        if (hasRoom) broken.push(`cycle ${cycle}: the spool says that there is room on a full volume`)
        log(`cycle ${cycle}: ${ledger.acknowledged.size} acknowledged, refused ${JSON.stringify(refused)}`)
        if (random.chance(0.5)) {
          await spool.kill()
          spool = await startSpool({ dir, limits: LIMITS, padding: 1500 })
        }
        rmSync(join(volume, 'others'))
        // The loader gets on: half of what waits, but for a small rest.
        const { segments } = await spool.backlog()
        ledger.loaded.push(...(await spool.load(Math.ceil(segments / 2) + 1)))
        const recovered = await takesAgain()
        if (recovered === null)
          broken.push(`cycle ${cycle}: there is space again, and after ${RECOVERY_MS / 1000} s still nothing is taken`)
        if (!readdirSync(join(dir, 'child')).includes('ballast')) broken.push(`cycle ${cycle}: the reserve was not made again`)
      }
      await spool.kill()
      const last = await startSpool({ dir, limits: LIMITS, padding: 1500 })
      const outcome = brokenPromises(ledger, await last.ids())
      await last.kill()
      const unsound = ledger.refusals.filter(({ status, retryAfter }) => status !== 429 || !/^[1-9]\d{0,2}$/.test(retryAfter ?? ''))
      if (unsound.length > 0)
        broken.push(`${unsound.length} refusals were no 429 with whole seconds, such as ${JSON.stringify(unsound[0])}`)
      const writes = ledger.refusals.filter(({ because }) => because === 'write_failed').length
      return {
        figures: { cycles: size, ...outcome.figures, 'writes that found no space': writes },
        broken: [...broken, ...outcome.broken],
      }

      async function takesAgain(): Promise<number | null> {
        const began = performance.now()
        while (performance.now() - began < RECOVERY_MS) {
          const ids = [crypto.randomUUID()]
          const refusal = await spool.append(ids)
          for (const id of ids) (refusal === null ? ledger.acknowledged : ledger.refused).add(id)
          if (refusal === null) return performance.now() - began
          await pause(50)
        }
        return null
      }
    } finally {
      spawnSync('umount', ['-l', volume])
      folder.remove()
    }
  },
}

function cannotMount(): string | null {
  if (process.platform !== 'linux') return 'a volume of 24 MB is mounted on Linux only'
  if (process.getuid?.() !== 0) return 'only root may mount a volume of 24 MB'
  const folder = temporaryDataDir()
  const tried = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder.path], { encoding: 'utf8' })
  if (tried.status === 0) spawnSync('umount', [folder.path])
  folder.remove()
  return tried.status === 0 ? null : `a volume cannot be mounted here: ${(tried.stderr ?? tried.error?.message ?? '').trim()}`
}

function mount(folder: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${VOLUME_BYTES}`, 'tmpfs', folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`no volume on ${folder}: ${stderr}`)
}

/** Takes all that is free, and what the spool gives up for it, as a log that runs away would. */
function fillUp(file: string): void {
  for (let round = 0; round < 4; round++) {
    const { bavail, bsize } = statfsSync(join(file, '..'))
    for (let bytes = bavail * bsize; bytes >= 4096; bytes = Math.floor(bytes / 2)) {
      try {
        writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
  }
}
