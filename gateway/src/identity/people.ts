import type { ClickHouseClient } from '@clickhouse/client'
import { corporateDomain } from './domain.ts'
import { type Identifier, keyOf } from './ids.ts'
import { idsOf, lookup } from './lookup.ts'
import { type EdgeRow, edgeList } from './neighbourhood.ts'
import { type MapRow, mapList, ownerOf, profileIdentifiers } from './profileMap.ts'

/** Something that ties a person to an account; times in epoch ms. */
export interface AccountTie {
  readonly kind: 'domain' | 'group_id'
  readonly value: string
  readonly firstSeen: number
  readonly lastSeen: number
}

export interface Person {
  readonly profileId: string
  /** Epoch ms; Infinity when nothing is known any more. */
  readonly firstSeen: number
  readonly ties: readonly AccountTie[]
  /** Some e-mail address is known, corporate or not. */
  readonly hasAddress: boolean
}

/** The people to whom these identifiers belong, with all that ties them to accounts. There may be more people than asked for. */
export async function peopleWith(client: ClickHouseClient, identifiers: readonly Identifier[]): Promise<Person[]> {
  const rows = await lookup(client, mapList, identifiers)
  return peopleOf(
    client,
    rows.map(row => row.profile_id),
  )
}

/** The same for profile ids; one without identifiers any more is left out. */
export async function peopleOf(client: ClickHouseClient, profileIds: Iterable<string>): Promise<Person[]> {
  const owners = await lookup(client, profileIdentifiers, idsOf(new Set(profileIds)))
  const identifiers = owners.map(ownerOf)
  const edges = await lookup(client, edgeList, identifiers, 'left')
  return assemblePeople(owners, edges)
}

/** Pure part of `peopleOf`. */
function assemblePeople(owners: readonly MapRow[], edges: readonly EdgeRow[]): Person[] {
  const profileOf = new Map(owners.map(row => [keyOf(ownerOf(row)), row.profile_id]))
  const people = new Map<string, EdgeRow[]>(owners.map(row => [row.profile_id, []]))
  for (const edge of edges) {
    const profile = profileOf.get(keyOf({ type: edge.left_type, value: edge.left }))
    if (profile !== undefined) people.get(profile)?.push(edge)
  }
  return [...people].map(([profileId, rows]) => ({
    profileId,
    firstSeen: rows.reduce((first, row) => Math.min(first, row.first_seen_at), Number.POSITIVE_INFINITY),
    ties: rows.flatMap(tieOf),
    hasAddress: rows.some(row => row.right_type === 'email' && row.is_cut === 0),
  }))
}

function tieOf(row: EdgeRow): AccountTie[] {
  const times = { firstSeen: row.first_seen_at, lastSeen: row.last_seen_at }
  if (row.right_type === 'group_id') return [{ kind: 'group_id', value: row.right, ...times }]
  // What an undo took away is not the person's address.
  const domain = row.right_type === 'email' && row.is_cut === 0 ? corporateDomain(row.right) : null
  return domain === null ? [] : [{ kind: 'domain', value: domain, ...times }]
}
