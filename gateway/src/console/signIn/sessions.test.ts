import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSessions, SESSION_MS } from './sessions.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'waymark-sessions-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const clock = { now: 1_000 }
/** A process of the gateway on the folder. */
const process = (account = 'first password') => createSessions({ now: () => clock.now, dataDir, account: async () => account })

describe('sessions', () => {
  it('outlive the process that opened them, until they end', async () => {
    const id = await process().open()
    expect(await process().isOpen(id)).toBe(true)
    clock.now += SESSION_MS
    expect(await process().isOpen(id)).toBe(false)
  })

  it('are over for every process once one has closed them, and after a restart', async () => {
    const [one, other] = [process(), process()]
    const [id, stays] = [await one.open(), await one.open()]
    expect(await other.isOpen(id)).toBe(true)
    await one.close(id)
    expect([await other.isOpen(id), await process().isOpen(id), await other.isOpen(stays)]).toEqual([false, false, true])
  })

  it('end with the password they were opened with', async () => {
    const id = await process().open()
    expect(await process('second password').isOpen(id)).toBe(false)
  })

  it('leave nothing on the disk by which one could sign in, for nobody else to read', async () => {
    const id = await process().open()
    const folder = join(dataDir, 'console-sessions')
    const [name = ''] = await readdir(folder)
    expect(name + (await readFile(join(folder, name), 'utf8'))).not.toContain(id)
    expect([(await stat(folder)).mode & 0o777, (await stat(join(folder, name))).mode & 0o777]).toEqual([0o700, 0o600])
    // What lies there is no id either.
    expect(await process().isOpen(name)).toBe(false)
  })

  it.each(['../console.json', '', 'planted', '..', 'a/b'])('take “%s” for no session', async id => {
    await writeFile(join(dataDir, 'console.json'), JSON.stringify({ endsAt: 9e15, account: 'first password' }))
    expect(await process().isOpen(id)).toBe(false)
  })

  it('may be opened side by side', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => process().open()))
    expect(await Promise.all(ids.map(id => process().isOpen(id)))).toEqual(ids.map(() => true))
  })

  it('pass over a file that is none, and sweep away what is over when a new one is opened', async () => {
    const over = await process().open()
    const folder = join(dataDir, 'console-sessions')
    await writeFile(join(folder, 'torn'), '{"endsA')
    clock.now += SESSION_MS
    const id = await process().open()
    expect(await process().isOpen(over)).toBe(false)
    expect(await readdir(folder)).toHaveLength(1)
    expect(await process().isOpen(id)).toBe(true)
  })
})
