import { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { Event, EventType, IngestReply } from '@waymark/schemas/event'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Database } from '../db/open.ts'
import type { KeyRing, Source } from '../keys/ring.ts'
import type { HotSet } from './dedupe.ts'
import type { FindOrigin, Origin } from './enrich/origin.ts'
import type { Redact } from './enrich/redact.ts'
import { reduced, type WithoutNamed } from './event/neverStored.ts'
import type { RefusedRequest } from './live/entry.ts'
import type { LiveFeed } from './live/feed.ts'
import { createReceiver, type ReceiverEdges } from './receive.ts'
import { createScannedReceiver } from './receiveScanned.ts'
import { answerJson, cors } from './request/cors.ts'
import { countRequest, type IngestCounters } from './request/counters.ts'
import { createBodyReader, type Envelope, parseBody } from './request/decode.ts'
import type { EdgeGuard } from './request/guard.ts'
import { overloaded } from './request/overloaded.ts'
import { refusalCode, refuse } from './request/refuse.ts'
import { listRejected } from './request/rejectedList.ts'
import { basicKey, importedSource, noSecretKey, secretKeyOf, sourceOfWriteKey } from './request/source.ts'
import { visitorAgent } from './request/visitorAgent.ts'
import { createReader } from './scan/reader.ts'
import { createScanner } from './scan/scanner.ts'
import type { Frame } from './spool/frame.ts'
import { FrameTooLarge } from './spool/frameTooLarge.ts'
import type { Spool } from './spool/spool.ts'
import { SpoolFull } from './spool/spoolFull.ts'
import { BATCH_PATHS, SINGLE_PATHS, TYPED_PATHS } from './wire/paths.ts'

export interface IngestDeps {
  readonly keys: Pick<KeyRing, 'writeKey' | 'secretKey'>
  readonly spool: Pick<Spool, 'append'>
  readonly hotSet: HotSet
  readonly db: Database
  readonly counters: IngestCounters
  readonly now: () => number
  readonly randomUUID: () => string
  /** Names this life of the process to whoever makes the rows. */
  readonly life?: string | undefined
  /** Advisory list of pages by source; every page by default. */
  readonly isOriginAllowed?: (sourceId: string, origin: string) => boolean
  readonly isSuppressed?: (event: Event) => boolean
  /** Whether `checkPlan` may refuse events of this source, which must then be seen one by one; by default it may. */
  readonly needsLook?: (sourceId: string) => boolean
  readonly checkPlan?: ReceiverEdges['checkPlan']
  /** Takes out of the events of a source what is never stored of it; null where nothing is. */
  readonly neverStored?: (sourceId: string) => WithoutNamed | null
  /** What of addresses is kept of no rejected event. */
  readonly redact?: Redact
  /** Where people look whether their events arrive. */
  readonly live?: Pick<LiveFeed, 'storing' | 'passedOver' | 'refused'>
  /** Told where no request can be scanned, so that each is parsed. */
  readonly onNoScanner?: () => void
  /** Who may send how much; nobody is limited without one. */
  readonly guard?: EdgeGuard
  /** Where visitors come from, where a database of that is there. */
  readonly origins?: { readonly find: FindOrigin; readonly ofRequest: (c: Context) => Origin | null } | null
  /** Told how a request was answered, and how long that took. */
  readonly onAnswered?: (status: number, ms: number) => void
}

interface Route {
  readonly type?: EventType
  /** One event that says its type itself. */
  readonly isSingle?: boolean
  readonly isImport?: boolean
}

