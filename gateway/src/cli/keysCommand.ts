import { parseArgs } from 'node:util'
import type { Database } from '../db/open.ts'
import { generatedKeys } from '../keys/files.ts'
import { isKeyName, isScope, KEY_NAME_RULE, SCOPES } from '../keys/parse.ts'
import { createKey, isLive, listKeys, revokeKey, rotateKey, type StoredKey } from '../keys/table.ts'
import { openWarehouse } from '../warehouse.ts'
import { type CommandEdges, commandLog } from './command.ts'
import { spanOfTime } from './spanOfTime.ts'
import { exitCode, UsageError } from './terminal.ts'

export const USAGE = 'waymark keys create NAME [--server | --secret [--scope read …]] | list | rotate KEY_ID [--overlap 7d] | revoke KEY_ID'
const OVERLAP = '7d'

type Verb = (db: Database) => Promise<boolean>

/** What is done here is known to running gateways within 5 s; a key that is not public is shown once, at its making. */
export function keysCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  return exitCode(edges.terminal, USAGE, async () => {
    const verb = readVerb(argv, edges)
    const { db, close } = await openWarehouse(edges.config, commandLog(edges), 'waymark keys')
    try {
      return await verb(db)
    } finally {
      await close()
    }
  })
}

function readVerb(argv: readonly string[], edges: CommandEdges): Verb {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      server: { type: 'boolean' },
      secret: { type: 'boolean' },
      scope: { type: 'string', multiple: true },
      overlap: { type: 'string', default: OVERLAP },
    },
  })
  const [verb, subject = ''] = positionals
  const scopes = (values.scope ?? []).map(scope => {
    if (!isScope(scope)) throw new UsageError(`there is no scope “${scope}”; scopes are ${SCOPES.join(', ')}.`)
    return scope
  })
  const overlapMs = spanOfTime(values.overlap)
  if (overlapMs === null) throw new UsageError(`“${values.overlap}” is no span of time; write 0, 15min, 24h or 7d.`)
  switch (verb) {
    case 'create': {
      if (!isKeyName(subject)) throw new UsageError(`the name must be ${KEY_NAME_RULE}.`)
      const wanted =
        values.secret === true
          ? ({ kind: 'secret', name: subject, ...(scopes.length === 0 ? {} : { scopes }) } as const)
          : ({ kind: 'write', name: subject, server: values.server === true } as const)
      return async db => {
        const { keyId, key } = await createKey(db, wanted, edges.now())
        edges.terminal.out(`${key}\n`)
        const isPublic = wanted.kind === 'write' && !wanted.server
        edges.terminal.err(
          `${keyId} for “${subject}”${isPublic ? '' : ': keep the key now, it is not shown again'}. Running gateways know it within 5 s.\n`,
        )
        return true
      }
    }
    case 'list':
      return db => list(db, edges)
    case 'rotate':
      return db => rotate(db, subject, overlapMs, edges)
    case 'revoke':
      return async db => {
        const found = await revokeKey(db, subject, edges.now())
        edges.terminal.err(found ? `${subject} is revoked; running gateways refuse it within 5 s.\n` : unknown(subject))
        return found
      }
    default:
      throw new UsageError('say create, list, rotate or revoke.')
  }
}

async function rotate(db: Database, keyId: string, overlapMs: number, { terminal, now }: CommandEdges): Promise<boolean> {
  const made = await rotateKey(db, keyId, { now: now(), overlapMs })
  if (made === null) {
    terminal.err(unknown(keyId))
    return false
  }
  terminal.out(`${made.key}\n`)
  terminal.err(
    `${made.keyId} takes the place of ${keyId}, which is good until ${new Date(made.endsAt).toISOString()}. Running gateways know both within 5 s.\n`,
  )
  return true
}

async function list(db: Database, { terminal, config, now }: CommandEdges): Promise<boolean> {
  const generated = await generatedKeys(config.dataDir).catch(() => ({ write: [], secret: [] }))
  const write = config.writeKeys.length > 0 ? config.writeKeys : generated.write
  const secret = config.secretKeys.length > 0 ? config.secretKeys : generated.secret
  for (const { name, key, server } of write) {
    terminal.out(line('configured', 'write', name, server ? `…${key.slice(-4)}` : key, server ? 'server' : 'public'))
  }
  for (const { name, key, scopes } of secret) terminal.out(line('configured', 'secret', name, `…${key.slice(-4)}`, scopes.join('+')))
  for (const key of await listKeys(db)) {
    const { key_id, kind, name, last4, public_key } = key
    terminal.out(line(key_id, kind, name, public_key === '' ? `…${last4}` : public_key, `${may(key)}${stateOf(key, now())}`))
  }
  return true
}

function may({ kind, scopes, is_server }: StoredKey): string {
  if (kind === 'secret') return scopes.join('+')
  return is_server === 1 ? 'server' : 'public'
}

function stateOf(key: StoredKey, now: number): string {
  if (key.revoked_at === null) return ''
  return isLive(key, now) ? `, until ${new Date(key.revoked_at).toISOString()}` : ', revoked'
}

function unknown(keyId: string): string {
  return `there is no live key with the id “${keyId}” that was made at run time; waymark keys list shows them. Configured keys are changed where they are set.\n`
}

function line(id: string, kind: string, name: string, key: string, words: string): string {
  return `${id.padEnd(12)}  ${kind.padEnd(6)}  ${name.padEnd(24)}  ${key.padEnd(25)}  ${words}\n`
}
