import type { ClickHouseClient } from '@clickhouse/client'
import { sqlFile } from '../db/query.ts'
import { accountsOf, type DomainKey, type GroupKey, type KnownAccount, sharedDomain } from './accountKeys.ts'
import { corporateDomain, registrableDomain } from './domain.ts'
import type { Identifier } from './ids.ts'
import { idsOf, type KeyParams, lookup } from './lookup.ts'
import { membershipsOf } from './membership.ts'
import { edgeList } from './neighbourhood.ts'
import { type Person, peopleWith } from './people.ts'

export interface KeyRow {
  readonly kind: string
  readonly value: string
  readonly account_id: string
  /** Epoch ms. */
  readonly first_seen_at: number
}

export interface TraitRow {
  readonly identifier_type: string
  readonly identifier: string
  readonly name: string
  /** JSON text. */
  readonly value: string
  readonly source_id: string
  readonly trust: string
  /** Epoch ms. */
  readonly set_at: number
  /** Decimal digits of a 128-bit number. */
  readonly rank: string
}

/** The accounts around some groups and domains, as they should be and as they are stored. */
export interface AccountScope {
  readonly accounts: readonly KnownAccount[]
  readonly before: readonly KeyRow[]
  /** Traits by group id. */
  readonly traits: ReadonlyMap<string, readonly TraitRow[]>
}

export const keyList = sqlFile<KeyParams, KeyRow>('identity_account_keys')
const traitList = sqlFile<KeyParams, TraitRow>('trait_list')
const hostList = sqlFile<KeyParams, { host: string; first_seen_at: number }>('edge_hosts')

/** Works out again which keys are one account, for the groups and domains given and everything that shares an account with them. */
export async function loadAccountScope(
  client: ClickHouseClient,
  groupIds: ReadonlySet<string>,
  domains: ReadonlySet<string>,
): Promise<AccountScope> {
  const ownTraits = await traitsOf(client, groupIds)
  const joins = await groupJoins(client, groupIds, ownTraits)
  const touched: Identifier[] = [
    ...keysOf('group_id', groupIds),
    ...keysOf('domain', new Set([...domains, ...[...joins.values()].flatMap(join => join?.domain ?? [])])),
  ]
  const named = await lookup(client, keyList, touched, 'key')
  const before = await lookup(client, keyList, idsOf(new Set(named.map(row => row.account_id))), 'account')

  const others = new Set(before.filter(row => row.kind === 'group_id' && !groupIds.has(row.value)).map(row => row.value))
  const traits = new Map([...ownTraits, ...(await traitsOf(client, others))])
  const domainOfAccount = new Map(before.filter(row => row.kind === 'domain').map(row => [row.account_id, row.value]))
  for (const row of before) {
    // Nothing new was said of it, so it joins what it joined.
    if (others.has(row.value) && row.kind === 'group_id')
      joins.set(row.value, joinAsBefore(traits.get(row.value), domainOfAccount.get(row.account_id)))
  }

  const allDomains = new Set(
    [...touched, ...before.map(row => ({ type: row.kind, value: row.value }))].filter(key => key.type === 'domain').map(key => key.value),
  )
  const groups = await groupKeys(client, joins)
  return { accounts: accountsOf(groups, await domainKeys(client, allDomains)), before, traits }
}

type Join = GroupKey['joins']

