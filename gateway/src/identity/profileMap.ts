import { sqlFile } from '../db/query.ts'
import type { Identifier } from './ids.ts'
import type { KeyParams } from './lookup.ts'

/** A row of `identity_map`. */
export interface MapRow {
  readonly identifier_type: string
  readonly identifier: string
  readonly profile_id: string
}

export const mapList = sqlFile<KeyParams, MapRow>('identity_map_list')
export const profileIdentifiers = sqlFile<KeyParams, MapRow>('profile_identifier_list')

export function ownerOf(row: MapRow): Identifier {
  return { type: row.identifier_type, value: row.identifier }
}
