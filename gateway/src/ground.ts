import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { openSpool, type Spool } from './ingest/spool/spool.ts'
import { type GeneratedKeys, generatedKeys } from './keys/files.ts'
import type { SecretKeySetting, WriteKeySetting } from './keys/parse.ts'
import { explainError, type Log } from './log.ts'
import { loadModels } from './model/load.ts'
import type { Models } from './model/models.ts'
import { claimFolder } from './neighbours.ts'

/** What must stand before a gateway listens: all of it from configuration and `DATA_DIR`, nothing from the warehouse. */
export interface Ground {
  readonly models: Models
  /** Keys of the configuration, or those made at the first start. */
  readonly writeKeys: readonly WriteKeySetting[]
  readonly secretKeys: readonly SecretKeySetting[]
  /** null when all keys are configured. */
  readonly generated: GeneratedKeys | null
  readonly spool: Spool
}

export interface GroundEdges {
  readonly log: Log
  readonly now: () => number
  /** Told of each sync of the spool, with its time in milliseconds. */
  readonly onSync: (ms: number) => void
}

export async function prepareGround(config: Config, { log, now, onSync }: GroundEdges): Promise<Ground> {
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const models = loadModels(config.modelsDir ?? undefined)
  const generated = config.writeKeys.length === 0 || config.secretKeys.length === 0 ? await generatedKeys(config.dataDir) : null
  const release = await claimFolder({
    dataDir: config.dataDir,
    onBlind: error =>
      log.warn('DATA_DIR cannot hold a socket: whether another container uses it is not known', { error: explainError(error) }),
  })
  const spool = await openSpool({
    dir: join(config.dataDir, 'spool'),
    instance: 'gateway',
    now,
    randomUUID,
    ...(config.spoolMaxBytes === null ? {} : { limits: { maxBytes: config.spoolMaxBytes, maxFraction: 1 } }),
    onSync,
    onDamage: damage => log.error('the spool was damaged; the damaged bytes are kept', { ...damage }),
    onUnreadable: (file, cause) => log.error('a spool file cannot be read and is left where it is', { file, error: explainError(cause) }),
  })
  return {
    models,
    generated,
    writeKeys: config.writeKeys.length > 0 ? config.writeKeys : (generated?.write ?? []),
    secretKeys: config.secretKeys.length > 0 ? config.secretKeys : (generated?.secret ?? []),
    spool: {
      ...spool,
      async close() {
        await spool.close()
        await release()
      },
    },
  }
}
