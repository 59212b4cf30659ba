/** An engine of its own, of the same library and settings, that may read one file: what the engine can take in without us. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { configXml, defaultMemory, usersXml } from '../../../gateway/src/db/engine/config.ts'
import { writePrivate } from '../../../gateway/src/db/engine/handover.ts'
import { engineLibrary } from '../../../gateway/src/db/engine/library.ts'
import { freePort, startProcess, untilReady } from '../../../gateway/src/db/engine/process.ts'
import { migrate } from '../../../gateway/src/db/migrate.ts'
import { type Database, openDatabase } from '../../../gateway/src/db/open.ts'

export interface FileEngine {
  readonly pid: number
  readonly db: Database
  /** Where `file('name')` is looked for. */
  readonly files: string
  close(): Promise<void>
}

export async function openFileEngine(dataDir: string, memory: number): Promise<FileEngine> {
  const folder = join(dataDir, 'engine')
  mkdirSync(folder, { recursive: true })
  const [writer, reader] = [
    { username: 'waymark', password: 'bench-writer' },
    { username: 'reader', password: 'bench-reader' },
  ]
  writePrivate(join(folder, 'config.xml'), configXml(folder, defaultMemory(memory)))
  const users = usersXml({ writer, reader, memory: defaultMemory(memory) })
  writePrivate(join(folder, 'users.xml'), users.replace('<query>GRANT ALL ON', '<query>GRANT FILE ON *.*</query><query>GRANT ALL ON'))
  const port = await freePort(null, 0)
  const url = `http://127.0.0.1:${port}`
  const child = startProcess({ library: engineLibrary(), folder, port })
  process.once('exit', child.kill)
  await untilReady(child, url, writer)
  const db = await openDatabase({ engine: { url, writer, reader } })
  await migrate(db.client, { form: db.form, database: db.name })
  return {
    pid: child.pid,
    db,
    files: folder,
    async close() {
      await db.close()
      child.kill()
      await child.ended
      process.off('exit', child.kill)
    },
  }
}
