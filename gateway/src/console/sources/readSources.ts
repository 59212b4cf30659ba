import type { Database } from '../../db/open.ts'
import { rows, sqlFile, sqlTime } from '../../db/query.ts'
import type { SourceRefusals } from '../../edge/refusals.ts'
import type { Told } from '../../health/facts.ts'
import { told } from '../../health/told.ts'
import type { IngestCounts, Stats } from '../../ingest/stats.ts'
import { configuredOrigins, type OriginRule } from '../../keys/origins.ts'
import type { Scope, SecretKeySetting, WriteKeySetting } from '../../keys/parse.ts'
import type { SourceSettings } from '../../keys/settings.ts'
import { listKeys, type StoredKey } from '../../keys/table.ts'

/** Everything that sends, or may. Times are epoch milliseconds. */
export interface SourcesFacts {
  readonly sources: readonly SourceFacts[]
  readonly secretKeys: readonly SecretKeyFacts[]
  /** Why created keys or counts are missing from the above; null when nothing is. */
  readonly missing: string | null
}

export interface SourceFacts {
  readonly name: string
  readonly keys: readonly WriteKeyFacts[]
  /** Pages that may send; null: any. */
  readonly origins: readonly string[] | null
  readonly hasFirstPartyId: boolean
  /** Turned away since this gateway started. */
  readonly refusals: SourceRefusals
  readonly day: IngestCounts
  readonly week: IngestCounts
  readonly lastAt: number | null
  /** Of the last 7 days, stored as any other and counted for nobody's intent; the most frequent first; null: not known. */
  readonly bots: readonly BotFacts[] | null
}

export interface BotFacts {
  readonly reason: string
  readonly events: number
}

interface KeyFacts {
  /** null: configured, so it cannot be revoked here. */
  readonly id: string | null
  readonly last4: string
  readonly createdAt: number | null
  /** Ahead of now while a rotated key is still good. */
  readonly revokedAt: number | null
}

export interface WriteKeyFacts extends KeyFacts {
  readonly server: boolean
  /** A browser key stands in every page, and may be shown. Never of a server key. */
  readonly publicKey: string | null
}

export interface SecretKeyFacts extends KeyFacts {
  readonly name: string
  readonly scopes: readonly Scope[]
}

export interface SourcesEdges {
  readonly db: Database
  readonly writeKeys: readonly WriteKeySetting[]
  readonly secretKeys: readonly SecretKeySetting[]
  readonly allowedOrigins: readonly OriginRule[]
  /** What was set at run time, as it is in force here. */
  readonly settings: (source: string) => SourceSettings | null
  readonly refusals: (source: string) => SourceRefusals
  readonly readStats: Stats
  readonly now: () => number
  readonly patienceMs?: number
}

export const lastEvents = sqlFile<{ lately: string }, { source_id: string; last_received_at: number }>('source_last_events')

export const sourceBots = sqlFile<{ from: string; to: string }, { source_id: string; bot_reason: string; events: number }>('source_bots')

const DAY_MS = 86_400_000
const NOTHING: IngestCounts = { received: 0, stored: 0, pending: 0, deduplicated: 0, rejected: 0, suppressed: 0 }

/** Sources with a key first, then those that only ever sent (imports, keys that are gone). While the engine is away: what is configured. */
export async function readSources(edges: SourcesEdges): Promise<SourcesFacts> {
  const { db, now, readStats, patienceMs = 5_000 } = edges
  const [created, day, week, last, bots] = await Promise.all([
    told(() => listKeys(db), patienceMs),
    told(signal => readStats({ from: now() - DAY_MS }, signal), patienceMs),
    told(signal => readStats({ from: now() - 7 * DAY_MS }, signal), patienceMs),
    told(signal => rows(db.reader, lastEvents, { lately: sqlTime(now() - DAY_MS) }, { signal }), patienceMs),
    told(signal => rows(db.reader, sourceBots, { from: sqlTime(now() - 7 * DAY_MS), to: sqlTime(now() + DAY_MS) }, { signal }), patienceMs),
  ])
  const keys = known(created, [])
  const lastAt = new Map(known(last, []).map(row => [row.source_id, row.last_received_at]))
  const ofDay = known(day, null)?.bySource ?? {}
  const ofWeek = known(week, null)?.bySource ?? {}
  const written = keys.filter(key => key.kind === 'write')
  const names = new Set([...edges.writeKeys, ...written].map(({ name }) => name))
  const others = [...lastAt.keys(), ...Object.keys(ofWeek)].filter(name => !names.has(name)).sort()
  return {
    sources: [...new Set([...names, ...others])].map(name => ({
      name,
      keys: [
        ...edges.writeKeys.filter(key => key.name === name).map(configuredWrite),
        ...written
          .filter(key => key.name === name)
          .map(key => ({
            ...storedFacts(key),
            server: key.is_server === 1,
            publicKey: key.public_key === '' ? null : key.public_key,
          })),
      ],
      origins: originsOf(edges, name),
      hasFirstPartyId: edges.settings(name)?.first_party_id === 1,
      refusals: edges.refusals(name),
      day: ofDay[name] ?? NOTHING,
      week: ofWeek[name] ?? NOTHING,
      lastAt: lastAt.get(name) ?? null,
      bots: known(bots, null)?.flatMap(row => (row.source_id === name ? [{ reason: row.bot_reason, events: row.events }] : [])) ?? null,
    })),
    secretKeys: [
      ...edges.secretKeys.map(key => ({ ...configuredFacts(key), name: key.name, scopes: key.scopes })),
      ...keys.filter(key => key.kind === 'secret').map(key => ({ ...storedFacts(key), name: key.name, scopes: key.scopes })),
    ],
    missing: [created, day, week, last].map(look => (look.isKnown ? null : look.error)).find(error => error !== null) ?? null,
  }
}

function known<T, E>(look: Told<T>, otherwise: E): T | E {
  return look.isKnown ? look.value : otherwise
}

function configuredWrite(setting: WriteKeySetting): WriteKeyFacts {
  return { ...configuredFacts(setting), server: setting.server, publicKey: setting.server ? null : setting.key }
}

function configuredFacts({ key }: { readonly key: string }): KeyFacts {
  // Of a short configured key the last four would be most of it.
  return { id: null, last4: key.length >= 12 ? key.slice(-4) : '', createdAt: null, revokedAt: null }
}

function storedFacts({ key_id, last4, created_at, revoked_at }: StoredKey): KeyFacts {
  return { id: key_id, last4, createdAt: created_at, revokedAt: revoked_at }
}

function originsOf({ allowedOrigins, settings }: SourcesEdges, name: string): readonly string[] | null {
  const origins = configuredOrigins(allowedOrigins, name) ?? settings(name)?.origins ?? []
  return origins.length === 0 ? null : origins
}
