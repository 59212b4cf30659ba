/**
 * A process to kill: the product's parts, composed with edges that die at a named point. Argument: JSON of `ChildOptions`.
 * POST /append {"ids": […]} answers 200 when acknowledged; GET /stats; POST /drain; POST /jobs {"now"}.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { openEngine } from '../../gateway/src/db/engine/supervise.ts'
import { migrate } from '../../gateway/src/db/migrate.ts'
import { openDatabase } from '../../gateway/src/db/open.ts'
import { createLoader } from '../../gateway/src/ingest/load/loader.ts'
import { nodeDisk } from '../../gateway/src/ingest/spool/disk.ts'
import type { SealedSegment } from '../../gateway/src/ingest/spool/sealed.ts'
import { openSpool, type Spool } from '../../gateway/src/ingest/spool/spool.ts'
import { readStats } from '../../gateway/src/ingest/stats.ts'
import { loadModels } from '../../gateway/src/model/load.ts'
import { pipelineOf } from '../../gateway/src/warehouse.ts'
import { crashDisk, forgetfulDisk, lyingDisk } from './crashDisk.ts'
import { dyingDatabase } from './dyingDatabase.ts'
import { peopleFrame } from './peopleFrame.ts'

/** Faults built in on purpose, to see that the harness sees them. */
export type Mutation = 'acknowledge first' | 'do not look' | 'do not sync' | 'name segments again'

export interface ChildOptions {
  readonly dataDir: string
  /** Where to die, and at which visit. */
  readonly crashAt?: string
  readonly visit?: number
  readonly mutation?: Mutation
  /** Whether what was not synced is lost with the process, as when the power fails. */
  readonly isForgetful?: boolean
}

const { dataDir, crashAt, visit = 1, mutation, isForgetful = false } = JSON.parse(process.argv[2] ?? '{}') as ChildOptions
const die = () => new Promise<never>(() => process.kill(process.pid, 'SIGKILL'))

const engine = await openEngine({ dataDir, log: () => undefined })
const opened = await openDatabase({ engine })
const dying = (point: string) => (crashAt === point ? dyingDatabase(opened, visit, die) : opened)
await migrate(dying('mid_migration').client, { form: opened.form, database: opened.name })

const disk = isForgetful ? forgetfulDisk() : nodeDisk
let named = 0
const spool = await openSpool({
  dir: join(dataDir, 'spool'),
  instance: 'child',
  now: Date.now,
  // Names that begin again with each process: the mistake of a counter that is not kept.
  randomUUID: mutation === 'name segments again' ? () => `00000000-0000-4000-8000-${String(++named).padStart(12, '0')}` : randomUUID,
  fs: crashDisk(mutation === 'do not sync' ? lyingDisk(disk) : disk, crashAt, visit, die),
  limits: { sealMs: 100, sealGapMs: 100 },
})
let visitsLeft = visit
const loader = createLoader({
  spool: mutation === 'do not look' ? trusting(spool) : spool,
  db: opened,
  now: Date.now,
  log: { warn: () => undefined },
  at: point => (point === crashAt && --visitsLeft <= 0 ? die() : undefined),
})
loader.start()
const { pipeline } = pipelineOf({
  db: dying('mid_job'),
  models: loadModels(),
  settle: () => loader.drain(),
  clock: Date.now,
  signal: new AbortController().signal,
})

const server = createServer(async (request, response) => {
  const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body))
  try {
    if (request.url === '/append') {
      const { ids } = JSON.parse(await text(request)) as { ids: string[] }
      const appended = spool.append(peopleFrame(ids, Date.now()))
      if (mutation === 'acknowledge first') appended.catch(() => undefined)
      else await appended
      answer(200, {})
    } else if (request.url === '/drain') {
      await loader.drain()
      answer(200, {})
    } else if (request.url === '/jobs') {
      const { now } = JSON.parse(await text(request)) as { now: number }
      answer(200, await pipeline.run({ now }))
    } else answer(200, await readStats({ db: opened, spool, loader }))
  } catch (error) {
    answer(500, { error: String(error) })
  }
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  process.stdout.write(`ready http://127.0.0.1:${address.port}\n`)
})

function trusting(real: Spool): Spool {
  // The loader knows segments by identity.
  const known = new Map<SealedSegment, SealedSegment>()
  const trusted = (segment: SealedSegment) => {
    const same = known.get(segment) ?? { ...segment, isInDoubt: () => false }
    known.set(segment, same)
    return same
  }
  return { ...real, sealed: () => real.sealed().map(trusted) }
}

async function text(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}
