import type { Database } from '../db/open.ts'
import { sqlFile } from '../db/query.ts'
import { idsOf, type KeyParams, lookup } from '../identity/lookup.ts'
import { FOREVER } from '../identity/membership.ts'
import { personCards } from './people.ts'
import type { Member } from './shapes.ts'
import { iso } from './times.ts'

export interface MembershipRow {
  readonly profile_id: string
  readonly account_id: string
  readonly rule: string
  readonly certainty: number
  readonly valid_from: number
  readonly valid_to: number
}

const membershipList = sqlFile<KeyParams, MembershipRow>('membership_list')

/** Memberships of a profile or of an account, strongest first. */
export async function memberships(db: Database, side: 'profile' | 'account', id: string): Promise<MembershipRow[]> {
  const found = await lookup(db.reader, membershipList, idsOf([id]), side)
  return found.sort((a, b) => b.certainty - a.certainty || a.valid_from - b.valid_from || (a.rule < b.rule ? -1 : 1))
}

/** People of an account, those who belong to it now first, each once by the strongest rule. */
export async function readPeople(db: Database, now: number, accountId: string): Promise<Member[]> {
  const byStrength = (await memberships(db, 'account', accountId)).sort((a, b) => Number(b.valid_to > now) - Number(a.valid_to > now))
  const strongest = [...new Map(byStrength.toReversed().map(row => [row.profile_id, row])).values()].reverse()
  const cards = await personCards(
    db,
    strongest.map(row => row.profile_id),
  )
  return strongest.flatMap(row => {
    const card = cards.get(row.profile_id)
    const { from: since, to: until } = validity(row)
    return card === undefined ? [] : [{ profileId: row.profile_id, ...card, rule: row.rule, certainty: row.certainty, since, until }]
  })
}

/** null: from the beginning, and still. */
export function validity({ valid_from, valid_to }: MembershipRow): { from: string | null; to: string | null } {
  return { from: iso(valid_from), to: valid_to >= FOREVER ? null : iso(valid_to) }
}
