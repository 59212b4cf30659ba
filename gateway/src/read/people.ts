import type { Database } from '../db/open.ts'
import { rows, sqlFile } from '../db/query.ts'
import { type Identifier, keyOf } from '../identity/ids.ts'
import { lookup } from '../identity/lookup.ts'
import { mapList } from '../identity/profileMap.ts'
import { inBatches } from './batches.ts'

interface NameRow {
  readonly profile_id: string
  readonly name: string
  readonly first_name: string
  readonly last_name: string
  readonly title: string
  readonly email: string
  readonly user_id: string
}

export const namesQuery = sqlFile<{ profile_ids: readonly string[] }, NameRow>('profile_names')

/** A person as shown in lists. */
export interface PersonCard {
  /** Name, else e-mail, else user id, else an anonymous visitor told apart by the end of the profile's id. */
  readonly label: string
  readonly name: string | null
  readonly email: string | null
  readonly title: string | null
}

/** Cards of these profiles; every one asked for is there. */
export async function personCards(db: Database, profileIds: readonly string[]): Promise<Map<string, PersonCard>> {
  const wanted = [...new Set(profileIds)].filter(id => id !== '')
  if (wanted.length === 0) return new Map()
  const found = new Map<string, NameRow>()
  for (const profile_ids of inBatches(wanted))
    for (const row of await rows(db.reader, namesQuery, { profile_ids })) found.set(row.profile_id, row)
  return new Map(
    wanted.map(id => {
      const row = found.get(id)
      return [id, { label: personName(id, row), name: fullName(row) || null, email: row?.email || null, title: row?.title || null }]
    }),
  )
}

export function personName(profileId: string, row: Omit<NameRow, 'profile_id'> | undefined): string {
  return fullName(row) || row?.email || row?.user_id || `Anonymous visitor ${profileId.slice(-4)}`
}

function fullName(row: Omit<NameRow, 'profile_id'> | undefined): string {
  return row === undefined ? '' : row.name || `${row.first_name} ${row.last_name}`.trim()
}

/** Profile of each identifier, by `keyOf`; identifiers that nobody has are left out. */
export async function profilesOf(db: Database, identifiers: readonly Identifier[]): Promise<Map<string, string>> {
  const unique = [...new Map(identifiers.map(identifier => [keyOf(identifier), identifier])).values()]
  const found = await lookup(db.reader, mapList, unique)
  return new Map(found.map(row => [keyOf({ type: row.identifier_type, value: row.identifier }), row.profile_id]))
}
