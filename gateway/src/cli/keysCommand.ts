import { parseArgs } from 'node:util'
import { isKeyName, isScope, KEY_NAME_RULE, SCOPES } from '../keys/parse.ts'
import { createKey, listKeys, revokeKey } from '../keys/table.ts'
import { openWarehouse } from '../warehouse.ts'
import { type CommandEdges, commandLog } from './command.ts'
import { exitCode, UsageError } from './terminal.ts'

const USAGE = 'waymark keys create NAME [--server | --secret [--scope read …]] | list | revoke KEY_ID'

/** Keys made here are known to running gateways within 5 s; a key is shown once, at its making. */
export function keysCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { terminal, now } = edges
  return exitCode(terminal, USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { server: { type: 'boolean' }, secret: { type: 'boolean' }, scope: { type: 'string', multiple: true } },
    })
    const [verb, subject = ''] = positionals
    const scopes = (values.scope ?? []).map(scope => {
      if (!isScope(scope)) throw new UsageError(`there is no scope “${scope}”; scopes are ${SCOPES.join(', ')}.`)
      return scope
    })
    if (verb !== 'create' && verb !== 'list' && verb !== 'revoke') throw new UsageError('say create, list or revoke.')
    if (verb === 'create' && !isKeyName(subject)) throw new UsageError(`the name must be ${KEY_NAME_RULE}.`)
    const { db, close } = await openWarehouse(edges.config, commandLog(edges))
    try {
      if (verb === 'create') {
        const wanted =
          values.secret === true
            ? ({ kind: 'secret', name: subject, ...(scopes.length === 0 ? {} : { scopes }) } as const)
            : ({ kind: 'write', name: subject, server: values.server === true } as const)
        const { keyId, key } = await createKey(db, wanted, now())
        terminal.out(`${key}\n`)
        terminal.err(`${keyId} for “${subject}”: keep the key now, it is not shown again. Running gateways know it within 5 s.\n`)
        return true
      }
      if (verb === 'list') {
        for (const key of await listKeys(db))
          terminal.out(
            `${key.key_id}  ${key.kind.padEnd(6)}  ${key.name.padEnd(24)}  …${key.last4}  ${key.revoked_at === null ? (key.kind === 'secret' ? key.scopes.join('+') : key.is_server === 1 ? 'server' : 'public') : 'revoked'}\n`,
          )
        return true
      }
      const found = await revokeKey(db, subject, now())
      if (!found) terminal.err(`there is no key with the id “${subject}”; waymark keys list shows them.\n`)
      return found
    } finally {
      await close()
    }
  })
}
