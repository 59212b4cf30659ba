import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { announcedGateways, announceGateway, findGateway, isAlive, joinGateways } from './addresses.ts'
import { gatewayChecks } from './cli/doctor/gatewayChecks.ts'
import { createCredentials } from './console/signIn/credentials.ts'
import { processMark } from './db/engine/processMark.ts'
import { folderTurn } from './folderTurn.ts'

/** More than any system gives. */
const NOBODY = 2 ** 30
const OWN = process.pid

describe('gateways of one folder', () => {
  let dataDir = ''
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'waymark-addresses-'))
  })
  afterEach(() => rm(dataDir, { recursive: true }))
  const urls = async () => (await announcedGateways(dataDir)).map(({ url }) => url)

  it('are found each, and one that stops takes away no other', async () => {
    const first = await announceGateway(dataDir, 'gateway', { url: 'http://127.0.0.1:1', pid: OWN })
    const second = await announceGateway(dataDir, 'gateway-2', { url: 'http://127.0.0.1:2', pid: OWN })
    await announceGateway(dataDir, 'gateway-10', { url: 'http://127.0.0.1:10', pid: OWN })
    expect(await urls()).toEqual(['http://127.0.0.1:1', 'http://127.0.0.1:2', 'http://127.0.0.1:10'])
    await second()
    expect(await urls()).toEqual(['http://127.0.0.1:1', 'http://127.0.0.1:10'])
    await first()
    expect(await urls()).toEqual(['http://127.0.0.1:10'])
  })

  it('that were killed are seen to be gone, and forgotten when another starts', async () => {
    await announceGateway(dataDir, 'gateway-2', { url: 'http://127.0.0.1:2', pid: NOBODY })
    await writeFile(join(dataDir, 'gateway-3.json'), '{"url"')
    await writeFile(join(dataDir, 'keys.json'), '{}')
    expect((await announcedGateways(dataDir)).map(isAlive)).toEqual([false])
    expect(await gatewayChecks(dataDir)).toMatchObject({ isRunning: false, found: [{ level: 'warn' }] })
    await announceGateway(dataDir, 'gateway', { url: 'http://127.0.0.1:1', pid: OWN })
    // Half a file may be one that is being written.
    expect((await readdir(dataDir)).sort()).toEqual(['gateway-3.json', 'gateway.json', 'keys.json'])
  })

  it('stop though their address cannot be taken back', async () => {
    const takeBack = await announceGateway(dataDir, 'gateway', { url: 'http://127.0.0.1:1', pid: OWN })
    await rm(join(dataDir, 'gateway.json'))
    await mkdir(join(dataDir, 'gateway.json'))
    await expect(takeBack()).resolves.toBeUndefined()
  })

  it.runIf(process.platform === 'linux')('are not taken for another process that has the number of one that was killed', async () => {
    const other = spawn('sleep', ['30'])
    const ends = once(other, 'exit')
    const pid = other.pid ?? 0
    const mark = processMark(pid)
    expect(mark).not.toBe(processMark(OWN))
    await announceGateway(dataDir, 'gateway', { url: 'http://127.0.0.1:1', pid })
    expect((await announcedGateways(dataDir)).map(isAlive)).toEqual([true])
    // What stood there before the machine was started anew, or the number came round.
    for (const [pid, left] of [[OWN, mark] as const, [OWN, processMark(OWN)?.replace(/^./, 'x') ?? ''] as const])
      expect(isAlive({ url: '', pid, mark: left })).toBe(false)
    expect(isAlive({ url: '', pid: OWN, mark: processMark(OWN) })).toBe(true)
    other.kill()
    await ends
    expect((await announcedGateways(dataDir)).map(isAlive)).toEqual([false])
  })

  it.runIf(process.platform === 'linux')('are left their address by one that starts in another container of the same network', async () => {
    const server = createServer((_, response) => void response.end('{}')).listen(0, '127.0.0.1')
    await new Promise(done => server.once('listening', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    // Both are process 1 to themselves, and started in the same hundredth of a second.
    const mark = processMark(OWN)?.replace(/pid:\[\d+\]/, 'pid:[1]') ?? ''
    expect(mark).toContain('pid:[1]')
    await announceGateway(dataDir, 'gateway', { url, pid: OWN, mark })
    const another = { url: 'http://127.0.0.1:2', pid: OWN }
    await announceGateway(dataDir, 'gateway-2', another)
    expect(await urls()).toEqual([url, another.url])
    expect(await findGateway(dataDir), 'its process cannot be seen: no key goes there').toBeNull()
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
    await announceGateway(dataDir, 'gateway-2', another)
    expect(await urls()).toEqual([another.url])
  })

  it('are called by commands where one of them lives and answers, whichever that is', async () => {
    const server = createServer((_, response) => void response.end('{}')).listen(0, '127.0.0.1')
    await new Promise(done => server.once('listening', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await findGateway(dataDir)).toBeNull()
    const living = await announceGateway(dataDir, 'gateway-2', { url, pid: OWN })
    // Killed, and since then somebody else listens on its port.
    await announceGateway(dataDir, 'gateway', { url: `${url}/stranger`, pid: NOBODY })
    expect(await findGateway(dataDir)).toBe(url)
    expect(await findGateway(dataDir, url)).toBeNull()
    expect((await gatewayChecks(dataDir)).isRunning).toBe(true)
    await living()
    expect(await findGateway(dataDir)).toBeNull()
    server.close()
  })

  it('that start in the same moment print one link into the console between them, and it holds', async () => {
    const server = createServer((_, response) => void response.end('{}')).listen(0, '127.0.0.1')
    await new Promise(done => server.once('listening', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const console = createCredentials({ dataDir })
    await console.offerSetup('replaced')
    const start = (name: string) =>
      joinGateways(dataDir, name, { url: `${url}/${name}`, pid: OWN }, isAlone =>
        createCredentials({ dataDir }).offerSetup(isAlone ? 'replaced' : 'kept'),
      )
    const started = await Promise.all(['gateway', 'gateway-2', 'gateway-3'].map(start))
    const [link, ...more] = started.map(({ found }) => found).filter(token => token !== null)
    expect(more).toEqual([])
    expect(await console.isSetupToken(link ?? '')).toBe(true)
    expect(await urls()).toHaveLength(3)
    for (const { takeBack } of started) await takeBack()
    expect(await urls()).toEqual([])
    server.close()
  })

  it('start though another was stopped while it joined, and then are not alone', async () => {
    const end = await folderTurn(dataDir, 'joining')
    const address = { url: 'http://127.0.0.1:1', pid: OWN }
    expect((await joinGateways(dataDir, 'gateway', address, async isAlone => isAlone, 0)).found).toBe(false)
    expect(await urls()).toEqual([address.url])
    await end?.()
  })

  it('lets the next one start when one could not do what it should first', async () => {
    const address = { url: 'http://127.0.0.1:1', pid: OWN }
    await expect(joinGateways(dataDir, 'gateway', address, () => Promise.reject(new Error('no room')))).rejects.toThrow('no room')
    expect(await urls()).toEqual([])
    expect((await joinGateways(dataDir, 'gateway', address, async isAlone => isAlone)).found).toBe(true)
  })
})
