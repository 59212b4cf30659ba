import type { Context } from 'hono'
import type { Config } from '../config.ts'
import type { EdgeGuard } from '../ingest/request/guard.ts'
import { configuredOrigins, originListed } from '../keys/origins.ts'
import type { SettingsRing } from '../keys/settings.ts'
import { firstPartyCookie } from './firstPartyId.ts'
import { createIngestGuard } from './ingestGuard.ts'
import { createRefusals, type Refusals } from './refusals.ts'
import { createVisitorOf } from './visitor.ts'

/** What stands between the internet and the ingest routes. */
export interface Edge {
  readonly guard: EdgeGuard
  readonly refusals: Refusals
  /** Whether pages of this origin may send for the source; those that may not are counted. */
  isOriginAllowed(sourceId: string, origin: string): boolean
}

export interface EdgeEdges {
  readonly config: Pick<Config, 'allowedOrigins' | 'proxies' | 'addressRate' | 'sourceRate'>
  readonly settings: Pick<SettingsRing, 'of'>
  readonly now: () => number
  /** 32 random bits. */
  readonly seed: number
}

export function createEdge({ config, settings, now, seed }: EdgeEdges): Edge {
  const refusals = createRefusals()
  const hasFirstPartyId = (c: Context) => {
    const source: unknown = c.get('sourceId')
    return typeof source === 'string' && settings.of(source)?.first_party_id === 1
  }
  return {
    guard: createIngestGuard({
      rates: { address: config.addressRate, source: config.sourceRate },
      visitor: createVisitorOf(config.proxies),
      settings: settings.of,
      refusals,
      cookie: c => (hasFirstPartyId(c) ? firstPartyCookie(c) : null),
      now,
      seed,
    }),
    refusals,
    isOriginAllowed(sourceId, origin) {
      // What the environment says of a source is not undone by a form.
      const listed = configuredOrigins(config.allowedOrigins, sourceId) ?? settings.of(sourceId)?.origins ?? []
      const isAllowed = originListed(listed, origin)
      if (!isAllowed) refusals.byOrigin(sourceId, origin, now())
      return isAllowed
    },
  }
}
