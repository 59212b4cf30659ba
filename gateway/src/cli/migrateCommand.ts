import { parseArgs } from 'node:util'
import { openWarehouse } from '../warehouse.ts'
import { type CommandEdges, commandLog } from './command.ts'
import { exitCode } from './terminal.ts'

export const USAGE = 'waymark migrate'

/** Creates the database and brings its tables up to date; the gateway does the same when it starts. */
export function migrateCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  return exitCode(edges.terminal, USAGE, async () => {
    parseArgs({ args: [...argv], options: {} })
    const { db, close } = await openWarehouse(edges.config, commandLog(edges), 'waymark migrate')
    edges.terminal.out(`database ${db.name} is up to date\n`)
    await close()
    return true
  })
}
