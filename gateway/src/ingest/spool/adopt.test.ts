import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Damage } from './damage.ts'
import { type MemoryDisk, memoryDisk } from './disk.fixture.ts'
import { testFrame } from './frame.fixture.ts'
import { HEADER_BYTES } from './segment.ts'
import { eventsIn, idsIn, testLocks, testSpool } from './spool.fixture.ts'

/** A disk with one open segment of frames m0 … and the path of that segment. */
async function leftOpen(frames: number): Promise<{ fs: MemoryDisk; path: string }> {
  const fs = memoryDisk()
  const spool = await testSpool({ fs })
  for (let index = 0; index < frames; index++) await spool.append(testFrame([`m${index}`]))
  const name = fs.files()[0] ?? ''
  return { fs: fs.crash(), path: `/spool/one/${name}` }
}

describe('a start', () => {
  it('finds what an earlier life left, and marks it as perhaps loaded', async () => {
    const { fs } = await leftOpen(3)
    const spool = await testSpool({ fs })
    expect(await idsIn(spool.sealed())).toEqual(['m0', 'm1', 'm2'])
    expect(spool.sealed()[0]?.isInDoubt()).toBe(true)
    expect(spool.pending()[0]?.received).toBe(3)
  })

  it('cuts off an unfinished write without calling it damage', async () => {
    const { fs, path } = await leftOpen(3)
    fs.setBytes(path, fs.bytesOf(path).subarray(0, -5))
    const spool = await testSpool({ fs })
    expect(await idsIn(spool.sealed())).toEqual(['m0', 'm1'])
    expect(spool.backlog().damaged).toBe(0)
    expect(fs.files().filter(name => name.endsWith('.bad'))).toEqual([])
  })

  it('succeeds whatever happened to a file, loses what was damaged and keeps those bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 30 }), async (place, noise) => {
        const { fs, path } = await leftOpen(5)
        const file = fs.bytesOf(path)
        const at = place % file.length
        const changed = Buffer.from(file)
        changed.set(noise.subarray(0, file.length - at), at)
        fs.setBytes(path, changed)
        const spool = await testSpool({ fs })
        const ids = await idsIn(spool.sealed())
        const lost = 5 - ids.length
        expect(lost).toBeLessThanOrEqual(2)
        expect(fs.files().some(name => name.endsWith('.bad'))).toBe(spool.backlog().damaged > 0)
        if (lost > 0 && at < HEADER_BYTES) expect(noise.length).toBeGreaterThan(HEADER_BYTES - at)
      }),
      { numRuns: 100 },
    )
  })

  it('knows the segment by its frames when the header is gone', async () => {
    const { fs, path } = await leftOpen(2)
    const before = (await testSpool({ fs: fs.crash() })).sealed()[0]
    fs.setBytes(path, Buffer.concat([Buffer.alloc(HEADER_BYTES), fs.bytesOf(path).subarray(HEADER_BYTES)]))
    const after = (await testSpool({ fs })).sealed()[0]
    expect(after?.uuid).toBe(before?.uuid)
    expect(Math.abs((after?.createdAt ?? 0) - (before?.createdAt ?? 0))).toBeLessThan(10)
  })

  it('keeps the index of a row whatever is damaged before it', async () => {
    const { fs, path } = await leftOpen(3)
    const changed = Buffer.from(fs.bytesOf(path))
    changed.writeUInt8(changed.readUInt8(HEADER_BYTES + 20) ^ 1, HEADER_BYTES + 20)
    fs.setBytes(path, changed)
    const content = await (await testSpool({ fs })).sealed()[0]?.read()
    expect(content?.flatMap(eventsIn).map(({ index }) => index)).toEqual([1, 2])
  })

  it('keeps a file that another version of Waymark wrote, and says what to do with it', async () => {
    const { fs, path } = await leftOpen(2)
    const foreign = Buffer.from(fs.bytesOf(path))
    foreign.writeUInt32LE(1, 4)
    foreign.writeUInt32LE(crc32(foreign.subarray(0, HEADER_BYTES - 4)), HEADER_BYTES - 4)
    fs.setBytes(path, foreign)
    const damages: Damage[] = []
    const spool = await testSpool({ fs, onDamage: damage => damages.push(damage) })
    expect(spool.sealed()).toEqual([])
    const kept = fs.files().filter(name => name.endsWith('.bad'))
    expect(kept).toHaveLength(1)
    expect(fs.bytesOf(`/spool/one/${kept[0]}`)).toEqual(foreign)
    expect(damages).toMatchObject([
      { bytes: foreign.length, problem: expect.stringMatching(/another version.*format 1.*start the version/) },
    ])
    expect(spool.backlog()).toMatchObject({ damaged: 1, damagedBytes: foreign.length })
  })

  it('takes frames of another version for damage where the header tells nothing', async () => {
    const { fs, path } = await leftOpen(1)
    const foreign = Buffer.from(fs.bytesOf(path))
    foreign.fill(0, 0, HEADER_BYTES)
    foreign.writeUInt8(0x46, HEADER_BYTES + 3)
    foreign.writeUInt32LE(crc32(foreign.subarray(HEADER_BYTES, HEADER_BYTES + 12)), HEADER_BYTES + 12)
    fs.setBytes(path, foreign)
    expect((await testSpool({ fs })).sealed()).toEqual([])
    expect(fs.files().some(name => name.endsWith('.bad'))).toBe(true)
  })

  it('removes files without a frame', async () => {
    const fs = memoryDisk()
    await fs.put('/spool/one/0000000000000001.open', Buffer.alloc(0))
    await fs.put('/spool/one/0000000000000002.seg', Buffer.from('not a segment'))
    const spool = await testSpool({ fs })
    expect(spool.sealed()).toEqual([])
    expect(fs.files()).toEqual(['0000000000000002.bad'])
  })

  it('counts a finished file without a frame as damage, for it had some', async () => {
    for (const left of [0, HEADER_BYTES]) {
      const { fs, path } = await leftOpen(2)
      await (await testSpool({ fs })).close()
      const sealed = path.replace('.open', '.seg')
      fs.setBytes(sealed, fs.bytesOf(sealed).subarray(0, left))
      const spool = await testSpool({ fs })
      expect([spool.sealed().length, spool.backlog().damaged]).toEqual([0, 1])
    }
  })

  it('gives no id again that a kept file has, whatever the clock says', async () => {
    const fs = memoryDisk()
    await fs.put('/spool/one/0000000000005000.bad', Buffer.from('kept'))
    const spool = await testSpool({ fs, now: () => 5 })
    await spool.append(testFrame(['m1']))
    expect(fs.files()).toEqual(['0000000000005000.bad', '0000000000005001.open'])
  })

  it('knows how much of what it found is of which source', async () => {
    const fs = memoryDisk()
    const spool = await testSpool({ fs })
    await spool.append(testFrame(['m1'], { source: 'web' }))
    await spool.append(testFrame(['m2', 'm3'], { source: 'app' }))
    const before = spool.backlog().bySource
    const after = (await testSpool({ fs: fs.crash() })).backlog()
    expect(after.bySource).toEqual(before)
    expect([...after.bySource.values()].reduce((sum, bytes) => sum + bytes, 0)).toBe(after.bytes - HEADER_BYTES)
  })

  it('leaves a file that cannot be read where it is, says so, and goes on', async () => {
    const { fs } = await leftOpen(1)
    await fs.put('/spool/one/0000000000000001.seg', Buffer.from('x'))
    const read = fs.read
    fs.read = async path => (path.endsWith('0001.seg') ? Promise.reject(new Error('EIO')) : read(path))
    const unreadable: string[] = []
    const spool = await testSpool({ fs, onUnreadable: file => unreadable.push(file) })
    expect(unreadable).toEqual(['/spool/one/0000000000000001.seg'])
    expect(await idsIn(spool.sealed())).toEqual(['m0'])
  })

  it('takes over the folders of processes that are gone, oldest segment first, and leaves those of living ones', async () => {
    const fs = memoryDisk()
    const { lock, held } = testLocks()
    const clock = { at: 1000 }
    const open = (instance: string) => testSpool({ fs, lock, instance, now: () => clock.at++ })
    const [first, second, third] = [await open('a'), await open('b'), await open('c')]
    for (const [spool, id] of [
      [second, 'b1'],
      [first, 'a1'],
      [third, 'c1'],
      [second, 'b2'],
    ] as const) {
      await spool.append(testFrame([id]))
      await spool.seal()
    }
    held.delete('/spool/a')
    held.delete('/spool/b')
    expect(await idsIn((await open('d')).sealed())).toEqual(['b1', 'a1', 'b2'])
    expect([...held].sort()).toEqual(['/spool/a', '/spool/b', '/spool/c', '/spool/d'])
  })
})

