import { createServer, type Server } from 'node:http'

/** How long open requests may take when the gateway stops. */
const DRAIN_MS = 5_000

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
  const closed = new Promise<void>(done => server.close(() => done()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearTimeout(cut)
}
