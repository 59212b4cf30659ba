import { createServer, type Server } from 'node:http'

/** How long open requests may take when the gateway stops. */
const DRAIN_MS = 5_000
/** Longer than a client needs to send its next request on a connection it keeps busy. */
const SWEEP_MS = 500
/** The event loop takes one new connection a turn, and may find its first only in the second. */
const QUIET_TURNS = 3
/** More than the system lets wait (a backlog of 511): under a stream of new connections a stop must still come to its end. */
const MOST_TURNS = 2000

/** Listens, or says what to do about a port that is taken. */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} on ${host} is taken: stop what listens there, or choose another with PORT=…`, { cause: error })
          : error,
      ),
    )
    server.listen(port, host, done)
  })
}

/** The URL is part of what is built before listening, so a free port is found first. */
export async function freePort(host: string): Promise<number> {
  const probe = createServer()
  await new Promise<void>(done => probe.listen(0, host, done))
  const address = probe.address()
  await new Promise(done => probe.close(done))
  if (address === null || typeof address === 'string') throw new Error(`no free port on ${host}`)
  return address.port
}

/** Lets requests under way end; a connection that is still open after that is cut. */
export async function stopListening(server: Server): Promise<void> {
  // Whoever keeps connections would be served on until they are cut, and see that as a reset: each is told that this answer is the last.
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false
  })
  await takeWaiting(server)
  const closed = new Promise<void>(done => server.close(() => done()))
  server.closeIdleConnections()
  // Those that were in the middle of something then, and have been silent since.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}

/** Clients that the system has connected send before this process has taken them; closing the door then would cut off what they sent. */
async function takeWaiting(server: Server): Promise<void> {
  let quiet = 0
  const taken = () => {
    quiet = 0
  }
  server.on('connection', taken).on('drop', taken)
  for (let turns = 0; quiet < QUIET_TURNS && turns < MOST_TURNS; turns++) {
    await new Promise(setImmediate)
    quiet++
  }
  server.off('connection', taken).off('drop', taken)
}