describe('a running process', () => {
  const limits = { adoptMs: 2 }

  it('takes over what a process leaves that dies meanwhile, tells the loader, and lets go of the folder when it is empty', async () => {
    const fs = memoryDisk()
    const { lock, held } = testLocks()
    const [one, two] = [await testSpool({ fs, lock, instance: 'a', limits }), await testSpool({ fs, lock, instance: 'b' })]
    const told = vi.fn()
    one.onSealed(told)
    await two.append(testFrame(['b1']))
    await fs.put('/spool/b/ballast', Buffer.alloc(9))
    expect([one.sealed().length, one.backlog().maxBytes]).toEqual([0, (await testSpool({ fs: memoryDisk() })).backlog().maxBytes])
    held.delete('/spool/b')
    await vi.waitFor(() => expect(one.sealed()).toHaveLength(1))
    expect(told).toHaveBeenCalledTimes(1)
    expect(one.sealed()[0]?.isInDoubt()).toBe(true)
    expect(await idsIn(one.sealed())).toEqual(['b1'])
    expect(held.has('/spool/b')).toBe(true)
    await one.sealed()[0]?.remove()
    await vi.waitFor(() => expect(held.has('/spool/b')).toBe(false))
    expect(fs.files()).toEqual([])
    await one.close()
  })

  it('leaves the folder of a living process alone, and shares the limit with it', async () => {
    const fs = memoryDisk()
    const { lock } = testLocks()
    const alone = await testSpool({ fs, lock, instance: 'a', limits })
    const whole = alone.backlog().maxBytes
    const two = await testSpool({ fs, lock, instance: 'b', limits })
    await two.append(testFrame(['b1']))
    await vi.waitFor(() => expect(alone.backlog().maxBytes).toBe(whole / 2))
    expect(alone.sealed()).toEqual([])
    await Promise.all([alone.close(), two.close()])
  })

  it('finds a file again that the disk gave only later', async () => {
    const { fs } = await leftOpen(2)
    const read = fs.read
    fs.read = path => Promise.reject(new Error(`EIO ${path}`))
    const onUnreadable = vi.fn()
    const spool = await testSpool({ fs, onUnreadable, limits })
    await vi.waitFor(() => expect(spool.backlog().unreadable).toBe(1))
    fs.read = read
    await vi.waitFor(() => expect(spool.sealed()).toHaveLength(1))
    expect(spool.backlog().unreadable).toBe(0)
    expect(onUnreadable).toHaveBeenCalledTimes(1)
    expect(await idsIn(spool.sealed())).toEqual(['m0', 'm1'])
    await spool.close()
  })
})
