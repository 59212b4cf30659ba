import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { basic, type Credentials } from './config.ts'
import { type EngineAccess, type Handover, readHandover } from './handover.ts'
import { holderOf, writeHolder } from './holder.ts'
import { engineLibrary } from './library.ts'
import { engineLock } from './lock.ts'
import { freePort, startProcess, untilReady } from './process.ts'
import { type Engine, openEngine } from './supervise.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const MEMORY = 2 ** 30
const PATIENCE = { timeout: 20_000, interval: 20 }

function freshFolder(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'waymark-engine-'))
  closers.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function open(dataDir: string, log?: (message: string) => void): Promise<Engine> {
  const engine = await openEngine({ dataDir, memory: MEMORY, ...(log === undefined ? {} : { log }) })
  closers.push(() => engine.close())
  return engine
}

async function ask({ url }: EngineAccess, user: Credentials, sql: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers: { authorization: basic(user) }, body: sql })
  return (await response.text()).trim()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // An orphan that ended stays listed until init takes note.
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

function pidOf(engine: Engine): number {
  const state = engine.state()
  return state.role === 'holder' ? state.pid : 0
}

/** Another process that opens the engine, says so and stays. */
async function otherHolder(dataDir: string): Promise<{ process: ChildProcess; handover: Handover }> {
  const supervise = new URL('./supervise.ts', import.meta.url).href
  const script = `import { openEngine } from '${supervise}'; await openEngine({ dataDir: process.argv[1], memory: ${MEMORY} }); console.log('open'); setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  closers.push(() => holder.kill('SIGKILL'))
  await new Promise(resolve => holder.stdout.once('data', resolve))
  const handover = readHandover(dataDir)
  if (handover === null) throw new Error('no engine.json')
  return { process: holder, handover }
}

test('the engine starts, answers its two users and ends with close', async () => {
  const dataDir = freshFolder()
  const engine = await open(dataDir)
  expect(await ask(engine, engine.writer, 'SELECT currentUser(), timezone()')).toBe('waymark\tUTC')
  expect(await ask(engine, engine.reader, 'SELECT currentUser()')).toBe('reader')
  expect(engine.state()).toMatchObject({ role: 'holder', isUp: true, restarts: 0 })

  const pid = pidOf(engine)
  await engine.close()
  expect(isAlive(pid)).toBe(false)
  expect(engine.state()).toEqual({ role: 'closed' })
})

test('what the engine writes down is for its owner only, and its process has an empty environment', async () => {
  const dataDir = freshFolder()
  const engine = await open(dataDir)
  const modes = ['engine.json', 'engine', 'engine/config.xml', 'engine/users.xml'].map(path =>
    (statSync(join(dataDir, path)).mode & 0o777).toString(8),
  )
  expect(modes).toEqual(['600', '700', '600', '600'])
  const texts = ['config.xml', 'users.xml'].map(file => readFileSync(join(dataDir, 'engine', file), 'utf8')).join()
  for (const { password } of [engine.writer, engine.reader]) {
    expect(texts).not.toContain(password)
    expect(texts).not.toContain(Buffer.from(password).toString('base64').slice(4, -4))
  }
  if (process.platform === 'linux') expect(readFileSync(`/proc/${pidOf(engine)}/environ`, 'utf8')).toBe('TZ=UTC\0')
})

test('who waits for an engine is told who holds it, and has it once that one is gone', async () => {
  const dataDir = freshFolder()
  const lock = engineLock(dataDir)
  expect(await lock.take()).toBe(true)
  const told = new Set<string | null>()
  const waits = openEngine({ dataDir, memory: MEMORY, name: 'waymark serve', onWait: holder => told.add(holder) })
  await vi.waitFor(() => expect([...told]).toEqual([null]), PATIENCE)
  writeHolder(dataDir, 'waymark keys')
  await vi.waitFor(() => expect([...told]).toEqual([null, `waymark keys (process ${process.pid})`]), PATIENCE)
  await lock.release()
  const engine = await waits
  closers.push(() => engine.close())
  expect(holderOf(dataDir)).toBe(`waymark serve (process ${process.pid})`)
  // One that takes over is not told to wait for itself.
  expect(holderOf(dataDir, process.pid)).toBeNull()
  const file = join(dataDir, 'engine/holder.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  // Somebody else has its number by now: nobody is told to end that one.
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), mark: 'of another start' }))
  expect(holderOf(dataDir)).toBeNull()
})

test('URL, passwords and data outlive a stop', async () => {
  const dataDir = freshFolder()
  const first = await open(dataDir)
  await ask(first, first.writer, 'CREATE DATABASE waymark ENGINE = Atomic')
  await first.close()
  const second = await open(dataDir)
  expect([second.url, second.writer, second.reader]).toEqual([first.url, first.writer, first.reader])
  expect(await ask(second, second.reader, "SELECT name FROM system.databases WHERE name = 'waymark'")).toBe('waymark')
})

test('a killed engine comes back on the same URL with everything that was acknowledged', async () => {
  const log: string[] = []
  const engine = await open(freshFolder(), message => log.push(message))
  await ask(engine, engine.writer, 'CREATE DATABASE waymark ENGINE = Atomic')
  await ask(engine, engine.writer, 'CREATE TABLE waymark.t (n UInt32) ENGINE = MergeTree ORDER BY n')
  for (let batch = 0; batch < 3; batch++) {
    await ask(engine, engine.writer, `INSERT INTO waymark.t SELECT number FROM numbers(${batch * 1000}, 1000)`)
    process.kill(pidOf(engine), 'SIGKILL')
    await vi.waitFor(() => expect(engine.state()).toMatchObject({ isUp: true, restarts: batch + 1 }), PATIENCE)
  }
  expect(await ask(engine, engine.reader, 'SELECT count(), uniqExact(n) FROM waymark.t')).toBe('3000\t3000')
  expect(log.join('\n')).toContain('ended with SIGKILL')
})

test('an engine whose gateway is killed goes with it, and the next gateway starts at once', async () => {
  const dataDir = freshFolder()
  const other = await otherHolder(dataDir)
  const gone = once(other.process, 'exit')
  other.process.kill('SIGKILL')
  await gone
  const engine = await open(dataDir)
  await vi.waitFor(() => expect(isAlive(other.handover.pid)).toBe(false), PATIENCE)
  expect(engine.url).toBe(other.handover.url)
  expect(engine.state()).toMatchObject({ role: 'holder' })
})

test('a second process connects by engine.json, and takes over when the first is killed', async () => {
  const dataDir = freshFolder()
  const other = await otherHolder(dataDir)
  const guest = await open(dataDir)
  expect(guest.state()).toEqual({ role: 'guest' })
  expect(guest).toMatchObject({ url: other.handover.url, writer: other.handover.writer })
  await ask(guest, guest.writer, 'CREATE DATABASE waymark ENGINE = Atomic')

  other.process.kill('SIGKILL')
  await vi.waitFor(() => expect(guest.state()).toMatchObject({ role: 'holder', isUp: true }), PATIENCE)
  expect(await ask(guest, guest.writer, "SELECT name FROM system.databases WHERE name = 'waymark'")).toBe('waymark')
  expect(readHandover(dataDir)?.pid).toBe(pidOf(guest))
})

test('of several guests one takes over, and the others stay connected', async () => {
  const dataDir = freshFolder()
  const first = await open(dataDir)
  const guests = [await open(dataDir), await open(dataDir)]
  await first.close()
  await vi.waitFor(() => expect(guests.filter(guest => pidOf(guest) > 0)).toHaveLength(1), PATIENCE)
  for (const guest of guests) expect(await ask(guest, guest.reader, 'SELECT 1')).toBe('1')
})

test('a second engine on the same data is refused, and the message says what to do', async () => {
  const dataDir = freshFolder()
  const engine = await open(dataDir)
  const port = await freePort(null, 0)
  const second = startProcess({ library: engineLibrary(), folder: join(dataDir, 'engine'), port })
  const refusal = untilReady(second, `http://127.0.0.1:${port}`, engine.writer)
  await expect(refusal).rejects.toThrow(/own DATA_DIR.*Another server instance/s)
  await expect(refusal).rejects.toMatchObject({ isOccupied: true })
})