/** What each group joins: the domain of its traits, else the one that its members share. */
async function groupJoins(
  client: ClickHouseClient,
  groupIds: ReadonlySet<string>,
  traits: ReadonlyMap<string, readonly TraitRow[]>,
): Promise<Map<string, Join>> {
  const joins = new Map<string, Join>()
  const nameless: string[] = []
  for (const groupId of groupIds) {
    const domain = domainTrait(traits.get(groupId))
    if (domain === null) nameless.push(groupId)
    else joins.set(groupId, { domain, because: 'trait' })
  }
  const wanted = new Set(nameless)
  const edges = await lookup(client, edgeList, [...keysOf('group_id', wanted)], 'right')
  const members = await peopleWith(
    client,
    edges.filter(row => row.right_type === 'group_id').map(row => ({ type: row.left_type, value: row.left })),
  )
  const byGroup = Map.groupBy(
    members.flatMap(person => groupsOf(person).map(groupId => ({ groupId, person }))),
    entry => entry.groupId,
  )
  for (const groupId of nameless) {
    const domain = sharedDomain((byGroup.get(groupId) ?? []).map(({ person }) => memberOf(person, groupId)))
    joins.set(groupId, domain === null ? null : { domain, because: 'members' })
  }
  return joins
}

function joinAsBefore(traits: readonly TraitRow[] | undefined, stored: string | undefined): Join {
  const domain = domainTrait(traits)
  if (domain !== null) return { domain, because: 'trait' }
  return stored === undefined ? null : { domain: stored, because: 'members' }
}

function groupsOf(person: Person): string[] {
  return [...new Set(person.ties.filter(tie => tie.kind === 'group_id').map(tie => tie.value))]
}

/** What a person says of a group: the corporate domain that was theirs when they were first seen in it. */
function memberOf(person: Person, groupId: string): { domain: string | null | undefined; groups: number } {
  const groups = groupsOf(person).length
  const since = person.ties
    .filter(tie => tie.value === groupId && tie.kind === 'group_id')
    .reduce((first, tie) => Math.min(first, tie.firstSeen), Number.POSITIVE_INFINITY)
  const mails = membershipsOf(
    person.ties.filter(tie => tie.kind === 'domain').map(tie => ({ ...tie, accountId: tie.value, rule: 'email_domain' as const })),
  )
  const then = mails.find(mail => mail.validFrom <= since && since < mail.validTo)
  return { groups, domain: then?.accountId ?? (person.hasAddress ? null : undefined) }
}

/** A `domain` trait, else a `website` trait, as an account's domain. */
function domainTrait(traits: readonly TraitRow[] = []): string | null {
  for (const name of ['domain', 'website']) {
    const value = parse(traits.find(trait => trait.name === name)?.value)
    const domain = typeof value === 'string' ? registrableDomain(value) : null
    if (domain !== null && corporateDomain(domain) !== null) return domain
  }
  return null
}

export function parse(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json)
}

async function traitsOf(client: ClickHouseClient, groupIds: ReadonlySet<string>): Promise<Map<string, TraitRow[]>> {
  const rows = await lookup(client, traitList, keysOf('group_id', groupIds))
  const groups = rows.filter(row => row.identifier_type === 'group_id' && groupIds.has(row.identifier))
  return Map.groupBy(groups, row => row.identifier)
}

async function groupKeys(client: ClickHouseClient, joins: ReadonlyMap<string, Join>): Promise<GroupKey[]> {
  const rows = await lookup(client, edgeList, keysOf('group_id', new Set(joins.keys())), 'left')
  const seen = new Map(rows.filter(row => row.left_type === 'group_id').map(row => [row.left, row.first_seen_at]))
  return [...joins].flatMap(([groupId, join]) => {
    const firstSeen = seen.get(groupId)
    return firstSeen === undefined ? [] : [{ groupId, firstSeen, joins: join }]
  })
}

async function domainKeys(client: ClickHouseClient, domains: ReadonlySet<string>): Promise<DomainKey[]> {
  const hosts = await lookup(client, hostList, idsOf(domains))
  const since = new Map<string, number>()
  for (const row of hosts) {
    const domain = corporateDomain(row.host)
    if (domain !== null) since.set(domain, Math.min(row.first_seen_at, since.get(domain) ?? row.first_seen_at))
  }
  return [...domains].map(domain => ({ domain, firstSeen: since.get(domain) ?? null }))
}

function keysOf(type: string, values: ReadonlySet<string>): Identifier[] {
  return [...values].map(value => ({ type, value }))
}
