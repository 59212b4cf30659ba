import { findGateway } from '../addresses.ts'
import type { Config } from '../config.ts'
import { generatedKeys } from '../keys/files.ts'
import type { Scope } from '../keys/parse.ts'
import { createLog, type Log } from '../log.ts'
import { type Terminal, UsageError } from './terminal.ts'

/** What every command is given by main.ts. */
export interface CommandEdges {
  readonly config: Config
  readonly terminal: Terminal
  readonly signals: { once(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown }
  readonly now: () => number
}

/** Log lines go to standard error: standard output is for results. */
export function commandLog({ config, terminal, now }: CommandEdges): Log {
  return createLog({ level: config.logLevel, write: line => terminal.err(line), now })
}

/** Where a gateway of this data folder listens; null when none runs. */
export function runningGateway({ config }: CommandEdges): Promise<string | null> {
  return findGateway(config.dataDir)
}

/** A secret key with this scope from the configuration or from the generated ones; null when there is none. */
export async function localSecretKey({ config }: CommandEdges, scope: Scope): Promise<string | null> {
  const keys = config.secretKeys.length > 0 ? config.secretKeys : (await generatedKeys(config.dataDir).catch(() => ({ secret: [] }))).secret
  return keys.find(key => key.scopes.includes(scope))?.key ?? null
}

/** A gateway as a command line names it, with what is known of keys; null: none. */
export interface KeyChoice {
  readonly named: { readonly host?: string | undefined; readonly key?: string | undefined }
  /** Of this machine's own gateway. */
  readonly local: string | null
  /** Of the environment, for the gateway that `--host` names. */
  readonly remote: string | null
  readonly scope: Scope
}

/** The secret key for a gateway. Those of this machine go to no gateway that `--host` names. */
export function keyFor({ named: { host, key }, local, remote, scope }: KeyChoice): string {
  if (key !== undefined) return key
  if (host !== undefined) {
    if (remote !== null) return remote
    throw new UsageError(
      `Give --key for the gateway at ${host}, or WAYMARK_KEY in the environment: the keys of this machine are sent to its own gateway only. It needs the scope ${scope}.`,
    )
  }
  if (local === null) throw new UsageError(`No secret key: give --key, or SECRET_KEYS in the environment. It needs the scope ${scope}.`)
  return local
}

export function defaultHost({ config }: CommandEdges): string {
  return `http://${config.host}:${config.port}`
}