/** Everything that takes events in, and the list of those that were not taken. */
export function createIngestRoutes(deps: IngestDeps): Hono {
  const edges = {
    append: deps.live === undefined ? (frame: Frame) => deps.spool.append(frame) : telling(deps.spool, deps.live),
    hotSet: deps.hotSet,
    now: deps.now,
    randomUUID: deps.randomUUID,
    ...(deps.isSuppressed === undefined ? {} : { isSuppressed: deps.isSuppressed }),
    ...(deps.checkPlan === undefined ? {} : { checkPlan: deps.checkPlan }),
    ...(deps.redact === undefined ? {} : { redact: deps.redact }),
    ...(deps.live === undefined ? {} : { onPassedOver: deps.live.passedOver }),
  }
  const receive = createReceiver(edges)
  const receiveScanned = createScannedReceiver({ ...edges, life: deps.life })
  // Who is suppressed is told by the event, which the scanner does not build.
  const scan = deps.isSuppressed === undefined ? createScanner(createReader(deps.onNoScanner)) : () => null
  // A plan that nobody says anything of may refuse any event.
  const mayBeRefused = (sourceId: string) => deps.checkPlan !== undefined && (deps.needsLook?.(sourceId) ?? true)
  const needsLook = (sourceId: string) => mayBeRefused(sourceId) || (deps.neverStored?.(sourceId) ?? null) !== null
  const bodyOf = createBodyReader()
  const list = listRejected(deps.db)
  const app = new Hono()

  async function ingest(c: Context, { type, isSingle = type !== undefined, isImport = false }: Route): Promise<Response> {
    deps.guard?.knocking(c)
    const isBySecretKey = isImport && secretKeyOf(c.req, 'import', deps) !== null
    const headerKey = isBySecretKey ? null : basicKey(c.req)
    // A key that is wrong before the body is read spares the reading.
    const early = headerKey === null ? null : sourceOfWriteKey(headerKey, c.req, deps)
    // A server's key and an import are nobody's visitors, whoever else sends from their address.
    if (!isBySecretKey && early?.trust !== 'server') deps.guard?.arriving(c)
    const sourceOf = ({ writeKey, source: name }: { readonly writeKey?: string | undefined; readonly source?: unknown }): Source => {
      const source = isBySecretKey
        ? importedSource(name)
        : (early ?? sourceOfWriteKey(writeKey ?? c.req.query('writeKey') ?? null, c.req, deps))
      c.set('sourceId', source.sourceId)
      return source
    }
    const told = (source: Source) => ({
      source,
      ...visitorAgent(c, source),
      // A server's own address tells nothing of its visitors.
      origin: source.trust === 'browser' ? (deps.origins?.ofRequest(c) ?? null) : null,
      // A public key is anybody's: what comes with it has happened just now, by the rules of clocks.
      isHistorical: isImport && source.trust === 'server',
    })

    const takeParsed = (body: Buffer, known: Source | null): Promise<IngestReply> => {
      const envelope = parseBody(body, { single: isSingle })
      const { bytes, texts } = envelope
      const source = known ?? sourceOf(envelope)
      if (known === null) deps.guard?.taking(c, source, envelope.events.length)
      const without = deps.neverStored?.(source.sourceId) ?? null
      const whole = { events: envelope.events, shared: sharedOf(envelope, c, type) }
      const left = without === null ? whole : reduced(whole, without)
      return receive({ ...told(source), findOrigin: deps.origins?.find, ...left, body: envelope.body, bytes, texts })
    }
    const taken = async (body: Buffer): Promise<IngestReply> => {
      // Where each event is looked at anyway, and the header told so, the scan would be for nothing.
      const scanned = early !== null && needsLook(early.sourceId) ? null : scan(body, { single: isSingle, type })
      if (scanned === null) return takeParsed(body, null)
      const source = sourceOf({ writeKey: scanned.envelope('writeKey'), source: scanned.envelope('source') })
      deps.guard?.taking(c, source, scanned.count)
      if (needsLook(source.sourceId)) return takeParsed(body, source)
      const sentAt = scanned.envelope('sentAt') ?? c.req.header('sentat')
      return receiveScanned({ ...told(source), scanned, type, sentAt }) ?? takeParsed(body, source)
    }
    const body = await bodyOf(c.req.raw, incomingOf(c))
    try {
      // Not in a variable of this function: it would keep all events until the disk is done.
      return answerJson(c, await taken(body.bytes).catch(asRefusal), deps.guard?.cookie(c) ?? null)
    } finally {
      body.release()
    }
  }

  function route(path: string, what: Route): void {
    app.use(path, cors, async (c, next) => {
      const startedAt = performance.now()
      await next()
      countRequest(deps.counters, c.res.status)
      deps.onAnswered?.(c.res.status, performance.now() - startedAt)
      if (c.error === undefined) return
      deps.guard?.refused(c)
      deps.live?.refused(refusalOf(c, path, deps.now()))
    })
    app.post(path, c => ingest(c, what))
    app.all(path, () => {
      throw refuse(405, 'method_not_allowed', `${path} takes POST only.`, { Allow: 'POST, OPTIONS' })
    })
  }

  for (const [path, type] of Object.entries(TYPED_PATHS)) route(path, { type })
  for (const path of BATCH_PATHS) route(path, {})
  for (const path of SINGLE_PATHS) route(path, { isSingle: true })
  route('/v1/import', { isImport: true })
  app.get('/v1/rejected', (c, next) => {
    if (secretKeyOf(c.req, 'read', deps) === null) throw noSecretKey()
    return list(c, next)
  })
  return app
}

/** The feed is told once the frame is durable. */
function telling(spool: Pick<Spool, 'append'>, live: Pick<LiveFeed, 'storing'>): ReceiverEdges['append'] {
  return (frame, accepted) => {
    const tell = live.storing(frame, accepted)
    return spool.append(frame).then(tell)
  }
}

/** The request as Node has it; null in an application that no server runs. */
function incomingOf({ env }: Context): IncomingMessage | null {
  const { incoming } = (env ?? {}) as Partial<HttpBindings>
  return incoming instanceof IncomingMessage ? incoming : null
}

function refusalOf(c: Context, path: string, at: number): RefusedRequest {
  const { error } = c
  const isOurs = error instanceof HTTPException
  const source: unknown = c.get('sourceId')
  return {
    at,
    path,
    status: c.res.status,
    code: isOurs ? refusalCode(error) : 'internal',
    message: isOurs ? error.message : 'The request could not be answered; the reason is in the log of the gateway.',
    source: typeof source === 'string' ? source : '',
    origin: c.req.header('origin') ?? '',
  }
}

/** RudderStack says in a header when a request left. */
function sharedOf({ context, integrations, sentAt }: Envelope, c: Context, type: EventType | undefined) {
  return {
    ...(context === undefined ? {} : { context }),
    ...(integrations === undefined ? {} : { integrations }),
    ...(type === undefined ? {} : { type }),
    sentAt: sentAt ?? c.req.header('sentat'),
  }
}

function asRefusal(error: unknown): never {
  if (error instanceof FrameTooLarge) {
    throw refuse(
      413,
      'batch_too_large',
      'Nothing of this request was stored, because its events take more than 64 MiB when written out. Send fewer events at once.',
    )
  }
  if (!(error instanceof SpoolFull)) throw error
  throw overloaded('Nothing of this request was stored', error)
}
