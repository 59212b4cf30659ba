import { loadModels } from '../model/load.ts'
import { createReader } from '../read/warehouseReader.ts'
import { openWarehouse } from '../warehouse.ts'
import { type CommandEdges, commandLog } from './command.ts'
import { EXPLAIN_USAGE, explainCommand, parseExplain } from './explain.ts'
import { exitCode } from './terminal.ts'

export { EXPLAIN_USAGE as USAGE }

/** `waymark explain` from the warehouse of this configuration, whether a gateway runs or not. */
export async function explainHere(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { config, terminal, now } = edges
  // A command line that cannot be understood opens nothing.
  const usage = await exitCode(terminal, EXPLAIN_USAGE, async () => parseExplain(argv) !== null)
  if (usage !== 0) return usage
  const models = loadModels(config.modelsDir ?? undefined)
  const { db, close } = await openWarehouse(config, commandLog(edges), 'waymark explain')
  try {
    return await explainCommand(argv, { reader: createReader({ db, models, now }), terminal })
  } finally {
    await close()
  }
}
