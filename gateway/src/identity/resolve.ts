import type { Database } from '../db/open.ts'
import { insertRows, sqlDay, sqlFile, sqlTime } from '../db/query.ts'
import { type Changes, changesBetween, sizeOf, tableRows } from './changes.ts'
import { type Decision, type Link, type Partition, partition } from './graph.ts'
import { digest, type Identifier, keyOf } from './ids.ts'
import { idsOf, type KeyParams, lookup } from './lookup.ts'
import { loadNeighbourhood, type Neighbourhood } from './neighbourhood.ts'
import { type MapRow, mapList, ownerOf } from './profileMap.ts'

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
}

export const ledgerList = sqlFile<KeyParams, LedgerRow>('identity_ledger_list')
const membershipAccounts = sqlFile<KeyParams, { profile_id: string; account_id: string }>('membership_list')

/** The two ends of evidence. */
export type Pair = Pick<Link, 'left' | 'right'>

/**
 * Divides everything around the touched identifiers into profiles again, and writes what changed; resolves with the rows written.
 * `doubtful` are pairs whose evidence may have vanished: both ends are touched.
 */
export async function resolve(db: Database, touched: readonly Identifier[], doubtful: readonly Pair[], run: number): Promise<number> {
  const neighbourhood = await loadNeighbourhood(db.client, touched)
  const people = partition([...neighbourhood.identifiers, ...neighbourhood.rim], neighbourhood.links)

  const concerned = new Map([...neighbourhood.identifiers, ...touched].map(identifier => [keyOf(identifier), identifier]))
  const stored = (await lookup(db.client, mapList, [...concerned.values()])).filter(row => concerned.has(keyOf(ownerOf(row))))
  const map = changesBetween(stored, mapRows(neighbourhood, people), row => keyOf(ownerOf(row)))

  const pairs = new Set([...pairsWithin(neighbourhood), ...doubtful].map(entryId))
  const entries = (await lookup(db.client, ledgerList, idsOf(pairs))).filter(row => pairs.has(row.entry_id))
  const ledger = changesBetween(entries, ledgerRows(neighbourhood, people), row => row.entry_id)

  const marked = await markMoved(db, neighbourhood, map, stored, run)
  await insertRows(
    db.client,
    'identity_ledger',
    tableRows(ledger, row => ({ ...row, at: sqlTime(row.at) })),
  )
  await insertRows(
    db.client,
    'identity_map',
    tableRows(map, row => row),
  )
  return marked + sizeOf(ledger) + sizeOf(map)
}

/** `identity_map` as it should be, fields in the order of identity_map_list.sql. */
export function mapRows(neighbourhood: Neighbourhood, people: Partition): MapRow[] {
  return neighbourhood.identifiers.map(identifier => ({
    identifier_type: identifier.type,
    identifier: identifier.value,
    profile_id: people.profiles.get(keyOf(identifier)) ?? '',
  }))
}

/** `identity_ledger` as it should be: one entry for each pair that was joined, kept apart or cut. */
function ledgerRows(neighbourhood: Neighbourhood, people: Partition): LedgerRow[] {
  const decided = new Map(people.decisions.map(decision => [entryId(decision.link), decision]))
  for (const link of neighbourhood.untrusted) {
    // What a server or an ordinary call says of the same pair stands in the list already.
    if (!decided.has(entryId(link))) decided.set(entryId(link), { link, kind: 'refusal', rule: 'alias_needs_server_key' })
  }
  const within = new Set(pairsWithin(neighbourhood))
  return [...decided.values()].filter(decision => within.has(decision.link)).map(decision => ledgerRow(decision, people))
}

/** What is between two of the rim is decided elsewhere. */
function pairsWithin({ links, untrusted, rim }: Neighbourhood): Link[] {
  const outside = new Set(rim.map(keyOf))
  return [...links, ...untrusted].filter(({ left, right }) => !(outside.has(keyOf(left)) && outside.has(keyOf(right))))
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
  }
}

/** Id of the ledger's entry on a pair of identifiers. */
function entryId(link: Pair): string {
  return `m_${digest(`${keyOf(link.left)}\0${keyOf(link.right)}`)}`
}

/** A person who gains or loses an identifier changes what the accounts of both profiles score, back to its first sighting. */
async function markMoved(
  db: Database,
  neighbourhood: Neighbourhood,
  { written, gone }: Changes<MapRow>,
  stored: readonly MapRow[],
  run: number,
): Promise<number> {
  const since = new Map(neighbourhood.identifiers.map(identifier => [keyOf(identifier), identifier.firstSeen]))
  const before = new Map(stored.map(row => [keyOf(ownerOf(row)), row.profile_id]))
  const profiles = new Map<string, number>()
  for (const row of [...written, ...gone]) {
    const key = keyOf(ownerOf(row))
    for (const profile of [row.profile_id, before.get(key)]) {
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
