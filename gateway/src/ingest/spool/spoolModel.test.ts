import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type DiskFaults, failure, type MemoryDisk, memoryDisk } from './disk.fixture.ts'
import { testFrame } from './frame.fixture.ts'
import { eventsIn, testSpool } from './spool.fixture.ts'
import type { Spool } from './spool.ts'

const FAULTS = {
  none: {},
  'short writes': { write: bytes => Math.ceil(bytes.length / 3) },
  'a write that stops': {
    write: (bytes, path) => (bytes.length < 20 ? fail(path) : bytes.length - 15),
  },
  'a write that stops, half of it durable': { write: (bytes, path) => (bytes.length < 20 ? fail(path) : bytes.length - 15), isEager: true },
  fdatasync: { syncData: fail },
  'fdatasync, though all is durable': { syncData: fail, isEager: true },
  fsync: { sync: fail },
  create: { create: fail },
  rename: { rename: fail },
  'sync of a folder': { syncFolder: fail },
  truncate: { truncate: fail, write: fail },
  close: { close: fail },
  remove: { remove: fail },
  everything: {
    write: fail,
    syncData: fail,
    sync: fail,
    create: fail,
    rename: fail,
    syncFolder: fail,
    truncate: fail,
    put: fail,
    remove: fail,
  },
} satisfies Record<string, DiskFaults>

type FaultName = keyof typeof FAULTS
const NAMES = Object.keys(FAULTS) as FaultName[]

/** Frames that are appended together. */
const MOST_AT_ONCE = 4

interface Step {
  readonly does: 'append' | 'seal' | 'load' | 'flip' | 'start again'
  readonly fault: FaultName
  readonly frames: number
  readonly place: number
}

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('append', 'append', 'append', 'append', 'seal', 'load', 'flip', 'start again'),
  fault: fc.oneof({ weight: 2, arbitrary: fc.constant<FaultName>('none') }, { weight: 1, arbitrary: fc.constantFrom(...NAMES) }),
  frames: fc.integer({ min: 1, max: MOST_AT_ONCE }),
  place: fc.nat(),
})

/** What senders were told, and what was taken out. */
interface Told {
  readonly acknowledged: Set<string>
  readonly refused: Set<string>
  /** Also those that a disk, refusing everything, may have kept: at least this process knows of them. */
  readonly refusedHere: Set<string>
  readonly loaded: Set<string>
  /** Events that flipped bits may have cost. */
  mayMiss: number
}

function copyOf({ acknowledged, refused, refusedHere, loaded, mayMiss }: Told): Told {
  return { acknowledged: new Set(acknowledged), refused: new Set(refused), refusedHere, loaded: new Set(loaded), mayMiss }
}

it('keeps what it acknowledged, once, and nothing that it refused, whatever the disk does and wherever the power fails', async () => {
  let crashes = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.integer({ min: 1, max: 70 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      async (steps, crashAt, luck, isPacked) => {
        const limits = isPacked ? { packFromBytes: 0 } : {}
        const told: Told = { acknowledged: new Set(), refused: new Set(), refusedHere: new Set(), loaded: new Set(), mayMiss: 0 }
        const image: { disk?: MemoryDisk; told?: Told } = {}
        const watched = (fs: MemoryDisk) => {
          fs.onCall = number => {
            if (number !== crashAt || image.disk !== undefined) return
            image.disk = fs.crash(survival(luck))
            image.told = copyOf(told)
          }
          return fs
        }
        let fs = watched(memoryDisk())
        let spool = await testSpool({ fs, limits })
        let counter = 0
        for (const { does, fault, frames, place } of steps) {
          fs.faults = FAULTS[fault]
          const ids = Array.from({ length: frames }, () => `m${counter++}`)
          if (does === 'append') await Promise.all(ids.map(id => tell(spool, id, fault, told)))
          else if (does === 'seal') await spool.seal()
          else if (does === 'load') await load(spool, told)
          // What is packed together is lost together.
          else if (does === 'flip') told.mayMiss += flip(fs, place) * (isPacked ? MOST_AT_ONCE : 1)
          else {
            fs = watched(fs.crash(survival(luck)))
            spool = await testSpool({ fs, limits })
            told.refusedHere.clear()
          }
        }
        await expectKept(fs.crash(survival(luck)), told)
        if (image.disk === undefined || image.told === undefined) return
        crashes++
        await expectKept(image.disk, image.told)
      },
    ),
    { numRuns: 400 },
  )
  expect(crashes).toBeGreaterThan(50)
})

/** With a disk that refuses everything nothing can be taken back: what was refused may be on it or not. */
async function tell(spool: Spool, id: string, fault: FaultName, { acknowledged, refused, refusedHere }: Told): Promise<void> {
  try {
    await spool.append(testFrame([id]))
    acknowledged.add(id)
  } catch {
    refusedHere.add(id)
    if (fault !== 'everything') refused.add(id)
  }
}

async function load(spool: Spool, { loaded, refusedHere }: Told): Promise<void> {
  const segment = spool.sealed()[0]
  const content = (await segment?.read()) ?? null
  const ids = (content ?? []).flatMap(eventsIn).map(({ id }) => id)
  expect(
    ids.filter(id => refusedHere.has(id)),
    'refused and loaded',
  ).toEqual([])
  for (const id of ids) loaded.add(id)
  await segment?.remove().catch(() => undefined)
}

/** One bit of one file. */
function flip(fs: MemoryDisk, place: number): number {
  const files = fs.files().filter(name => /\.(open|seg)$/.test(name))
  const name = files[place % Math.max(1, files.length)]
  if (name === undefined) return 0
  const file = fs.bytesOf(`/spool/one/${name}`)
  if (file.length === 0) return 0
  const at = (place >>> 3) % file.length
  file.writeUInt8(file.readUInt8(at) ^ (1 << (place & 7)), at)
  return 1
}

async function expectKept(fs: MemoryDisk, { acknowledged, refused, loaded, mayMiss }: Told): Promise<void> {
  const spool = await testSpool({ fs })
  const rows: { id: string; place: string; isInDoubt: boolean }[] = []
  for (const segment of spool.sealed()) {
    const isInDoubt = segment.isInDoubt()
    for (const { index, id } of ((await segment.read()) ?? []).flatMap(eventsIn))
      rows.push({ id, place: `${segment.uuid} ${index}`, isInDoubt })
  }
  const ids = rows.map(({ id }) => id)
  expect(new Set(ids).size, 'each once').toBe(ids.length)
  expect(new Set(rows.map(({ place }) => place)).size, 'each in a place of its own').toBe(ids.length)
  expect(
    ids.filter(id => refused.has(id)),
    'refused and stored',
  ).toEqual([])
  const missing = [...acknowledged].filter(id => !ids.includes(id) && !loaded.has(id))
  expect(missing.length, `lost ${missing}, of which flipped bits explain ${mayMiss}`).toBeLessThanOrEqual(mayMiss)
  // What was loaded may be back, when its removal did not reach the disk: then it is looked up.
  expect(rows.filter(({ id, isInDoubt }) => loaded.has(id) && !isInDoubt)).toEqual([])
  if (mayMiss === 0) expect(spool.pending().reduce((sum, { received }) => sum + received, 0)).toBe(ids.length)
}

function survival(luck: readonly boolean[]): () => boolean {
  let asked = 0
  return () => luck[asked++ % luck.length] ?? false
}

function fail(path: string): never
function fail(_bytes: Buffer, path: string): never
function fail(first: Buffer | string, second?: string): never {
  throw failure('EIO', typeof first === 'string' ? first : (second ?? ''))
}
