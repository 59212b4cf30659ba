/** Migrates a database and dies after a statement. Argument: JSON of `{ dataDir, database, boundary }`. */
import { readHandover } from '../../gateway/src/db/engine/handover.ts'
import { migrate } from '../../gateway/src/db/migrate.ts'
import { openDatabase } from '../../gateway/src/db/open.ts'
import { dyingDatabase } from './dyingDatabase.ts'

const { dataDir, database, boundary } = JSON.parse(process.argv[2] ?? '{}') as { dataDir: string; database: string; boundary: number }
const engine = readHandover(dataDir) ?? undefined
const db = await openDatabase({ engine, database })
const dying = dyingDatabase(db, boundary, () => new Promise<never>(() => process.kill(process.pid, 'SIGKILL')))
await migrate(dying.client, { form: db.form, database })
process.stdout.write('no death\n')
await db.close()
