import { rows, sqlFile } from '../db/query.ts'
import { keyList } from '../identity/accountScope.ts'
import { lookup } from '../identity/lookup.ts'
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

/** Kinds of keys in the order in which they are believed. */
const KEY_KINDS = ['domain', 'alias', 'group_id', 'crm_id']

/** An account by its internal id or any of its keys; an internal id first, so that no key can stand in for another account's id. */
export async function readAccount(edges: AccountEdges, key: string): Promise<Account | null> {
  const { db } = edges
  const summary = (await readSummary(edges, key)) ?? (await summaryByKey(edges, key))
  if (summary === null) return null
  const [[known], people] = await Promise.all([
    rows(db.reader, accountTraitsQuery, { account_id: summary.accountId }),
    readPeople(edges, summary.accountId),
  ])
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

async function summaryByKey(edges: AccountEdges, key: string) {
  const trimmed = key.trim()
  const asked = KEY_KINDS.map(kind => ({ type: kind, value: kind === 'domain' || kind === 'alias' ? trimmed.toLowerCase() : trimmed }))
  const found = await lookup(edges.db.reader, keyList, asked, 'key')
  const [owner] = found.sort((a, b) => KEY_KINDS.indexOf(a.kind) - KEY_KINDS.indexOf(b.kind))
  return owner === undefined ? null : readSummary(edges, owner.account_id)
}