test('of a folder and its copy, opened at the same moment, each has its own engine and data; the original keeps URL and passwords', async () => {
  const [original, copy] = [freshFolder(), freshFolder()]
  const before = await open(original)
  await before.close()
  cpSync(original, copy, { recursive: true })

  const [first, second] = await Promise.all([open(original), open(copy)])
  expect([first.url, first.writer, first.reader]).toEqual([before.url, before.writer, before.reader])
  expect(second.url).not.toBe(first.url)
  for (const [engine, folder] of [[first, original] as const, [second, copy] as const]) {
    expect(await ask(engine, engine.writer, 'SELECT path FROM system.disks')).toBe(`${folder}/engine/data/`)
    const other = engine === first ? second : first
    expect(await ask(engine, other.writer, 'SELECT 42')).toContain('AUTHENTICATION_FAILED')
  }
})

test('a copy of a folder whose engine runs leads nobody to that engine', async () => {
  const [original, copy] = [freshFolder(), freshFolder()]
  const first = await open(original)
  cpSync(join(original, 'engine.json'), join(copy, 'engine.json'))
  const opened = await Promise.all([open(copy), open(copy)])
  expect(opened.map(engine => engine.state().role).sort()).toEqual(['guest', 'holder'])
  for (const engine of opened) {
    expect(engine.url).not.toBe(first.url)
    expect(await ask(engine, engine.writer, 'SELECT path FROM system.disks')).toBe(`${copy}/engine/data/`)
  }
})

