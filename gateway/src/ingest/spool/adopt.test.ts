import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MemoryDisk, memoryDisk } from './disk.fixture.ts'
import { testFrame } from './frame.fixture.ts'
import { HEADER_BYTES } from './segment.ts'
import { idsIn, testLocks, testSpool } from './spool.fixture.ts'

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
    expect(content?.events.map(({ index }) => index)).toEqual([1, 2])
  })

  it('removes files without a frame', async () => {
    const fs = memoryDisk()
    await fs.put('/spool/one/0000000000000001.open', Buffer.alloc(0))
    await fs.put('/spool/one/0000000000000002.seg', Buffer.from('not a segment'))
    const spool = await testSpool({ fs })
    expect(spool.sealed()).toEqual([])
    expect(fs.files()).toEqual(['0000000000000002.bad'])
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
