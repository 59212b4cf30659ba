import type { Database } from '../db/open.ts'
import { insertRows, type Params, rows, sqlFile, sqlTime } from '../db/query.ts'
import { type Copy, openReloaded, RELOAD_MS } from './reloaded.ts'

/** What was set for a source at run time, as in the table `source_settings`. */
export interface SourceSettings {
  readonly source_id: string
  /** Pages that may send; empty: any. */
  readonly origins: readonly string[]
  /** With its public keys, at this process; 0: the gateway's default. */
  readonly events_per_second: number
  /** Whether answers to its pages set the first-party id. */
  readonly first_party_id: 0 | 1
  /** Members of properties and traits that are taken out before anything is kept. */
  readonly never_stored: readonly string[]
  readonly changed_at: number
  readonly version: number
}

export type WantedSettings = Pick<SourceSettings, 'source_id' | 'origins' | 'events_per_second' | 'first_party_id' | 'never_stored'>

export const settingsList = sqlFile<Params, SourceSettings>('source_settings_list')

/** Of every source that was ever set up. */
export function listSettings(db: Database): Promise<SourceSettings[]> {
  return rows(db.client, settingsList, {})
}

/** In force at every gateway within 5 s. The last word counts, whatever the clocks of two machines say. */
export async function putSettings(db: Database, wanted: WantedSettings, now: number): Promise<void> {
  const before = (await listSettings(db)).find(({ source_id }) => source_id === wanted.source_id)
  const version = Math.max(now, (before?.version ?? 0) + 1)
  await insertRows(db.client, 'source_settings', [{ ...wanted, changed_at: sqlTime(now), version }])
}

/** The settings in force; asking costs no query. */
export interface SettingsRing {
  of(sourceId: string): SourceSettings | null
  reload(): Promise<void>
  close(): void
}

export interface SettingsRingEdges {
  readonly load: () => Promise<readonly SourceSettings[]>
  readonly copy: Copy<SourceSettings>
  readonly onStale?: (error: unknown) => void
  readonly reloadMs?: number
}

export async function openSettingsRing({ load, copy, onStale, reloadMs = RELOAD_MS }: SettingsRingEdges): Promise<SettingsRing> {
  const index = (list: readonly SourceSettings[]) => new Map(list.map(settings => [settings.source_id, settings]))
  const list = await openReloaded({ load, copy, index, onStale, reloadMs })
  return {
    of: sourceId => list.current().get(sourceId) ?? null,
    reload: list.reload,
    close: list.close,
  }
}