test('an engine whose port another one has, with the same users, is not ready but refused', async () => {
  const [original, copy] = [freshFolder(), freshFolder()]
  const engine = await open(original)
  const folder = join(copy, 'engine')
  mkdirSync(folder)
  const [config, users] = ['config.xml', 'users.xml'].map(file => readFileSync(join(original, 'engine', file), 'utf8'))
  writeFileSync(join(folder, 'config.xml'), `${config}`.replaceAll(original, copy))
  writeFileSync(join(folder, 'users.xml'), `${users}`)
  const second = startProcess({ library: engineLibrary(), folder, port: Number(new URL(engine.url).port) })
  closers.push(() => second.kill())
  await expect(untilReady(second, engine.url, engine.writer)).rejects.toThrow(/Address already in use/)
  expect(await ask(engine, engine.writer, 'SELECT 1')).toBe('1')
})

test('a guest that closes leaves the engine alone', async () => {
  const dataDir = freshFolder()
  const engine = await open(dataDir)
  await (await open(dataDir)).close()
  expect(await ask(engine, engine.writer, 'SELECT 1')).toBe('1')
  expect(existsSync(join(dataDir, 'engine.json'))).toBe(true)
})

test('an engine that hangs is ended and started again, with the reason told', async () => {
  const messages: string[] = []
  const engine = await openEngine({ dataDir: freshFolder(), memory: MEMORY, silenceMs: 2400, log: message => messages.push(message) })
  closers.push(() => engine.close())
  const pid = pidOf(engine)
  process.kill(pid, 'SIGSTOP')
  await vi.waitFor(() => expect(engine.state()).toMatchObject({ role: 'holder', isUp: true, restarts: 1 }), PATIENCE)
  expect(isAlive(pid)).toBe(false)
  expect(pidOf(engine)).not.toBe(pid)
  expect(messages.join('\n')).toContain('answered nothing')
  expect(await ask(engine, engine.writer, 'SELECT 1')).toBe('1')
}, 30_000)
