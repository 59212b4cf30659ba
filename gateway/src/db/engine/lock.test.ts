import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { fileLock, type Lock, socketLock } from './lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'waymark-lock-'))
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 2 }))

const kinds: [string, (name: string) => Lock][] = [['file', name => fileLock(`${folder}-${name}`)]]
if (process.platform === 'linux') kinds.push(['socket', name => socketLock(`waymark-test-${process.pid}-${name}`)])

describe.each(kinds)('a %s lock', (_, create) => {
  test('is held by one, who may ask again, and is free after release', async () => {
    const [first, second] = [create('a'), create('a')]
    expect(await first.take()).toBe(true)
    expect(await first.take()).toBe(true)
    expect(await second.take()).toBe(false)
    await first.release()
    expect(await second.take()).toBe(true)
    expect(await first.take()).toBe(false)
    await second.release()
  })

  test('does not bother a lock of another name', async () => {
    const [first, second] = [create('b'), create('c')]
    expect([await first.take(), await second.take()]).toEqual([true, true])
    await Promise.all([first.release(), second.release()])
  })

  test('can be released without being held', async () => {
    const [holder, other] = [create('d'), create('d')]
    await holder.take()
    await other.release()
    expect(await create('d').take()).toBe(false)
    await holder.release()
  })
})

test('a file lock whose holder is dead is taken, whatever the file says', async () => {
  const path = `${folder}-dead`
  for (const text of ['4194305', '', 'garbage']) {
    writeFileSync(path, text)
    const lock = fileLock(path)
    expect(await lock.take()).toBe(true)
    await lock.release()
  }
  expect(readdirSync(tmpdir()).filter(name => join(tmpdir(), name).startsWith(path))).toEqual([])
})

test('a file lock is held by one of several processes that take it and let it go all the time', async () => {
  const room = `${folder}-busy`
  mkdirSync(room)
  // Whoever has the lock is alone inside.
  const script = `
    import { mkdirSync, rmdirSync } from 'node:fs'
    const { fileLock } = await import('${new URL('./lock.ts', import.meta.url).href}')
    const lock = fileLock(process.argv[1] + '/lock')
    let turns = 0
    for (const end = performance.now() + 1000; performance.now() < end; ) {
      if (!(await lock.take())) continue
      mkdirSync(process.argv[1] + '/inside')
      rmdirSync(process.argv[1] + '/inside')
      await lock.release()
      turns++
    }
    console.log(turns)`
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, room])
  const turns = await Promise.all([run(), run(), run()])
  expect(turns.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBeGreaterThan(10)
  expect(readdirSync(room)).toEqual([])
  rmSync(room, { recursive: true })
}, 20_000)
