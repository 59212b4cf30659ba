import type { Database } from '../db/open.ts'
import { insertRows, sqlDay, sqlFile, sqlTime } from '../db/query.ts'
import { type Decision, type Link, type Partition, partition } from './graph.ts'
import { digest, type Identifier, keyOf } from './ids.ts'
import { idsOf, type KeyParams, lookup } from './lookup.ts'
import { loadNeighbourhood, type Neighbourhood } from './neighbourhood.ts'

export interface MapRow {
  readonly identifier_type: string
  readonly identifier: string
  readonly profile_id: string
  readonly version: number
}

export interface LedgerRow {
  readonly entry_id: string
  readonly kind: string
  readonly rule: string
  readonly left_type: string
  readonly left: string
  readonly right_type: string
  readonly right: string
  readonly profile_id: string
  readonly evidence: string
  /** Epoch ms. */
  readonly at: number
  readonly version: number
}

export const mapList = sqlFile<KeyParams, MapRow>('identity_map_list')
export const ledgerList = sqlFile<KeyParams, LedgerRow>('identity_ledger_list')
const membershipAccounts = sqlFile<KeyParams, { profile_id: string; account_id: string }>('membership_list')

/** Divides everything around the touched identifiers into profiles again, and writes what changed; resolves with the rows written. */
export async function resolve(db: Database, touched: readonly Identifier[], run: number): Promise<number> {
  const neighbourhood = await loadNeighbourhood(db.client, touched)
  const people = partition(neighbourhood.identifiers, neighbourhood.links)

  const before = new Map((await lookup(db.client, mapList, neighbourhood.identifiers)).map(row => [keyOf(ownerOf(row)), row]))
  const after = mapRows(neighbourhood, people)
  const moved = after.filter(row => before.get(keyOf(ownerOf(row)))?.profile_id !== row.profile_id)
  const changed = after.filter(row => !isSame(row, before.get(keyOf(ownerOf(row)))))

  const entries = ledgerRows(neighbourhood, people)
  const pairs = [...neighbourhood.links, ...neighbourhood.untrusted]
  const stored = await lookup(db.client, ledgerList, idsOf(new Set(pairs.map(entryId))))
  const ledger = ledgerChanges(stored, entries, pairs)

  const marked = await markMoved(db, neighbourhood, moved, before, run)
  await insertRows(db.client, 'identity_ledger', ledger)
  await insertRows(
    db.client,
    'identity_map',
    changed.map(row => ({ ...row, is_deleted: 0 })),
  )
  return marked + ledger.length + changed.length
}

/** `identity_map` as it should be. */
export function mapRows(neighbourhood: Neighbourhood, people: Partition): MapRow[] {
  return neighbourhood.identifiers.map(identifier => ({
    identifier_type: identifier.type,
    identifier: identifier.value,
    profile_id: people.profiles.get(keyOf(identifier)) ?? '',
    version: neighbourhood.latest.get(keyOf(identifier)) ?? 0,
  }))
}

/** `identity_ledger` as it should be: one entry for each pair that was joined, kept apart or cut. */
export function ledgerRows(neighbourhood: Neighbourhood, people: Partition): LedgerRow[] {
  const decided = new Map(people.decisions.map(decision => [entryId(decision.link), decision]))
  for (const link of neighbourhood.untrusted) {
    // What a server or an ordinary call says of the same pair stands in the list already.
    if (!decided.has(entryId(link))) decided.set(entryId(link), { link, kind: 'refusal', rule: 'alias_needs_server_key' })
  }
  return [...decided.values()].map(decision => ledgerRow(decision, people))
}

function ledgerRow({ link, kind, rule }: Decision, people: Partition): LedgerRow {
  return {
    entry_id: entryId(link),
    kind,
    rule,
    left_type: link.left.type,
    left: link.left.value,
    right_type: link.right.type,
    right: link.right.value,
    profile_id: people.profiles.get(keyOf(link.left)) ?? '',
    evidence: JSON.stringify({ trust: link.trust, firstSeenAt: new Date(link.firstSeen).toISOString() }),
    at: link.firstSeen,
    version: link.latest,
  }
}

/** Rows to write: entries that are new or differ, and tombstones of those that no longer hold. */
function ledgerChanges(stored: readonly LedgerRow[], entries: readonly LedgerRow[], pairs: readonly Link[]): object[] {
  const before = new Map(stored.map(row => [row.entry_id, JSON.stringify(fieldsOf(row))]))
  const holding = new Set(entries.map(row => row.entry_id))
  const versions = new Map(pairs.map(link => [entryId(link), link.latest]))
  const written = entries
    .filter(row => before.get(row.entry_id) !== JSON.stringify(fieldsOf(row)))
    .map(row => ({ ...row, at: sqlTime(row.at), is_deleted: 0 }))
  const gone = stored
    .filter(row => versions.has(row.entry_id) && !holding.has(row.entry_id))
    .map(row => ({ ...row, at: sqlTime(row.at), version: Math.max(row.version, versions.get(row.entry_id) ?? 0), is_deleted: 1 }))
  return [...written, ...gone]
}

function fieldsOf(row: LedgerRow): (string | number)[] {
  return [row.kind, row.rule, row.profile_id, row.evidence, row.at, row.version]
}

/** Id of the ledger's entry on a pair of identifiers. */
export function entryId(link: Pick<Link, 'left' | 'right'>): string {
  return `m_${digest(`${keyOf(link.left)}\0${keyOf(link.right)}`)}`
}

/** A person who gains or loses an identifier changes what the accounts of both profiles score, back to its first sighting. */
async function markMoved(
  db: Database,
  neighbourhood: Neighbourhood,
  moved: readonly MapRow[],
  before: ReadonlyMap<string, MapRow>,
  run: number,
): Promise<number> {
  const since = new Map(neighbourhood.identifiers.map(identifier => [keyOf(identifier), identifier.firstSeen]))
  const profiles = new Map<string, number>()
  for (const row of moved) {
    const key = keyOf(ownerOf(row))
    for (const profile of [row.profile_id, before.get(key)?.profile_id]) {
      if (profile !== undefined) profiles.set(profile, Math.min(profiles.get(profile) ?? Number.POSITIVE_INFINITY, since.get(key) ?? 0))
    }
  }
  const accounts = await lookup(db.client, membershipAccounts, idsOf(profiles.keys()), 'profile')
  const marks = new Map<string, number>()
  for (const { profile_id, account_id } of accounts) {
    const from = profiles.get(profile_id)
    if (from !== undefined) marks.set(account_id, Math.min(marks.get(account_id) ?? Number.POSITIVE_INFINITY, from))
  }
  await insertRows(
    db.client,
    'dirty_accounts',
    [...marks].map(([account_id, from]) => ({ account_id, from_day: sqlDay(from), run })),
  )
  return marks.size
}

function isSame(row: MapRow, before: MapRow | undefined): boolean {
  return before?.profile_id === row.profile_id && before.version === row.version
}

function ownerOf(row: MapRow): Identifier {
  return { type: row.identifier_type, value: row.identifier }
}
