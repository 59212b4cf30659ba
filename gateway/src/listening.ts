import { createServer, type Server } from 'node:http'

/** How long open requests may take when the gateway stops. */
const DRAIN_MS = 5_000
/** Longer than a client needs to send its next request on a connection it keeps busy. */
const SWEEP_MS = 500

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
  const closed = new Promise<void>(done => server.close(() => done()))
  server.closeIdleConnections()
  // Those that were in the middle of something then, and have been silent since.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}
