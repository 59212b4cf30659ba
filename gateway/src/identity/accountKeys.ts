import { accountId, byText } from './ids.ts'

/** Why a group is the account behind a domain. */
export type JoinReason = 'trait' | 'members'

export interface GroupKey {
  readonly groupId: string
  /** Epoch ms. */
  readonly firstSeen: number
  /** The domain it joins, and why; null when nothing says so. */
  readonly joins: { readonly domain: string; readonly because: JoinReason } | null
}

export interface DomainKey {
  readonly domain: string
  /** First e-mail address there, epoch ms; null when only a group's trait names the domain. */
  readonly firstSeen: number | null
}

export interface AccountKey {
  readonly kind: 'domain' | 'group_id'
  readonly value: string
  /** Epoch ms. */
  readonly firstSeen: number
}

export interface KnownAccount {
  readonly accountId: string
  /** '' when none is known. */
  readonly domain: string
  readonly firstSeen: number
  /** From the first seen. */
  readonly keys: readonly AccountKey[]
}

/** Accounts, each a domain with the groups that join it, or one group alone. The key seen first (then by kind and text) gives the id. */
export function accountsOf(groups: readonly GroupKey[], domains: readonly DomainKey[]): KnownAccount[] {
  const stars = new Map<string, AccountKey[]>()
  const add = (star: string, key: AccountKey) => {
    const keys = stars.get(star)
    if (keys === undefined) stars.set(star, [key])
    else keys.push(key)
  }
  for (const [domain, firstSeen] of domainsSince(groups, domains)) add(domain, { kind: 'domain', value: domain, firstSeen })
  for (const group of groups) {
    add(group.joins?.domain ?? `\0${group.groupId}`, { kind: 'group_id', value: group.groupId, firstSeen: group.firstSeen })
  }
  return [...stars.values()].flatMap(keys => {
    const inTurn = keys.toSorted((a, b) => a.firstSeen - b.firstSeen || byText(a.kind, b.kind) || byText(a.value, b.value))
    const [canonical] = inTurn
    if (canonical === undefined) return []
    const domain = inTurn.find(key => key.kind === 'domain')?.value ?? ''
    return [
      { accountId: accountId({ type: canonical.kind, value: canonical.value }), domain, firstSeen: canonical.firstSeen, keys: inTurn },
    ]
  })
}

/** A domain is known since its first address, or since the first group that named it as its own. */
function domainsSince(groups: readonly GroupKey[], domains: readonly DomainKey[]): Map<string, number> {
  const since = new Map<string, number>()
  const note = (domain: string, at: number) => since.set(domain, Math.min(at, since.get(domain) ?? at))
  for (const { domain, firstSeen } of domains) if (firstSeen !== null) note(domain, firstSeen)
  for (const { joins, firstSeen } of groups) if (joins?.because === 'trait') note(joins.domain, firstSeen)
  return since
}

/** A member of a group, as far as it says which account the group is. */
export interface GroupMember {
  /** Corporate domain at the first sighting in the group; null for a free-mail address, undefined when no address is known. */
  readonly domain: string | null | undefined
  /** Groups the person belongs to in all. */
  readonly groups: number
}

/**
 * The one corporate domain that all members with a known address share; null when there is none.
 * Who belongs to several groups (a consultant) says nothing about any of them.
 */
export function sharedDomain(members: readonly GroupMember[]): string | null {
  const telling = members.filter(member => member.domain !== undefined && member.groups === 1)
  const domains = new Set(telling.map(member => member.domain))
  const [only] = domains
  return domains.size === 1 ? (only ?? null) : null
}
