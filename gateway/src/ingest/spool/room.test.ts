import { expect, it } from 'vitest'
import { failure, type MemoryDisk, memoryDisk } from './disk.fixture.ts'
import { createRoom } from './room.ts'

const LIMITS = { maxBytes: 4000, maxFraction: 0.2, minFreeFraction: 0.05, ballastBytes: 160 }

/** A volume of 1000 bytes with a room on it that has looked once. */
async function roomOn(capacity = 1000, limits = LIMITS) {
  const disk = memoryDisk()
  disk.capacity = capacity
  const room = createRoom({ disk, folder: '/spool/one', limits })
  await room.look()
  return { disk, room }
}

function fill(disk: MemoryDisk, bytes: number): Promise<void> {
  return disk.put('/elsewhere/other', Buffer.alloc(bytes))
}

it('keeps a file in reserve', async () => {
  const { disk, room } = await roomOn()
  expect(disk.bytesOf('/spool/one/ballast').length).toBe(160)
  expect(room.isLeft()).toBe(true)
})

it('takes a fifth of a small volume, and no more of a large one than it was told', async () => {
  expect((await roomOn(1000)).room.maxBytes()).toBe(200)
  expect((await roomOn(1_000_000)).room.maxBytes()).toBe(4000)
})

it('has none left when less than a twentieth is free, with the reserve kept while there is some', async () => {
  const { disk, room } = await roomOn()
  await fill(disk, 791)
  await room.look()
  expect([room.isLeft(), disk.files()]).toEqual([false, ['ballast', 'other']])
  await fill(disk, 790)
  await room.look()
  expect(room.isLeft()).toBe(true)
})

it('gives up the reserve when a write found no space, and makes it again when there is space for it', async () => {
  const { disk, room } = await roomOn()
  await fill(disk, 840)
  await room.failed(failure('ENOSPC', 'spool'))
  expect([room.isLeft(), disk.files()]).toEqual([false, ['other']])
  // What the reserve gave up is not what ingest may use.
  await room.look()
  expect([room.isLeft(), disk.files()]).toEqual([false, ['other']])
  await fill(disk, 700)
  await room.look()
  expect([room.isLeft(), disk.files()]).toEqual([true, ['ballast', 'other']])
})

it('gives up the reserve when others have filled the volume, for the loader needs space to empty the spool', async () => {
  const { disk, room } = await roomOn()
  await fill(disk, 830)
  await room.look()
  expect([room.isLeft(), disk.files()]).toEqual([false, ['other']])
})

it('keeps the reserve, and goes on, after a failure that has to do with something else', async () => {
  const { disk, room } = await roomOn()
  await room.failed(failure('EIO', 'spool'))
  expect([room.isLeft(), disk.files()]).toEqual([true, ['ballast']])
})

it('finds the reserve of an earlier life', async () => {
  const { disk } = await roomOn()
  await fill(disk, 785)
  const again = createRoom({ disk, folder: '/spool/one', limits: LIMITS })
  await again.look()
  expect([again.isLeft(), disk.files()]).toEqual([true, ['ballast', 'other']])
})

it('has none left when the reserve cannot be made, and leaves no part of it', async () => {
  const { disk, room } = await roomOn(1000, { ...LIMITS, ballastBytes: 0 })
  expect(room.isLeft()).toBe(true)
  disk.faults = { put: path => fail(path) }
  const other = createRoom({ disk, folder: '/spool/one', limits: LIMITS })
  await other.look()
  expect([other.isLeft(), disk.files()]).toEqual([false, []])
})

it('takes a volume that cannot tell as it is', async () => {
  const { disk, room } = await roomOn()
  disk.volume = () => Promise.reject(failure('ENOSYS', 'statfs'))
  await room.look()
  expect(room.isLeft()).toBe(true)
})

function fail(path: string): never {
  throw failure('EDQUOT', path)
}

it('asks a volume that hangs once, and goes on when it answers', async () => {
  const { disk } = await roomOn()
  const hangs = Promise.withResolvers<void>()
  let asked = 0
  const volume = async (path: string) => {
    asked++
    await hangs.promise
    return disk.volume(path)
  }
  const room = createRoom({ disk: { ...disk, volume }, folder: '/spool/one', limits: LIMITS })
  const looks = Array.from({ length: 1000 }, () => room.look())
  await fill(disk, 830)
  hangs.resolve()
  await Promise.all(looks)
  expect([asked, room.isLeft()]).toEqual([1, false])
  await room.look()
  expect(asked).toBe(2)
})
