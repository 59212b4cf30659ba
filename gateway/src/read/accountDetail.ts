import { rows, sqlFile } from '../db/query.ts'
import { keyList } from '../identity/accountScope.ts'
import { idsOf, type KeyParams, lookup } from '../identity/lookup.ts'
import { type AccountEdges, readSummary } from './accounts.ts'
import { readPeople } from './members.ts'
import type { Account } from './shapes.ts'
import { jsonObject } from './timeline.ts'
import { iso } from './times.ts'

interface TraitsRow {
  readonly traits: string
  readonly first_seen_at: number
  readonly keys: readonly (readonly [kind: string, value: string])[]
}

export const accountTraitsQuery = sqlFile<{ account_id: string }, TraitsRow>('account_traits')
const accountList = sqlFile<KeyParams, { account_id: string }>('identity_accounts')

/** Kinds of keys in the order in which they are believed. */
const KEY_KINDS = ['domain', 'alias', 'group_id', 'crm_id']

/** An account by its internal id or any of its keys. */
export async function readAccount(edges: AccountEdges, key: string): Promise<Account | null> {
  const accountId = await findAccount(edges, key)
  if (accountId === null) return null
  const [summary, [known], people] = await Promise.all([
    readSummary(edges, accountId),
    rows(edges.db.reader, accountTraitsQuery, { account_id: accountId }),
    readPeople(edges, accountId),
  ])
  if (summary === null) return null
  return {
    ...summary,
    people,
    peopleCount: summary.people,
    keys: (known?.keys ?? []).map(([kind, value]) => ({ kind, value })),
    traits: jsonObject(known?.traits ?? ''),
    fit: { score: null, letter: null, completeness: null },
    firstSeenAt: iso(known?.first_seen_at ?? null),
  }
}

/** Internal id of the account with this key; an internal id itself goes first, so that no key can stand in for another account's id. */
export async function findAccount({ db }: AccountEdges, key: string): Promise<string | null> {
  const trimmed = key.trim()
  const asked = KEY_KINDS.map(kind => ({ type: kind, value: kind === 'domain' || kind === 'alias' ? trimmed.toLowerCase() : trimmed }))
  const [[own], keys] = await Promise.all([lookup(db.reader, accountList, idsOf([key])), lookup(db.reader, keyList, asked, 'key')])
  const [owner] = keys.sort((a, b) => KEY_KINDS.indexOf(a.kind) - KEY_KINDS.indexOf(b.kind))
  return own?.account_id ?? owner?.account_id ?? null
}
