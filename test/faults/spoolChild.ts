/**
 * A spool alone, as a process. Argument: JSON of `SpoolChildOptions`.
 * POST /append {"ids": […]} answers 200 or 429; POST /load {"segments": n} takes the oldest out as a loader would and tells their ids;
 * POST /seal; GET /ids tells every id that waits, oldest first; GET /backlog; POST /close.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { testFrame } from '../../gateway/src/ingest/spool/frame.fixture.ts'
import { idsIn } from '../../gateway/src/ingest/spool/spool.fixture.ts'
import { openSpool, SpoolFull } from '../../gateway/src/ingest/spool/spool.ts'
import type { SpoolLimits } from '../../gateway/src/ingest/spool/spoolLimits.ts'

export interface SpoolChildOptions {
  readonly dir: string
  readonly limits: Partial<SpoolLimits>
  /** Added to each event, in characters: what an event of the wire weighs. */
  readonly padding?: number
}

const { dir, limits, padding = 400 } = JSON.parse(process.argv[2] ?? '{}') as SpoolChildOptions
const spool = await openSpool({ dir, instance: 'child', now: Date.now, randomUUID, limits })
const title = 'x'.repeat(padding)

async function append(ids: readonly string[]): Promise<void> {
  const at = Date.now()
  await spool.append(testFrame(ids, { at, event: () => ({ context: { page: { title } } }) }))
}

async function load(count: number): Promise<string[]> {
  const segments = spool.sealed().slice(0, count)
  const ids = await idsIn(segments)
  for (const segment of segments) await segment.remove()
  return ids
}

async function answer(path: string, body: { ids?: string[]; segments?: number }): Promise<object> {
  if (path === '/append') return append(body.ids ?? []).then(() => ({}))
  if (path === '/load') return { ids: await load(body.segments ?? 1) }
  if (path === '/seal') return spool.seal().then(() => ({}))
  if (path === '/ids') return { ids: await idsIn(spool.sealed()) }
  if (path === '/close') return spool.close().then(() => ({}))
  return { ...spool.backlog(), bySource: Object.fromEntries(spool.backlog().bySource) }
}

const server = createServer(async (request, response) => {
  try {
    response.end(JSON.stringify(await answer(request.url ?? '', JSON.parse(await text(request)) as object)))
  } catch (error) {
    const isFull = error instanceof SpoolFull
    response.writeHead(isFull ? 429 : 500, isFull ? { 'Retry-After': error.retryAfterSeconds } : {})
    response.end(JSON.stringify({ error: String(error), because: isFull ? error.because : 'unknown' }))
  }
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  process.stdout.write(`ready http://127.0.0.1:${address.port}\n`)
})

async function text(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString() || '{}'
}
