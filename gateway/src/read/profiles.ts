import type { Database } from '../db/open.ts'
import { rows, sqlFile } from '../db/query.ts'
import type { TraitRow } from '../identity/accountScope.ts'
import type { Identifier } from '../identity/ids.ts'
import { idsOf, type KeyParams, lookup } from '../identity/lookup.ts'
import { edgeList } from '../identity/neighbourhood.ts'
import { mapList } from '../identity/profileMap.ts'
import type { LedgerRow as OwnedLedgerRow } from '../identity/resolve.ts'
import { membershipsOfProfile, validity } from './members.ts'
import type { Profile } from './shapes.ts'
import { iso } from './times.ts'

type LedgerRow = Omit<OwnedLedgerRow, 'profile_id'>

const identifierList = sqlFile<KeyParams, { profile_id: string; identifier_type: string; identifier: string }>('profile_identifier_list')
const traitList = sqlFile<KeyParams, TraitRow>('trait_list')
export const profileLedgerQuery = sqlFile<{ types: readonly string[]; values: readonly string[] }, LedgerRow>('profile_ledger')

/** A profile by any of its identifiers, with what is known of the person; null when nobody has the identifier. */
export async function readProfile(db: Database, asked: Identifier): Promise<Profile | null> {
  const found = await identifiersAround(db, asked)
  if (found === null) return null
  const { profileId, identifiers } = found
  const [edges, traits, accounts] = await Promise.all([
    lookup(db.reader, edgeList, identifiers, 'left'),
    lookup(db.reader, traitList, identifiers),
    membershipsOfProfile(db, profileId),
  ])
  return {
    profileId,
    identifiers: identifiers.map(({ type, value }) => {
      const seen = edges.filter(edge => edge.left_type === type && edge.left === value)
      const first = seen.map(edge => edge.first_seen_at).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
      const last = seen.map(edge => edge.last_seen_at).reduce((a, b) => Math.max(a, b), 0)
      return { type, value, firstSeenAt: Number.isFinite(first) ? iso(first) : null, lastSeenAt: iso(last) }
    }),
    traits: strongestTraits(traits),
    accounts: accounts.map(row => ({ accountId: row.account_id, rule: row.rule, certainty: row.certainty, ...validity(row) })),
  }
}

/** The ledger of a profile's identifiers; null when nobody has the identifier. */
export async function readMerges(db: Database, asked: Identifier): Promise<readonly object[] | null> {
  const found = await identifiersAround(db, asked)
  if (found === null) return null
  const { identifiers } = found
  const entries = await rows(db.reader, profileLedgerQuery, {
    types: identifiers.map(({ type }) => type),
    values: identifiers.map(({ value }) => value),
  })
  return entries.map(row => ({
    mergeId: row.entry_id,
    kind: row.kind,
    rule: row.rule,
    left: { type: row.left_type, value: row.left },
    right: { type: row.right_type, value: row.right },
    evidence: evidenceOf(row.evidence),
    at: iso(row.at),
  }))
}

/** Traits of several identifiers as one: the stronger statement wins (server before browser, then the later one). */
function strongestTraits(traits: readonly Pick<TraitRow, 'name' | 'value' | 'rank'>[]): Record<string, unknown> {
  const best = new Map<string, { rank: bigint; value: string }>()
  for (const { name, value, rank } of traits) {
    const rival = best.get(name)
    if (rival === undefined || BigInt(rank) > rival.rank) best.set(name, { rank: BigInt(rank), value })
  }
  // fromEntries defines own properties, so a trait named __proto__ stays a plain one.
  return Object.fromEntries([...best].map(([name, { value }]) => [name, JSON.parse(value)]).filter(([, value]) => value !== null))
}

async function identifiersAround(db: Database, asked: Identifier): Promise<{ profileId: string; identifiers: Identifier[] } | null> {
  const value = asked.type === 'email' ? asked.value.trim().toLowerCase() : asked.value.trim()
  const [owner] = await lookup(db.reader, mapList, [{ type: asked.type, value }])
  if (owner === undefined) return null
  const own = await lookup(db.reader, identifierList, idsOf([owner.profile_id]))
  return { profileId: owner.profile_id, identifiers: own.map(row => ({ type: row.identifier_type, value: row.identifier })) }
}

/** The ledger keeps evidence as JSON text. */
function evidenceOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Written by a person or an older version: shown as it is.
    return text
  }
}
