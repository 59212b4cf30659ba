import type { Database } from '../db/open.ts'
import { rows, sqlFile, sqlTime } from '../db/query.ts'
import { idsOf, type KeyParams, lookup } from '../identity/lookup.ts'
import { FOREVER } from '../identity/membership.ts'
import type { AccountEdges } from './accounts.ts'
import { personCards } from './people.ts'
import { type Member, ROLES } from './shapes.ts'
import { iso } from './times.ts'

export interface MembershipRow {
  readonly profile_id: string
  readonly account_id: string
  readonly rule: string
  readonly certainty: number
  readonly valid_from: number
  readonly valid_to: number
}

interface PersonRow {
  readonly profile_id: string
  readonly rule: string
  readonly certainty: number
  readonly since: number
  readonly role: string
  readonly identifiers: readonly (readonly [type: string, value: string])[]
  readonly first_seen_at: number
  readonly last_seen_at: number
}

type PeopleParams = {
  readonly account_id: string
  readonly now: string
  readonly titles: string
  readonly most_identifiers: number
  readonly limit: number
}

/** People told of one account; `peopleCount` has them all. */
const MOST_PEOPLE = 200
const MOST_IDENTIFIERS = 5

const membershipList = sqlFile<KeyParams, MembershipRow>('membership_list')
export const peopleQuery = sqlFile<PeopleParams, PersonRow>('account_people')

/** Memberships of a profile, strongest first. */
export async function membershipsOfProfile(db: Database, profileId: string): Promise<MembershipRow[]> {
  const found = await lookup(db.reader, membershipList, idsOf([profileId]), 'profile')
  return found.sort((a, b) => b.certainty - a.certainty || a.valid_from - b.valid_from || (a.rule < b.rule ? -1 : 1))
}

/** People who belong to an account now, each once by the strongest rule, most recently active first. */
export async function readPeople({ db, models, now }: AccountEdges, accountId: string): Promise<Member[]> {
  const found = await rows(db.reader, peopleQuery, {
    account_id: accountId,
    now: sqlTime(now()),
    // The scorer weighs roles by the same pattern.
    titles: `(?i)${models.intent.decisionMakerTitles}`,
    most_identifiers: MOST_IDENTIFIERS,
    limit: MOST_PEOPLE,
  })
  const cards = await personCards(
    db,
    found.map(row => row.profile_id),
  )
  return found.flatMap(row => {
    const card = cards.get(row.profile_id)
    if (card === undefined) return []
    return [
      {
        profileId: row.profile_id,
        ...card,
        role: ROLES.find(role => role === row.role) ?? 'anonymous',
        identifiers: row.identifiers.map(([type, value]) => ({ type, value })),
        rule: row.rule,
        certainty: row.certainty,
        since: iso(row.since),
        firstSeenAt: iso(row.first_seen_at),
        lastSeenAt: iso(row.last_seen_at),
      },
    ]
  })
}

/** null: from the beginning, and still. */
export function validity({ valid_from, valid_to }: MembershipRow): { from: string | null; to: string | null } {
  return { from: iso(valid_from), to: valid_to >= FOREVER ? null : iso(valid_to) }
}
