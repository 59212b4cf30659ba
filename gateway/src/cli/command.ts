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

/**
 * Where a command goes: to the gateway that is named, else to the one that is known to run on the folder. Never to whoever listens on `PORT`:
 * it would be handed a key.
 */
export async function hostFor(edges: CommandEdges, named: string | undefined): Promise<string> {
  return checkedHost(named ?? (await runningGateway(edges)), edges.config.dataDir)
}

/** `host` where it is an address; throws where it is null, for no gateway runs, or is none. */
export function checkedHost(host: string | null, dataDir: string): string {
  if (host === null) throw new Error(`No gateway runs on the folder ${dataDir}: start it (waymark serve), or name another one with --host.`)
  if (!URL.canParse(host) || !/^https?:$/.test(new URL(host).protocol))
    throw new UsageError(`--host “${host}” is not an address such as http://127.0.0.1:8090.`)
  return host
}
