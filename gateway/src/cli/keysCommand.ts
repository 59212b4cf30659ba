import { parseArgs } from 'node:util'
import { generatedKeys } from '../keys/files.ts'
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
        const { config } = edges
        const generated = await generatedKeys(config.dataDir).catch(() => ({ write: [], secret: [] }))
        const [write, secret] = [
          config.writeKeys.length > 0 ? config.writeKeys : generated.write,
          config.secretKeys.length > 0 ? config.secretKeys : generated.secret,
        ]
        for (const { name, key, server } of write)
          terminal.out(line('configured', 'write', name, key.slice(-4), server ? 'server' : 'public'))
        for (const { name, key, scopes } of secret) terminal.out(line('configured', 'secret', name, key.slice(-4), scopes.join('+')))
        for (const { key_id, kind, name, last4, revoked_at, scopes, is_server } of await listKeys(db)) {
          const may = kind === 'secret' ? scopes.join('+') : is_server === 1 ? 'server' : 'public'
          terminal.out(line(key_id, kind, name, last4, revoked_at === null ? may : 'revoked'))
        }
        return true
      }
      const found = await revokeKey(db, subject, now())
      if (found) terminal.err(`${subject} is revoked; running gateways refuse it within 5 s.\n`)
      else terminal.err(`there is no key with the id “${subject}”; waymark keys list shows them.\n`)
      return found
    } finally {
      await close()
    }
  })
}

function line(id: string, kind: string, name: string, last4: string, may: string): string {
  return `${id.padEnd(12)}  ${kind.padEnd(6)}  ${name.padEnd(24)}  …${last4}  ${may}\n`
}
