import type { Scope } from '../keys/parse.ts'
import { type CommandEdges, hostFor, keyFor, localSecretKey } from './command.ts'

/** Calls a gateway with a secret key: that of this data folder, unless `--host` and `--key` name another. */
export interface GatewayCall {
  readonly host: string
  /** The answer's body; an Error with the gateway's own words for any other status than 200, with `null` for 404. */
  send<T>(method: 'GET' | 'PUT' | 'POST', path: string, body?: object): Promise<T | null>
}

const TIMEOUT_MS = 120_000

export async function gatewayCall(
  edges: CommandEdges,
  named: { host?: string | undefined; key?: string | undefined },
  scope: Scope,
): Promise<GatewayCall> {
  const host = await hostFor(edges, named.host)
  const key = keyFor({ named, local: await localSecretKey(edges, scope), remote: edges.config.remoteKey, scope })
  return {
    host,
    async send<T>(method: 'GET' | 'PUT' | 'POST', path: string, body?: object) {
      const response = await fetch(new URL(path, host), {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: unknown) => {
        const { cause } = error as { cause?: unknown }
        throw new Error(`the gateway at ${host} cannot be reached: ${String(cause ?? error)}`, { cause: error })
      })
      if (response.status === 404) return null
      const text = await response.text()
      if (response.ok) return JSON.parse(text) as T
      throw new Error(`the gateway at ${host} answered ${response.status}: ${messageIn(text)}`)
    },
  }
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message ?? ''
  } catch {
    return text.slice(0, 200) // not a gateway of ours
  }
}
