import type { Database } from '../db/open.ts'
import { rows, sqlFile } from '../db/query.ts'

interface NameRow {
  readonly profile_id: string
  readonly name: string
  readonly first_name: string
  readonly last_name: string
  readonly title: string
  readonly email: string
  readonly user_id: string
}

export interface Identifier {
  readonly type: string
  readonly value: string
}

const namesQuery = sqlFile<{ profile_ids: readonly string[] }, NameRow>('profile_names')
const nodesQuery = sqlFile<
  { types: readonly string[]; identifiers: readonly string[] },
  { identifier_type: string; identifier: string; profile_id: string }
>('node_profiles')

/** What to call each person: name, else e-mail, else user id, else an anonymous visitor told apart by the end of the profile's id. */
export async function personNames(db: Database, profileIds: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(profileIds)].filter(id => id !== '')
  if (wanted.length === 0) return new Map()
  const found = new Map((await rows(db.reader, namesQuery, { profile_ids: wanted })).map(row => [row.profile_id, row]))
  return new Map(wanted.map(id => [id, personName(id, found.get(id))]))
}

export function personName(profileId: string, row: Omit<NameRow, 'profile_id'> | undefined): string {
  const full = row === undefined ? '' : row.name || `${row.first_name} ${row.last_name}`.trim() || row.email || row.user_id
  return full || `Anonymous visitor ${profileId.slice(-4)}`
}

/** Profile of each identifier, keyed by `nodeKey`. */
export async function profilesOf(db: Database, nodes: readonly Identifier[]): Promise<Map<string, string>> {
  if (nodes.length === 0) return new Map()
  const unique = [...new Map(nodes.map(node => [nodeKey(node), node])).values()]
  const found = await rows(db.reader, nodesQuery, { types: unique.map(node => node.type), identifiers: unique.map(node => node.value) })
  return new Map(found.map(row => [nodeKey({ type: row.identifier_type, value: row.identifier }), row.profile_id]))
}

export function nodeKey({ type, value }: Identifier): string {
  return `${type}\0${value}`
}
