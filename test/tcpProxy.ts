import { connect, createServer, type Server, type Socket } from 'node:net'

/** A port that leads elsewhere while it is open: a server that comes and goes. */
export interface TcpProxy {
  readonly port: number
  open(): Promise<void>
  /** Cuts every connection and refuses new ones. */
  cut(): Promise<void>
}

export function tcpProxy(port: number, target: URL): TcpProxy {
  const sockets = new Set<Socket>()
  const state: { server: Server | null } = { server: null }
  return {
    port,
    async open() {
      const server = createServer(client => {
        const upstream = connect(Number(target.port), target.hostname)
        for (const [socket, other] of [
          [client, upstream],
          [upstream, client],
        ] as const) {
          sockets.add(socket)
          socket.pipe(other)
          socket.on('error', () => other.destroy())
          socket.on('close', () => {
            sockets.delete(socket)
            other.destroy()
          })
        }
      })
      await new Promise<void>(done => server.listen(port, '127.0.0.1', done))
      state.server = server
    },
    async cut() {
      const { server } = state
      state.server = null
      const closed = new Promise<void>(done => (server === null ? done() : server.close(() => done())))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
