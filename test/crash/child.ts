/**
 * A process to kill: engine, spool and loader behind the smallest HTTP front. Argument: JSON of `ChildOptions`.
 * POST /append {"ids": […]} answers 200 when acknowledged; GET /stats; POST /drain.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { openEngine } from '../../gateway/src/db/engine/supervise.ts'
import { migrate } from '../../gateway/src/db/migrate.ts'
import { openDatabase } from '../../gateway/src/db/open.ts'
import { createLoader } from '../../gateway/src/ingest/load/loader.ts'
import { testFrame } from '../../gateway/src/ingest/spool/frame.fixture.ts'
import { openSpool, type Spool } from '../../gateway/src/ingest/spool/spool.ts'
import { readStats } from '../../gateway/src/ingest/stats.ts'
import { crashDisk } from './crashDisk.ts'

export interface ChildOptions {
  readonly dataDir: string
  /** Where to die, and at which visit. */
  readonly crashAt?: string
  readonly visit?: number
  /** Faults built in on purpose, to see that the test sees them. */
  readonly mutation?: 'acknowledge first' | 'do not look'
}

const { dataDir, crashAt, visit = 1, mutation } = JSON.parse(process.argv[2] ?? '{}') as ChildOptions
const died = () => new Promise<never>(() => process.kill(process.pid, 'SIGKILL'))

const engine = await openEngine({ dataDir, log: () => undefined })
const db = await openDatabase({ engine })
await migrate(db.client, { form: db.form, database: db.name })
const spool = await openSpool({
  dir: join(dataDir, 'spool'),
  instance: 'child',
  now: Date.now,
  randomUUID,
  fs: crashDisk(crashAt, visit, died),
  limits: { sealMs: 100 },
})
let visitsLeft = visit
const loader = createLoader({
  spool: mutation === 'do not look' ? trusting(spool) : spool,
  db,
  now: Date.now,
  log: { warn: () => undefined },
  at: point => (point === crashAt && --visitsLeft <= 0 ? died() : undefined),
})
loader.start()

const server = createServer(async (request, response) => {
  const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body))
  try {
    if (request.url === '/append') {
      const { ids } = JSON.parse(await text(request)) as { ids: string[] }
      const appended = spool.append(testFrame(ids, { at: Date.now() }))
      if (mutation === 'acknowledge first') appended.catch(() => undefined)
      else await appended
      answer(200, {})
    } else if (request.url === '/drain') {
      await loader.drain()
      answer(200, {})
    } else answer(200, await readStats({ db, spool, loader }))
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
  return { ...real, sealed: () => real.sealed().map(segment => ({ ...segment, isInDoubt: () => false })) }
}

async function text(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}
