import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { memoryDisk } from './disk.fixture.ts'
import type { Disk } from './disk.ts'
import { countRow, testFrame } from './frame.fixture.ts'
import { idsIn, testSpool } from './spool.fixture.ts'
import { openSpool } from './spool.ts'
import { SpoolFull } from './spoolFull.ts'

describe('the spool', () => {
  it('makes the file, its header and its name durable, then the frame, then answers', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    const before = fs.calls.length
    await spool.append(testFrame(['m1']))
    expect(fs.calls.slice(before).map(call => call.split(' ')[0])).toEqual(['create', 'write', 'sync', 'syncFolder', 'write', 'syncData'])
  })

  it('commits what arrives during a commit with one write and one sync', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    await spool.append(testFrame(['m0']))
    const before = fs.calls.length
    await Promise.all(Array.from({ length: 50 }, (_, index) => spool.append(testFrame([`m${index}`]))))
    expect(fs.calls.slice(before).map(call => call.split(' ')[0])).toEqual(['write', 'syncData'])
  })

  it('counts what waits, per source and hour, also when every event was a copy', async () => {
    const spool = await testSpool({ fs: memoryDisk() })
    await spool.append(testFrame(['m1', 'm2'], { rejected: 1 }))
    await spool.seal()
    await spool.append(testFrame([], { deduplicated: 3 }))
    await spool.append(testFrame(['m3'], { source: 'app', suppressed: 1 }))
    expect(spool.pending()).toEqual([
      countRow({ source_id: 'app', received: 2, suppressed: 1 }),
      countRow({ received: 6, rejected: 1, deduplicated: 3 }),
    ])
    await spool.sealed()[0]?.remove()
    expect(spool.pending()).toContainEqual(countRow({ received: 3, deduplicated: 3 }))
  })

  it('seals when a segment is large, holds many rows, or is old', async () => {
    const sealedBy = async (limits: object, frames: number) => {
      const spool = await testSpool({ fs: memoryDisk(), limits })
      const sealed = new Promise<void>(resolve => spool.onSealed(resolve))
      for (let index = 0; index < frames; index++) await spool.append(testFrame([`m${index}`]))
      await sealed
      return spool.sealed().length
    }
    expect(await sealedBy({ sealBytes: 200 }, 3)).toBeGreaterThan(0)
    expect(await sealedBy({ sealRows: 2 }, 2)).toBe(1)
    expect(await sealedBy({ sealMs: 1 }, 1)).toBe(1)
  })

  it('makes the next segment while one fills, so that no answer waits for it, and leaves none behind', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs, limits: { sealBytes: 1000 } })
    const created = () => fs.calls.filter(call => call.startsWith('create')).length
    const fill = async (id: string) => {
      await spool.append(testFrame([id]))
      await new Promise(done => setImmediate(done))
    }
    let number = 0
    while (created() < 2) await fill(`m${number++}`)
    expect(spool.backlog().segments).toBe(1)
    while (spool.sealed().length === 0) await fill(`m${number++}`)
    expect(created()).toBe(2)
    await fill('next')
    expect(created()).toBe(2)
    while (spool.sealed().length === 1) await fill(`m${number++}`)
    expect(created()).toBe(3)
    const leftOpen = () => fs.files().filter(name => name.endsWith('.open'))
    expect(leftOpen()).toHaveLength(1)
    await vi.waitFor(() => expect(leftOpen()).toEqual([]), { timeout: 5000 })
    await fill('much later')
    expect(created()).toBe(4)
    await spool.close()
    expect(leftOpen()).toEqual([])
    const ids = spool.sealed().map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted())
    expect((await idsIn(spool.sealed())).filter(id => id.length > 3)).toEqual(['next', 'much later'])
  })

  it('leaves nothing unsealed when it is closed, not even of frames that waited for others', async () => {
    const disk = memoryDisk()
    const syncs: (() => void)[] = []
    const fs: Disk = {
      ...disk,
      syncData: async fd => {
        await new Promise<void>(done => syncs.push(done))
        return disk.syncData(fd)
      },
    }
    const spool = await testSpool({ fs })
    const first = spool.append(testFrame(['m1']))
    await vi.waitFor(() => expect(syncs).toHaveLength(1))
    const second = spool.append(testFrame(['m2']))
    const closed = spool.close()
    syncs.shift()?.()
    await vi.waitFor(() => expect(syncs).toHaveLength(1))
    syncs.shift()?.()
    await Promise.all([first, second, closed])
    expect(disk.files().filter(name => name.endsWith('.open'))).toEqual([])
    expect(await idsIn(spool.sealed())).toEqual(['m1', 'm2'])
  })

  it('does not let an answer wait for the name of the segment before, and counts what is in it meanwhile', async () => {
    const disk = memoryDisk()
    const renames: (() => void)[] = []
    const fs: Disk = {
      ...disk,
      rename: async (from, to) => {
        await new Promise<void>(done => renames.push(done))
        return disk.rename(from, to)
      },
    }
    const spool = await testSpool({ fs, limits: { sealRows: 1 } })
    for (const id of ['m1', 'm2', 'm3']) await spool.append(testFrame([id]))
    expect(spool.sealed()).toEqual([])
    expect(spool.pending()).toMatchObject([{ received: 3 }])
    expect(spool.backlog().segments).toBe(3)
    const sealing = spool.seal()
    for (let name = 0; name < 3; name++) {
      await vi.waitFor(() => expect(renames).toHaveLength(1))
      renames.shift()?.()
    }
    await sealing
    expect(await idsIn(spool.sealed())).toEqual(['m1', 'm2', 'm3'])
    expect(spool.pending()).toMatchObject([{ received: 3 }])
  })

  it('tells an operator what it did', async () => {
    const clock = { at: 0 }
    const fs = memoryDisk()
    fs.faults = {
      syncData: () => {
        clock.at += 7
      },
    }
    const syncs: number[] = []
    const spool = await testSpool({ fs, elapsed: () => clock.at, onSync: ms => syncs.push(ms) })
    await spool.append(testFrame(['m1']))
    await spool.append(testFrame(['m2']))
    expect(spool.backlog()).toMatchObject({ syncs: { count: 2, totalMs: 14, slowestMs: 7 }, segments: 1, hasRoom: true, unreadable: 0 })
    expect(syncs).toEqual([7, 7])
  })

  it('gives ids that rise and are used once, also when the clock goes back', async () => {
    const fs = memoryDisk()
    const clock = { at: 2_000_000_000_000 }
    const spool = await testSpool({ fs, now: () => clock.at })
    for (const at of [2_000_000_000_000, 2_000_000_000_000, 1_000_000_000_000]) {
      clock.at = at
      await spool.append(testFrame(['m']))
      await spool.seal()
    }
    const again = await testSpool({ fs, now: () => 5 })
    await again.append(testFrame(['m']))
    await again.seal()
    const ids = again.sealed().map(segment => segment.id)
    expect(ids).toEqual([...new Set(ids)].sort())
    expect(ids).toHaveLength(4)
    expect(new Set(again.sealed().map(segment => segment.uuid)).size).toBe(4)
  })

  it('finishes what is in flight when it is closed, and refuses what comes later', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    const inFlight = spool.append(testFrame(['m1']))
    await spool.close()
    await inFlight
    await expect(spool.append(testFrame(['m2']))).rejects.toBeInstanceOf(SpoolFull)
    expect(fs.files().filter(name => name.endsWith('.open'))).toEqual([])
    expect(await idsIn((await testSpool({ fs })).sealed())).toEqual(['m1'])
  })

  it('works on a real disk', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'waymark-spool-'))
    const edges = { dir, instance: 'one', now: Date.now, randomUUID: () => crypto.randomUUID() }
    const spool = await openSpool(edges)
    await Promise.all(Array.from({ length: 20 }, (_, index) => spool.append(testFrame([`m${index}`]))))
    const second = await openSpool(edges)
    expect(await readdir(dir)).toEqual(['one', 'one-2'])
    expect(second.sealed()).toEqual([])
    await Promise.all([spool.close(), second.close()])
    const later = await openSpool(edges)
    expect((await idsIn(later.sealed())).length).toBe(20)
    await later.close()
    await rm(dir, { recursive: true })
  })
})
