/** The engine alone, held by a process that can be traced and killed. Argument: the data folder. */
import { openEngine } from '../../gateway/src/db/engine/supervise.ts'

const engine = await openEngine({ dataDir: process.argv[2] ?? '', log: message => console.error(message) })
process.stdout.write(`ready ${engine.url}\n`)
process.once('SIGTERM', () => void engine.close().then(() => process.exit(0)))
