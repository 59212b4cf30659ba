import { Hono } from 'hono'
import { createApp } from '../app.ts'
import type { Database } from '../db/open.ts'
import { createHotSet } from '../ingest/dedupe.ts'
import { createRedaction } from '../ingest/enrich/redact.ts'
import { createIngestCounters } from '../ingest/request/counters.ts'
import { refuse } from '../ingest/request/refuse.ts'
import { createIngestRoutes } from '../ingest/routes.ts'
import { createReachedAt } from '../ingest/wire/reachedAt.ts'
import { createWireRoutes } from '../ingest/wire/wireRoutes.ts'
import { isKeyName, type WriteKeySetting } from '../keys/parse.ts'
import type { KeyRing, Source } from '../keys/ring.ts'
import { explainError, type Log } from '../log.ts'
import { createPlanGate } from '../plan/gate.ts'
import { mayRefuse, type PlanOf } from '../plan/sourcePlan.ts'
import type { Readiness } from '../readiness.ts'
import { createSdkRoutes } from '../sdkRoutes.ts'
import { brokenRules } from './brokenRule.ts'
import { createMemory, type Memory } from './memory.ts'
import { createMicroRoutes } from './microRoutes.ts'

export interface MicroEdges {
  readonly version: string
  /** Where it is reached, for what SDKs are told. */
  readonly url: string
  /** Only these are known; without any, every key is, and its source has its name. */
  readonly writeKeys: readonly WriteKeySetting[]
  /** Tracking plans; none by default. */
  readonly planOf?: PlanOf
  /** Parameters of addresses that are not kept, besides those that never are. */
  readonly redactParameters?: readonly string[]
  readonly log: Log
  readonly now: () => number
  readonly randomUUID: () => string
  readonly sdkFile: URL
  /** Folder of Segment's scripts; null where they are not installed. */
  readonly segmentScripts: string | null
  /** File with RudderStack's plugins; null where it is not installed. */
  readonly rudderPlugins: string | null
}

/** The gateway without spool and warehouse: the same routes, judgements and rows, kept in memory until a test has looked at them. */
export function createMicro({
  version,
  url,
  writeKeys,
  log,
  now,
  randomUUID,
  sdkFile,
  segmentScripts,
  rudderPlugins,
  planOf = () => null,
  redactParameters = [],
}: MicroEdges): Hono {
  const redact = createRedaction(redactParameters)
  const memory = createMemory({ redact, planOf })
  const fresh = () => createHotSet({ now, maxKeys: MOST_KEYS })
  const seen = { hotSet: fresh() }
  const keys: Pick<KeyRing, 'writeKey' | 'secretKey'> = { writeKey: knownKeys(writeKeys), secretKey: () => null }
  const ingest = createIngestRoutes({
    keys,
    // Told to `memory` by the very hook that tells the console's live page: what it is told is what would be durable now.
    spool: { append: async () => undefined },
    hotSet: { open: source => seen.hotSet.open(source) },
    db: NO_WAREHOUSE,
    counters: createIngestCounters(),
    live: memory.live,
    redact,
    checkPlan: createPlanGate({ of: telling(planOf, memory, now) }, redact),
    needsLook: source => mayRefuse(planOf(source)),
    now,
    randomUUID,
  })
  const wire = createWireRoutes({
    ingest,
    keys,
    live: memory.live,
    now,
    reachedAt: createReachedAt({ url, proxied: () => null }),
    segmentScripts,
    rudderPlugins,
    onFailure: error => log.error('a pixel could not be taken', { error: explainError(error) }),
  })
  const micro = createMicroRoutes({
    memory,
    now,
    reset() {
      seen.hotSet = fresh()
      memory.reset()
    },
  })
  const openapi = lazily(async () => {
    const [{ createOpenApiRoutes }, { MICRO }, { PEERS, SEND }, { HEALTH }] = await Promise.all([
      import('../openapi/openapiRoutes.ts'),
      import('../openapi/microOperations.ts'),
      import('../openapi/sendOperations.ts'),
      import('../openapi/operateOperations.ts'),
    ])
    return createOpenApiRoutes(version, [...MICRO, ...SEND, ...HEALTH, ...PEERS])
  })
  const without = new Hono()
  for (const path of ['/openapi', '/openapi.json', '/openapi.css']) without.get(path, async c => (await openapi()).fetch(c.req.raw))
  without.get('/v1/rejected', () => {
    throw refuse(404, 'no_warehouse', 'Micro mode keeps events in memory: GET /micro/bad lists those that were not stored.')
  })
  return createApp({
    routes: [micro, without, createSdkRoutes(sdkFile), ingest, wire],
    log,
    notReady: () => null,
    readiness: () => READY,
  })
}

/** Plans that tell of the rules that are broken while an event is looked at before the answer. */
function telling(planOf: PlanOf, memory: Pick<Memory, 'broke'>, now: () => number): PlanOf {
  return source => {
    const planned = planOf(source)
    if (planned === null) return null
    return {
      ...planned,
      check(event) {
        const violations = planned.check(event)
        const broken = { receivedAt: new Date(now()).toISOString(), source, messageId: event.messageId ?? null }
        if (violations.length > 0) memory.broke(brokenRules(event, violations, planned, broken))
        return violations
      },
    }
  }
}

/** What hardly any run asks for must not be waited for by all of them. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make()
    return made
  }
}

const MOST_KEYS = 100_000

// Only the list of rejected events asks for one, and that route is answered before.
const NO_WAREHOUSE = {} as Database

const ABLE = { ready: true, reason: null }
const READY: Readiness = {
  status: 'ready',
  ingest: ABLE,
  read: ABLE,
  spool: { bytes: 0, maxBytes: 0, segments: 0, damaged: 0, unreadable: 0, oldestAgeMs: 0 },
  alerts: [],
}

function knownKeys(settings: readonly WriteKeySetting[]): (presented: string) => Source | null {
  if (settings.length === 0) return key => ({ sourceId: isKeyName(key) ? key : 'micro', trust: 'browser' })
  const known = new Map(
    settings.map(({ name, key, server }): [string, Source] => [key, { sourceId: name, trust: server ? 'server' : 'browser' }]),
  )
  return key => known.get(key) ?? null
}
