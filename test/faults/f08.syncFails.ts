import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { brokenPromises, createLedger, sendAll, startSpool } from './spoolProcess.ts'
import { type Call, cannotTrace, readTrace } from './strace.ts'

const LIMITS = { maxFraction: 1 }

export const syncFails: Fault = {
  id: 'F08',
  title: 'EIO from fdatasync, three times in a row',
  unit: 'processes',
  sizes: { smoke: 1, middle: 5, long: 30 },
  cannotRun: cannotTrace,
  async run({ size, random, log }) {
    const folder = temporaryDataDir()
    const dir = join(folder.path, 'spool')
    const ledger = createLedger()
    const broken: string[] = []
    let failed = 0
    try {
      for (let life = 0; life < size; life++) {
        const trace = join(folder.path, `trace-${life}.txt`)
        const first = life === 0 ? 20 : random.whole(1, 60)
        const before = ledger.refusals.length
        const spool = await startSpool(
          { dir, limits: LIMITS },
          {
            under: [
              ...['strace', '-f', '-y', '-o', trace, '-e', 'trace=fdatasync,fsync'],
              ...['-e', `inject=fdatasync:error=EIO:when=${first}..${first + 2}`],
            ],
            // Threads are counted one by one: with one of them, three failures are three.
            env: { PATH: process.env.PATH ?? '', UV_THREADPOOL_SIZE: '1' },
          },
        )
        const enough = ledger.acknowledged.size + 3000
        await sendAll(spool, ledger, 8, () => ledger.refusals.length >= before + 3 && ledger.acknowledged.size >= enough)
        if (spool.isDead()) broken.push(`life ${life}: the process died of the failure`)
        await spool.kill()
        const calls = readTrace(readFileSync(trace, 'latin1'))
        const bad = calls.filter(({ name, result }) => name === 'fdatasync' && result.includes('EIO'))
        failed += bad.length
        if (ledger.refusals.length < before + bad.length)
          broken.push(`life ${life}: syncs failed, and their callers were told that all is well`)
        if (bad.length === 0) broken.push(`life ${life}: no sync failed, so nothing was tried`)
        broken.push(...bad.filter(call => isSyncedAgain(call, calls)).map(({ text }) => `a file was synced again after a failure: ${text}`))
        const answers = ledger.refusals.slice(before)
        broken.push(
          ...answers
            .filter(({ status, because }) => status !== 429 || because !== 'write_failed')
            .map(({ status, because }) => `a caller was answered ${status} (${because})`),
        )
        log(`life ${life}: ${bad.length} syncs failed from the ${first}th on, ${answers.length} requests refused`)
      }
      const last = await startSpool({ dir, limits: LIMITS })
      const outcome = brokenPromises(ledger, await last.ids())
      await last.kill()
      return { figures: { processes: size, 'failed syncs': failed, ...outcome.figures }, broken: [...broken, ...outcome.broken] }
    } finally {
      folder.remove()
    }
  },
}

/** The kernel forgets what it could not write: the next sync of the same file would say that all is well. */
function isSyncedAgain(bad: Call, calls: readonly Call[]): boolean {
  const file = fileOf(bad)
  return calls.some(call => call.done > bad.done && fileOf(call) === file)
}

function fileOf({ text }: Call): string {
  return /<([^>]+)>/.exec(text)?.[1] ?? text
}
