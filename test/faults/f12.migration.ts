import { openEngine } from '../../gateway/src/db/engine/supervise.ts'
import { migrate, readMigrations } from '../../gateway/src/db/migrate.ts'
import { type Database, openDatabase } from '../../gateway/src/db/open.ts'
import { temporaryDataDir } from '../gateway.ts'
import { dyingDatabase } from './dyingDatabase.ts'
import type { Fault } from './fault.ts'
import { startGateway } from './gatewayProcess.ts'
import { faultsOf, judge, unbalanced } from './judge.ts'
import { killEngine, launch } from './launch.ts'
import { startLoad, tally } from './load.ts'
import { untilDrained } from './watch.ts'

/** A file that comes with the next version: tables that fill change while events come in. */
const NEXT = [
  'ALTER TABLE events ADD COLUMN IF NOT EXISTS region LowCardinality(String) DEFAULT country',
  'ALTER TABLE events ADD INDEX IF NOT EXISTS region_index region TYPE set(100)',
  'ALTER TABLE rejected_events ADD COLUMN IF NOT EXISTS region String',
]

export const migration: Fault = {
  id: 'F12',
  title: 'death at each statement of a migration; a migration under load',
  unit: 'boundaries (all at most)',
  sizes: { smoke: 2, middle: 10, long: 10_000 },
  async run({ form, size, random, log }) {
    const folder = temporaryDataDir()
    const dataDir = folder.path
    const engine = await openEngine({ dataDir })
    const broken: string[] = []
    try {
      const clean = await openDatabase({ engine, database: 'waymark_clean' })
      const total = await migrated(clean)
      const wanted = await schemaOf(clean)
      await clean.close()
      const all = Array.from({ length: total }, (_, index) => index + 1)
      const boundaries = size >= total ? all : Array.from({ length: size }, () => random.whole(1, total))
      for (const boundary of boundaries) {
        const database = `waymark_at_${boundary}`
        const child = await launch({
          command: [process.execPath, 'test/faults/migrateChild.ts', JSON.stringify({ dataDir, database, boundary })],
          readyLine: /(no death)/,
        })
        await child.exited
        if (child.ready !== null) broken.push(`statement ${boundary} of ${total} was not reached`)
        // An engine that goes too must find its tables again.
        if (form !== 'smoke' && random.chance(0.2)) killEngine(dataDir)
        const db = await reopened(() => openDatabase({ engine, database }))
        await migrated(db)
        const found = await schemaOf(db)
        if (found !== wanted) broken.push(`after a death at statement ${boundary} the tables differ from a clean installation`)
        await db.client.command({ query: `DROP DATABASE ${database} SYNC` })
        await db.close()
        log(`statement ${boundary} of ${total}: ${found === wanted ? 'as installed cleanly' : 'DIFFERENT'}`)
      }
      const loaded = await underLoad(dataDir, engine, form === 'smoke' ? 1 : 5)
      return {
        figures: { statements: total, deaths: boundaries.length, ...loaded.figures },
        broken: [...broken, ...loaded.broken],
      }
    } finally {
      await engine.close()
      folder.remove()
    }
  },
}

/** Migrations of a newer version run while a gateway of this one takes events. */
async function underLoad(dataDir: string, engine: Awaited<ReturnType<typeof openEngine>>, rounds: number) {
  const gateway = await startGateway({ dataDir })
  const db = await openDatabase({ engine })
  try {
    const load = startLoad({ url: gateway.url, connections: 8, perRequest: 10, eventsPerSecond: 1000 })
    const known = readMigrations()
    const last = known.at(-1)?.version ?? 0
    const next = NEXT.map((sql, index) => ({ version: last + 1 + index, name: `${last + 1 + index}_next`, sql }))
    for (let round = 0; round < rounds; round++) {
      await migrate(db.client, { form: db.form, database: db.name, migrations: [...known, ...next] })
      await db.client.command({ query: `DELETE FROM schema_migrations WHERE version > ${last} SETTINGS mutations_sync = 1` })
    }
    await load.stop()
    const stats = await untilDrained(gateway)
    const verdict = await judge(dataDir, load.acknowledged)
    const others = load.answers.filter(({ status }) => status !== 200)
    return {
      figures: { 'acknowledged meanwhile': verdict.acknowledged, 'not 200': others.length, LOST: verdict.lost, DUPS: verdict.duplicated },
      broken: [
        ...faultsOf(verdict),
        ...unbalanced(stats, { isDrained: true, least: verdict.acknowledged }),
        ...(others.length > 0 ? [`${others.length} requests were not acknowledged during a migration: ${tally(others)}`] : []),
      ],
    }
  } finally {
    await db.close()
    gateway.signal('SIGKILL')
    await gateway.exited
  }
}

/** Brings the tables up to date; gives how many statements it took. */
async function migrated(db: Database): Promise<number> {
  let statements = 0
  const counting = dyingDatabase(
    db,
    Number.POSITIVE_INFINITY,
    () => Promise.reject(new Error('nobody dies here')),
    () => statements++,
  )
  await migrate(counting.client, { form: db.form, database: db.name })
  return statements
}

async function schemaOf(db: Database): Promise<string> {
  const result = await db.client.query({
    query: 'SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name',
    format: 'TabSeparatedRaw',
  })
  const history = await db.client.query({
    query: 'SELECT version, name, checksum FROM schema_migrations FINAL ORDER BY version',
    format: 'TabSeparated',
  })
  return `${await result.text()}\n${await history.text()}`.replaceAll(`${db.name}.`, '')
}

async function reopened(open: () => Promise<Database>): Promise<Database> {
  const deadline = performance.now() + 30_000
  for (;;) {
    try {
      return await open()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
  }
}
