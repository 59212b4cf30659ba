import type { Context } from 'hono'
import type { EdgeGuard } from '../ingest/request/guard.ts'
import { refuse } from '../ingest/request/refuse.ts'
import { wrongKeyOf } from '../ingest/request/source.ts'
import type { Source } from '../keys/ring.ts'
import type { SourceSettings } from '../keys/settings.ts'
import { type Bucket, createBucket, createNetworkBuckets, type Rate } from './buckets.ts'
import type { Refusals } from './refusals.ts'
import { createTriedKeys } from './triedKeys.ts'
import type { VisitorOf } from './visitor.ts'

/** Events a second at this process; null: no limit. */
export interface IngestRates {
  /** Of one address on the internet, with public keys. */
  readonly address: number | null
  /** Of a source, with its public keys. */
  readonly source: number | null
}

export interface IngestGuardEdges {
  readonly rates: IngestRates
  readonly visitor: VisitorOf
  readonly settings: (sourceId: string) => Pick<SourceSettings, 'events_per_second'> | null
  readonly refusals: Pick<Refusals, 'byAddress' | 'bySource'>
  readonly cookie: (c: Context) => string | null
  readonly now: () => number
  /** 32 random bits. */
  readonly seed: number
}

/** A page that comes back online sends what it kept at once; a school or an office does so behind one address. */
const ADDRESS_BURST_S = 20
const SOURCE_BURST_S = 10
/** No limit may be too small for the largest batch to pass whole. */
const LEAST_BURST = 2_500
/** What a request costs that brought nothing: it may have been a bomb of 5 MiB. */
const REFUSED_COSTS = 50
/** One whose key or page may not send: SDKs repeat it a hundred times by the settings that we give them, and others share their address. */
const STRANGER_COSTS = 5
/** Wrong keys of one address, each once, however many pages send it: far fewer than it takes to find a right one. */
const WRONG_KEYS: Rate = { perSecond: 20, burst: 1_000 }
const LONGEST_WAIT_S = 300
const COSTS: ReadonlyMap<number, number> = new Map([
  [400, REFUSED_COSTS],
  [401, STRANGER_COSTS],
  [403, STRANGER_COSTS],
  [413, REFUSED_COSTS],
  [415, REFUSED_COSTS],
])

/**
 * Limits by token bucket. A request is let in while its buckets hold anything, and all of its events are taken out, if need be below
 * zero: batches are never cut, and over time no more comes in than the rate. Server keys and imports are limited only where somebody
 * set a limit for the source.
 */
export function createIngestGuard({ rates, visitor, settings, refusals, cookie, now, seed }: IngestGuardEdges): EdgeGuard {
  const networks = rates.address === null ? null : createNetworkBuckets(rateOf(rates.address, ADDRESS_BURST_S), seed)
  const guesses = rates.address === null ? null : createNetworkBuckets(WRONG_KEYS, seed)
  const tried = createTriedKeys(seed)
  // Nobody has to wait after that: who sends good keys pays one comparison.
  let guessedUntil = 0
  const sources = new Map<string, { readonly perSecond: number; readonly bucket: Bucket }>()

  function bucketOf({ sourceId, trust }: Source, at: number): { readonly perSecond: number; readonly bucket: Bucket } | null {
    const set = settings(sourceId)?.events_per_second ?? 0
    const perSecond = set > 0 ? set : trust === 'browser' ? rates.source : null
    if (perSecond === null) return null
    const known = sources.get(sourceId)
    if (known?.perSecond === perSecond) return known
    const made = { perSecond, bucket: createBucket(rateOf(perSecond, SOURCE_BURST_S), at) }
    sources.set(sourceId, made)
    return made
  }

  return {
    knocking(c) {
      if (guessedUntil === 0) return
      const at = now()
      if (at >= guessedUntil) guessedUntil = 0
      const network = guesses === null || guessedUntil === 0 ? null : visitor(c)
      const wait = network === null ? 0 : (guesses?.wait(network, at) ?? 0)
      if (wait === 0) return
      refusals.byAddress()
      throw tooMuch('its address has sent too many wrong keys', wait)
    },
    arriving(c) {
      const network = networks === null ? null : visitor(c)
      if (networks === null || network === null) return
      const wait = networks.wait(network, now())
      if (wait === 0) return
      refusals.byAddress()
      throw tooMuch(`more than ${rates.address} events a second come from its address`, wait)
    },
    taking(c, source, events) {
      const at = now()
      const network = networks === null || source.trust !== 'browser' ? null : visitor(c)
      const limited = bucketOf(source, at)
      const wait = limited === null ? 0 : limited.bucket.wait(at)
      if (limited !== null && wait > 0) {
        refusals.bySource(source.sourceId)
        // Else who keeps a source at its limit could go on asking for ever.
        if (network !== null) networks?.take(network, 1, at)
        throw tooMuch(`source “${source.sourceId}” may send ${limited.perSecond} events a second`, wait)
      }
      limited?.bucket.take(events, at)
      if (network !== null) networks?.take(network, events, at)
    },
    refused(c) {
      const costs = COSTS.get(c.res.status) ?? 0
      const network = networks === null || costs === 0 ? null : visitor(c)
      if (network === null) return
      const at = now()
      networks?.take(network, costs, at)
      const wrongKey = wrongKeyOf(c.error)
      if (wrongKey === null || !tried.isNew(network, wrongKey)) return
      guesses?.take(network, 1, at)
      guessedUntil = Math.max(guessedUntil, at + 1000 * (guesses?.wait(network, at) ?? 0))
    },
    cookie,
  }
}

function rateOf(perSecond: number, seconds: number): Rate {
  return { perSecond, burst: Math.max(LEAST_BURST, perSecond * seconds) }
}

function tooMuch(because: string, wait: number) {
  const seconds = Math.min(LONGEST_WAIT_S, Math.max(1, Math.ceil(wait)))
  return refuse(429, 'rate_limited', `Nothing of this request was stored, because ${because}. Send it again in ${seconds} s.`, {
    'Retry-After': String(seconds),
  })
}
