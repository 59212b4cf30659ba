import { openEngine } from '../../gateway/src/db/engine/supervise.ts'
import { migrate } from '../../gateway/src/db/migrate.ts'
import { type Database, openDatabase } from '../../gateway/src/db/open.ts'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import type { JobsChildOptions } from './jobsChild.ts'
import { type Launched, launch, pause } from './launch.ts'

const EVERY_MS = 25
const LONGEST_CHANGE_S = 30
const PATIENCE_MS = 60_000

export const oneScheduler: Fault = {
  id: 'F11',
  title: 'two processes, one scheduler: the leader killed again and again, an old leader that wakes up',
  unit: 'kills of the leader',
  sizes: { smoke: 2, middle: 6, long: 60 },
  async run({ form, size, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const engine = await openEngine({ dataDir })
    const db = await openDatabase({ engine })
    const running = new Set<Launched>()
    const start = async (more: Partial<JobsChildOptions> = {}) => {
      const child = await startJobs({ dataDir, everyMs: EVERY_MS, ...more })
      running.add(child)
      return child
    }
    const end = async (child: Launched) => {
      child.signal('SIGKILL')
      await child.exited
      running.delete(child)
    }
    try {
      await migrate(db.client, { form: db.form, database: db.name })
      await db.client.command({ query: 'CREATE TABLE windows (window UInt64, run UInt64) ENGINE = MergeTree ORDER BY window' })
      const changes: number[] = []
      await start()
      await start()
      for (let kill = 0; kill < size; kill++) {
        const leader = await until('a leader', () => leaderOf(db, running))
        await pause(form === 'smoke' ? 100 : 1000)
        const before = await lastWindow(db)
        await end(leader)
        const began = performance.now()
        await until('the next leader', async () => (await lastWindow(db)) > before + 1)
        changes.push((performance.now() - began) / 1000)
        log(`kill ${kill}: the other went on after ${changes.at(-1)?.toFixed(2)} s at window ${await lastWindow(db)}`)
        await start()
      }
      for (const child of [...running]) await end(child)

      const stale: Record<string, number> = {}
      for (const stopsAt of ['work done', 'commit'] as const) {
        const old = await start({ stopsAt })
        await until('a leader that stops', async () => old.output().includes('stopping myself'))
        const heir = await start({ thinksOthersDead: true })
        const before = await lastWindow(db)
        await until('the heir', async () => (await lastWindow(db)) > before + 3)
        old.signal('SIGCONT')
        await until('the old leader to stand back', async () => old.output().includes('stood back'))
        await end(old)
        await end(heir)
        stale[stopsAt] = (await twice(db)).length
      }
      const windows = await lastWindow(db)
      const repeated = await twice(db)
      const longest = Math.max(0, ...changes)
      return {
        figures: {
          kills: size,
          windows,
          'longest change s': longest.toFixed(2),
          'windows with two success rows': repeated.length,
          'of an old leader that woke after its work': stale['work done'] ?? 0,
          'and one that woke at its commit': (stale.commit ?? 0) - (stale['work done'] ?? 0),
        },
        broken: [
          ...(repeated.length > 0 ? [`windows ${repeated.join(', ')} have more than one success row`] : []),
          ...(longest > LONGEST_CHANGE_S ? [`a change of the leader took ${longest.toFixed(1)} s`] : []),
          ...((await gaps(db)) > 0 ? [`${await gaps(db)} windows have no success row`] : []),
        ],
      }
    } finally {
      for (const child of [...running]) await end(child)
      await db.close()
      await engine.close()
      folder.remove()
    }
  },
}

async function startJobs(options: JobsChildOptions): Promise<Launched> {
  const child = await launch({ command: [process.execPath, 'test/faults/jobsChild.ts', JSON.stringify(options)], readyLine: /(ready) now/ })
  if (child.ready === null) throw new Error(`the jobs did not start:\n${child.output()}`)
  return child
}

/** The process that had the latest turn. */
async function leaderOf(db: Database, running: ReadonlySet<Launched>): Promise<Launched | undefined> {
  const [holder] = await numbers(db, "SELECT argMax(splitByChar(':', holder)[-1], run) FROM job_runs WHERE job = '(turn)'")
  return [...running].find(({ pid }) => pid === holder)
}

const lastWindow = async (db: Database) => (await numbers(db, `SELECT count() FROM (SELECT DISTINCT watermark FROM ${DONE})`))[0] ?? 0
const twice = (db: Database) => numbers(db, `SELECT watermark FROM ${DONE} GROUP BY watermark HAVING uniq(run) > 1 ORDER BY watermark`)
const gaps = async (db: Database) => (await numbers(db, `SELECT max(toUInt64(watermark)) - uniq(watermark) FROM ${DONE}`))[0] ?? 0
const DONE = "(SELECT watermark, run FROM job_runs WHERE job = 'windows' AND state = 'done')"

async function numbers(db: Database, query: string): Promise<number[]> {
  const result = await db.client.query({ query, format: 'JSONCompactEachRow' })
  return (await result.json<[string | number]>()).map(([value]) => Number(value))
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS
  while (performance.now() < deadline) {
    const found = await look()
    if (found) return found
    await pause(20)
  }
  throw new Error(`waited in vain for ${what}`)
}
