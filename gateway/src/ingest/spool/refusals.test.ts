import { describe, expect, it, vi } from 'vitest'
import { failure, memoryDisk } from './disk.fixture.ts'
import { testFrame } from './frame.fixture.ts'
import { FrameTooLarge } from './frameTooLarge.ts'
import { idsIn, testSpool } from './spool.fixture.ts'
import { SpoolFull } from './spoolFull.ts'

describe('the spool, when it cannot take a frame,', () => {
  it('goes on after a full disk, and stores nothing that was refused', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs, limits: { checkMs: 5 } })
    await spool.append(testFrame(['kept']))
    fs.faults = {
      write: bytes => {
        if (bytes.length < 20) throw failure('ENOSPC', 'spool')
        return bytes.length - 15
      },
    }
    await expect(spool.append(testFrame(['refused']))).rejects.toBeInstanceOf(SpoolFull)
    fs.faults = {}
    await vi.waitFor(() => spool.append(testFrame(['next'])))
    await spool.seal()
    expect(await idsIn(spool.sealed())).toEqual(['kept', 'next'])
  })

  it('refuses a frame that its own reader would take for damage, writes nothing of it, and goes on', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    const written = fs.calls.length
    // 1 MiB of characters is 3 MiB of bytes: 22 events are more than 64 MiB.
    const large = (count: number) =>
      testFrame(
        Array.from({ length: count }, () => 'large'),
        { event: () => ({ note: '€'.repeat(1024 * 1024) }) },
      )
    await expect(spool.append(large(22))).rejects.toBeInstanceOf(FrameTooLarge)
    expect(fs.calls.length).toBe(written)
    await spool.append(large(21))
    await spool.append(testFrame(['next']))
    await spool.seal()
    const ids = await idsIn((await testSpool({ fs: fs.crash() })).sealed())
    expect(ids).toEqual([...Array.from({ length: 21 }, () => 'large'), 'next'])
  })

  it('never syncs a file again whose sync failed', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    await spool.append(testFrame(['kept']))
    fs.faults = { syncData: path => fail('EIO', path) }
    await expect(spool.append(testFrame(['refused']))).rejects.toBeInstanceOf(SpoolFull)
    fs.faults = {}
    const broken = fs.calls.findLast(call => call.startsWith('syncData'))
    const before = fs.calls.length
    await spool.append(testFrame(['next']))
    await spool.seal()
    expect(fs.calls.slice(before)).not.toContain(broken)
    expect(await idsIn(spool.sealed())).toEqual(['kept', 'next'])
    expect(spool.sealed()).toHaveLength(2)
  })

  it('refuses with a time to wait when it is full, and accepts again when segments are loaded', async () => {
    const spool = await testSpool({ fs: memoryDisk(), limits: { maxBytes: 300 } })
    await spool.append(testFrame(['m1', 'm2', 'm3']))
    await expect(spool.append(testFrame(['m4']))).rejects.toMatchObject({ because: 'spool_full', retryAfterSeconds: 30 })
    await spool.seal()
    await spool.sealed()[0]?.remove()
    await spool.append(testFrame(['m4']))
  })

  it('refuses a flood from 80 % on and takes what others send up to the limit', async () => {
    const spool = await testSpool({ fs: memoryDisk(), limits: { maxBytes: 100_000 } })
    const send = (source: string) =>
      spool.append(testFrame(['m'], { source })).then(
        () => 200,
        (error: SpoolFull) => error.because,
      )
    await send('quiet')
    const answers = new Set<unknown>()
    for (let index = 0; index < 600; index++) answers.add(await send('flood'))
    expect([...answers]).toEqual([200, 'source_share'])
    const fill = () => spool.backlog().bytes / spool.backlog().maxBytes
    expect(fill()).toBeGreaterThan(0.8)
    expect(fill()).toBeLessThan(0.81)
    let last: unknown = 200
    for (let index = 0; index < 200 && last === 200; index++) last = await send('quiet')
    expect(last).toBe('spool_full')
    expect(spool.backlog().refused).toMatchObject({ spool_full: 1, write_failed: 0, disk_full: 0 })
  })

  it('says how long to wait by the speed of the loader', async () => {
    const clock = { at: 0 }
    const spool = await testSpool({ fs: memoryDisk(), limits: { maxBytes: 50_000, checkMs: 5 }, elapsed: () => clock.at })
    const refused = async () => {
      for (;;) {
        const error = await spool.append(testFrame(['m'])).then(
          () => null,
          (cause: SpoolFull) => cause,
        )
        if (error !== null) return error.retryAfterSeconds
        await spool.seal()
      }
    }
    expect(await refused()).toBe(30)
    await vi.waitFor(async () => {
      await spool.sealed()[0]?.remove()
      expect(await refused()).toBeLessThan(30)
    })
    await spool.close()
  })

  it('refuses when the volume is almost full', async () => {
    const fs = memoryDisk()
    fs.faults = { free: () => 0.04 }
    const spool = await testSpool({ fs })
    await expect(spool.append(testFrame(['m1']))).rejects.toThrow('almost full')
  })
})

function fail(code: string, path: string): never {
  throw failure(code, path)
}
