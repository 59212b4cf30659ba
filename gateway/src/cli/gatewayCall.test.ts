import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { announceGateway } from '../addresses.ts'
import { loadConfig } from '../config.ts'
import type { CommandEdges } from './command.ts'
import { gatewayCall } from './gatewayCall.ts'
import { importFromHere } from './importCommand.ts'
import { rejectedCommand } from './rejectedCommand.ts'
import { simulateCommand } from './simulateCommand.ts'

/** Something that listens, and what it was told to get in. */
async function listener() {
  const seen: string[] = []
  const server = createServer((request, response) => {
    if (request.headers.authorization !== undefined) seen.push(request.headers.authorization)
    response.end('{"accepted":1,"rejected":[]}')
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { seen, port, host: `http://127.0.0.1:${port}` }
}

function commandEdges(environment: Record<string, string>) {
  const err: string[] = []
  const edges: CommandEdges = {
    config: loadConfig({ DATA_DIR: '/nowhere', SECRET_KEYS: 'ops:sk_of_this_machine', ...environment }, '/nowhere'),
    terminal: { out: () => undefined, err: text => void err.push(text), isTty: false, columns: 80 },
    signals: { once: () => undefined },
    now: () => 0,
  }
  return { edges, err }
}

it('the key of this machine goes to no gateway that --host names, only one that is given', async () => {
  const { host, seen } = await listener()
  const { edges } = commandEdges({})
  await expect(gatewayCall(edges, { host }, 'read')).rejects.toThrow(`Give --key for the gateway at ${host}`)
  await (await gatewayCall(edges, { host, key: 'sk_given' }, 'read')).send('GET', '/v1/plans')
  const remote = commandEdges({ WAYMARK_KEY: 'sk_of_there' }).edges
  await (await gatewayCall(remote, { host }, 'read')).send('GET', '/v1/plans')
  expect(seen).toEqual(['Bearer sk_given', 'Bearer sk_of_there'])
})

it('no key goes to whoever listens on PORT while no gateway is known to run, and it goes to one that is', async () => {
  const { host, port, seen } = await listener()
  const folder = mkdtempSync(join(tmpdir(), 'waymark-calls-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'events.ndjson')
  writeFileSync(file, '{"type":"track","event":"x","userId":"1"}\n')
  const DATA_DIR = join(folder, 'data')
  const given = { DATA_DIR, PORT: String(port), WRITE_KEYS: 'web:wk_web,backend:wk_backend:server' }
  const calls = (edges: CommandEdges) => [
    importFromHere([file, '--source', 's'], edges),
    importFromHere([file, '--source', 's', '--key', 'sk_typed'], edges),
    rejectedCommand(['list'], edges),
    simulateCommand(['--companies', '1', '--days', '7'], edges),
  ]
  const alone = commandEdges(given)
  expect(await Promise.all(calls(alone.edges))).toEqual([1, 1, 1, 1])
  expect(alone.err.filter(text => text.includes(`No gateway runs on the folder ${DATA_DIR}: start it`))).toHaveLength(4)
  // Killed: its file is still there, its port may be anybody's.
  const left = await announceGateway(folder, 'gateway', { url: host, pid: 2 ** 30 })
  expect(await importFromHere([file, '--source', 's'], commandEdges({ ...given, DATA_DIR: folder }).edges)).toBe(1)
  expect(seen).toEqual([])
  await left()
  await announceGateway(folder, 'gateway', { url: host, pid: process.pid })
  expect(await importFromHere([file, '--source', 's'], commandEdges({ ...given, DATA_DIR: folder, PORT: '1' }).edges)).toBe(0)
  expect(seen).toEqual(['Bearer sk_of_this_machine'])
})
