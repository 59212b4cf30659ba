import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { type Connections, connectionsFor, holdConnections, limitedBeside, openFilesLimit } from './connections.ts'
import { parseProxies } from './proxies.ts'

const open: { server: Server; sockets: Socket[] }[] = []
afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy()
    server.close()
    server.closeAllConnections()
  }
})

/** A server that holds so many connections, and a way to open one: resolves with whether it was answered. */
async function held(
  most: number,
  isLimited: (address: string) => boolean = limitedBeside(parseProxies('').trust),
): Promise<{ connections: Connections; ask: () => Promise<Socket | null>; sockets: Socket[] }> {
  const server = createServer((_, response) => response.end('ok'))
  const connections = holdConnections(server, most, () => performance.now(), isLimited)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  open.push({ server, sockets })
  const ask = () =>
    new Promise<Socket | null>(resolve => {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      socket.on('error', () => undefined)
      socket.once('data', () => resolve(socket))
      socket.once('close', () => resolve(null))
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    })
  return { connections, ask, sockets }
}

it('idle connections give way to whoever wants to ask something', async () => {
  const { connections, ask } = await held(20)
  for (let n = 0; n < 100; n++) {
    expect(await ask(), `connection ${n}`).not.toBeNull()
    if (n === 18) await vi.waitFor(() => expect(connections.counts.open()).toBeLessThan(10))
    if (connections.counts.open() > 18) break
  }
  expect(connections.counts.cleared()).toBeGreaterThan(0)
  expect(connections.counts.refused).toEqual({ all: 0, address: 0 })
})

it('beyond its number nobody gets in until one leaves', async () => {
  const { connections, ask, sockets } = await held(10)
  // In the middle of a request nobody is idle.
  for (let n = 0; n < 10; n++) {
    const socket = await ask()
    socket?.write('GET / HTTP/1.1\r\n')
  }
  await vi.waitFor(() => expect(connections.counts.open()).toBe(10))
  expect(await ask()).toBeNull()
  expect(connections.counts.refused.all).toBeGreaterThan(0)
  sockets[0]?.destroy()
  await vi.waitFor(() => expect(connections.counts.open()).toBeLessThan(10))
  expect(await ask()).not.toBeNull()
})

it('one address of the internet takes no more than a quarter of the places', async () => {
  const { connections, ask, sockets } = await held(20, () => true)
  for (let n = 0; n < 5; n++) expect(await ask()).not.toBeNull()
  expect(await ask()).toBeNull()
  expect(connections.counts.refused).toEqual({ all: 0, address: 1 })
  sockets[0]?.destroy()
  await vi.waitFor(() => expect(connections.counts.open()).toBe(4))
  expect(await ask()).not.toBeNull()
})

it.each([
  ['off', '203.0.113.7', true],
  ['off', '10.0.0.1', false],
  ['203.0.113.0/24', '203.0.113.7', false],
  ['203.0.113.0/24', '::ffff:203.0.113.7', false],
  ['203.0.113.0/24', '198.51.100.1', true],
  ['on', '203.0.113.7', false],
])('with TRUST_PROXY=%s %s is held to its part: %s', (trust, address, isLimited) => {
  expect(limitedBeside(parseProxies(trust).trust)(address)).toBe(isLimited)
})

it('takes no more than the files of its process allow', () => {
  const limits = 'Limit Soft Hard Units\nMax open files            1024                 524288               files\n'
  expect(openFilesLimit(() => limits)).toBe(1024)
  expect(openFilesLimit(() => 'Max open files  unlimited unlimited files')).toBeNull()
  expect(
    openFilesLimit(() => {
      throw new Error('no such file')
    }),
  ).toBeNull()
  expect([connectionsFor(10_000, 1024), connectionsFor(10_000, null), connectionsFor(500, 65_536)]).toEqual([768, 10_000, 500])
})
