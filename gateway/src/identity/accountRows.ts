import type { KnownAccount } from './accountKeys.ts'
import { type AccountScope, type KeyRow, parse, type TraitRow } from './accountScope.ts'
import { byText } from './ids.ts'

/** A row of `accounts`; times in epoch ms. */
export interface AccountRow {
  readonly account_id: string
  readonly name: string
  readonly domain: string
  /** JSON objects. */
  readonly traits: string
  readonly trait_sources: string
  readonly first_seen_at: number
}

/** An account with the traits of all its groups: what a server says beats what a browser says, then what is later beats what is earlier. */
export function accountRow(account: KnownAccount, traits: AccountScope['traits']): AccountRow {
  const best = new Map<string, TraitRow>()
  for (const key of account.keys) {
    if (key.kind !== 'group_id') continue
    for (const trait of traits.get(key.value) ?? []) {
      const rival = best.get(trait.name)
      if (rival === undefined || isStronger(trait, rival)) best.set(trait.name, trait)
    }
  }
  const told = [...best.values()].filter(trait => trait.value !== 'null').sort((a, b) => byText(a.name, b.name))
  const values = Object.fromEntries(told.map(trait => [trait.name, parse(trait.value)]))
  const sources = Object.fromEntries(
    told.map(trait => [trait.name, { source: trait.source_id, trust: trait.trust, at: new Date(trait.set_at).toISOString() }]),
  )
  return {
    account_id: account.accountId,
    name: nameOf(account, values.name),
    domain: account.domain,
    traits: JSON.stringify(values),
    trait_sources: JSON.stringify(sources),
    first_seen_at: account.firstSeen,
  }
}

/** Rows of `account_keys` for these accounts. */
export function keyRows(accounts: readonly KnownAccount[]): KeyRow[] {
  return accounts.flatMap(account =>
    account.keys.map(key => ({ kind: key.kind, value: key.value, account_id: account.accountId, first_seen_at: key.firstSeen })),
  )
}

function nameOf(account: KnownAccount, told: unknown): string {
  if (typeof told === 'string' && told.trim() !== '') return told.trim()
  return account.domain === '' ? (account.keys[0]?.value ?? '') : account.domain
}

function isStronger(trait: TraitRow, rival: TraitRow): boolean {
  const [rank, other] = [BigInt(trait.rank), BigInt(rival.rank)]
  return rank === other ? byText(trait.identifier, rival.identifier) < 0 : rank > other
}
