import type { Event } from '@waymark/schemas/event'
import type { Context } from 'hono'
import type { Config } from '../config.ts'
import type { EngineState } from '../db/engine/supervise.ts'
import type { Database } from '../db/open.ts'
import type { Connections } from '../edge/connections.ts'
import type { Origins } from '../geo/originFiles.ts'
import type { GatewayFacts } from '../health/facts.ts'
import type { Loader } from '../ingest/load/loader.ts'
import type { Spool } from '../ingest/spool/spool.ts'
import type { Pipeline } from '../jobs/pipeline.ts'
import type { SecretKeySetting, WriteKeySetting } from '../keys/parse.ts'
import type { KeyRing } from '../keys/ring.ts'
import type { SettingsRing } from '../keys/settings.ts'
import type { Log } from '../log.ts'
import type { Tally } from '../metrics/tally.ts'
import type { Models } from '../model/models.ts'
import type { PlanBook } from '../plan/book.ts'

/** Everything that routes work with, opened. */
export interface SurfaceDeps {
  readonly config: Config
  readonly url: string
  readonly db: Database
  readonly models: Models
  readonly keys: KeyRing
  readonly settings: SettingsRing
  readonly plans: PlanBook
  readonly writeKeys: readonly WriteKeySetting[]
  readonly secretKeys: readonly SecretKeySetting[]
  readonly spool: Spool
  readonly loader: Loader
  readonly pipeline: Pipeline
  readonly log: Log
  readonly now: () => number
  /** Names this life of the process: no other had or will have it. */
  readonly life: string
  readonly sdkFile: URL
  readonly demo: boolean
  readonly notReady: () => string | null
  /** Whether the warehouse could ever be used since the start. */
  readonly wasReached: () => boolean
  readonly tally: Tally
  /** Of the embedded engine; null with a server of its own. */
  readonly engineState: () => EngineState | null
  /** Of the server that listens; null before it does. */
  readonly connections: () => Connections['counts'] | null
  /** Path of INGEST_PATH that a request was called below; '' where it was not. */
  readonly below?: ((c: Context) => string) | undefined
  /** Of GEOIP_FILE and GEOIP_ASN_FILE; null without. */
  readonly origins: Origins | null
  /** This process, now. */
  readonly gateway: () => GatewayFacts
  /** Aborted when the gateway begins to stop: what would go on for ever ends. */
  readonly leaving: AbortSignal
  /** Whether an event is of somebody who must not be stored; of nobody by default. */
  readonly isSuppressed?: (event: Event) => boolean
}
