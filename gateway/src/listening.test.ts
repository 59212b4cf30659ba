import { once } from 'node:events'
import { Agent, createServer, get, type Server } from 'node:http'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { freePort, listen, stopListening } from './listening.ts'

interface Answer {
  readonly status: number
  readonly connection: string | undefined
}

async function started(answer: () => Promise<void>): Promise<{ server: Server; ask: (agent: Agent) => Promise<Answer> }> {
  const port = await freePort('127.0.0.1')
  const server = createServer(async (_request, response) => {
    await answer()
    response.end('ok')
  })
  await listen(server, '127.0.0.1', port)
  const ask = (agent: Agent) =>
    new Promise<Answer>((resolve, reject) => {
      get({ host: '127.0.0.1', port, agent }, response => {
        response.resume()
        response.once('end', () => resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }))
      }).once('error', reject)
    })
  return { server, ask }
}

test('a stop answers what is under way, and tells who keeps a busy connection that the next answer is its last', async () => {
  const gate = Promise.withResolvers<void>()
  const { server, ask } = await started(() => gate.promise)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const [first, second] = [ask(agent), ask(agent)]
  await expect.poll(() => new Promise(done => server.getConnections((_, count) => done(count)))).toBe(1)
  await new Promise(setImmediate)
  const stopped = stopListening(server)
  gate.resolve()
  expect((await first).status).toBe(200)
  expect(await second).toEqual({ status: 200, connection: 'close' })
  await stopped
  await expect(ask(agent)).rejects.toThrow('ECONNREFUSED')
})

test('a stop answers clients that had sent when it began, though this process had not taken them yet', async () => {
  const { server } = await started(async () => undefined)
  const address = server.address()
  const clients = 40
  const sent = new Int32Array(new SharedArrayBuffer(4))
  const crowd = new Worker(new URL('./listeningCrowd.fixture.ts', import.meta.url), {
    workerData: { port: typeof address === 'object' ? address?.port : 0, clients, sent: sent.buffer },
  })
  const answers = once(crowd, 'message')
  await once(crowd, 'online')
  // This thread is as busy as a gateway in the middle of something: the system connects the clients, nobody takes them.
  for (let count = 0; count < clients; count = Atomics.load(sent, 0)) expect(Atomics.wait(sent, 0, count, 10_000)).not.toBe('timed-out')
  await stopListening(server)
  const [lines] = (await answers) as [string[]]
  expect(lines).toEqual(Array(clients).fill('HTTP/1.1 200 OK'))
})

test('a connection that was busy when the stop began and is silent since does not hold it until everything is cut', async () => {
  const gate = Promise.withResolvers<void>()
  const { server, ask } = await started(() => gate.promise)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const answered = ask(agent)
  await expect.poll(() => new Promise(done => server.getConnections((_, count) => done(count)))).toBe(1)
  let wasCut = false
  const cut = server.closeAllConnections.bind(server)
  server.closeAllConnections = () => {
    wasCut = true
    cut()
  }
  const stopped = stopListening(server)
  gate.resolve()
  expect((await answered).status).toBe(200)
  await stopped
  expect(wasCut).toBe(false)
})

test('a port that is taken is named, with what to do', async () => {
  const { server } = await started(async () => undefined)
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await expect(listen(createServer(), '127.0.0.1', port)).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`)
  await stopListening(server)
})
