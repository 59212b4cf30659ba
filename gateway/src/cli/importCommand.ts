import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type CommandEdges, localSecretKey, runningGateway } from './command.ts'
import { IMPORT_USAGE, importCommand } from './import.ts'

export { IMPORT_USAGE as USAGE }

/** `waymark import` against the gateway of this data folder, unless `--host` and `--key` name another. */
export async function importFromHere(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { terminal, now } = edges
  const { config } = edges
  const usual = {
    host: await runningGateway(edges),
    dataDir: config.dataDir,
    local: await localSecretKey(edges, 'import'),
    remote: config.remoteKey,
  }
  return importCommand(argv, usual, {
    terminal,
    now,
    fetch,
    sleep: ms => new Promise(done => setTimeout(done, ms)),
    random: Math.random,
    async open(file) {
      if (file === '-') return { chunks: process.stdin, size: null }
      const { size } = await stat(file).catch(cause => {
        throw new Error(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
      })
      return { chunks: createReadStream(file), size }
    },
  })
}
