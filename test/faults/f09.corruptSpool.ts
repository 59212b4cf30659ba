import { randomUUID } from 'node:crypto'
import { chmodSync, chownSync, cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFrame } from '../../gateway/src/ingest/spool/frame.fixture.ts'
import { FRAME_HEAD_BYTES, scanSegment } from '../../gateway/src/ingest/spool/segment.ts'
import { eventsIn } from '../../gateway/src/ingest/spool/spool.fixture.ts'
import { openSpool } from '../../gateway/src/ingest/spool/spool.ts'
import type { Random } from '../../gateway/src/simulate/random.ts'
import { temporaryDataDir } from '../gateway.ts'
import type { Fault } from './fault.ts'
import { startSpool } from './spoolProcess.ts'

const LIMITS = { maxFraction: 1, adoptMs: 50, ballastBytes: 0 }
const LONGEST_START_MS = 10_000
const SEGMENTS = 3
const NOBODY = 65_534

/** What was done to a file, and what may be missing for it. */
interface Harm {
  readonly mayMiss: ReadonlySet<string>
  /** Bytes that no longer are what they were, and must be kept. */
  readonly isKept: boolean
  /** Makes a file that cannot be read readable again. */
  readonly heal?: () => void
}

type Hurt = (file: string, random: Random) => Harm

const HURTS: readonly [string, Hurt][] = [
  [
    'one bit',
    (file, random) =>
      overwrite(file, random.whole(0, sizeOf(file) - 1), old => Buffer.from([(old[0] ?? 0) ^ (1 << random.whole(0, 7))]), 1),
  ],
  ['a page of zeros', (file, random) => overwrite(file, random.whole(0, sizeOf(file) - 1), old => Buffer.alloc(old.length), 4096)],
  ['cut short', cutShort],
  ['garbage behind', appendGarbage],
  ['a file gone', file => everything(file, false, () => rmSync(file))],
  ['a file of 0 bytes', file => everything(file, file.endsWith('.seg'), () => truncateSync(file))],
  ['a file that cannot be read', lockAway],
]

export const corruptSpool: Fault = {
  id: 'F09',
  title: `a spool damaged while nobody looked: ${HURTS.map(([name]) => name).join(', ')}`,
  unit: 'variants',
  sizes: { smoke: 7, middle: 50, long: 350 },
  async run({ size, random, log }) {
    const broken: string[] = []
    const figures = { variants: size, events: 0, 'events lost': 0, 'damaged places': 0, 'slowest start ms': 0 }
    for (let variant = 0; variant < size; variant++) {
      const [name, hurt] = HURTS[variant % HURTS.length] ?? ['', cutShort]
      if (hurt === lockAway && process.getuid?.() !== 0) log('files are taken away from an ordinary user: this one')
      const problem = await oneVariant(hurt).catch((error: unknown) => [String(error)])
      broken.push(...problem.map(text => `variant ${variant} (${name}): ${text}`))
    }
    return { figures, broken }

    async function oneVariant(hurt: Hurt): Promise<string[]> {
      const folder = temporaryDataDir()
      const dir = join(folder.path, 'spool')
      try {
        const ids = await fillSpool(dir, random)
        const files = segmentsOf(dir)
        const harm = hurt(join(dir, 'child', files[random.whole(0, files.length - 1)] ?? ''), random)
        const asNobody = process.getuid?.() === 0
        if (asNobody) giveAway(folder.path)
        const spool = await startSpool(
          { dir, limits: LIMITS },
          asNobody ? { under: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] } : {},
        )
        const found = new Set(await spool.ids())
        const { damaged, unreadable } = await spool.backlog()
        const problems: string[] = []
        const lost = ids.filter(id => !found.has(id))
        const innocent = lost.filter(id => !harm.mayMiss.has(id))
        if (innocent.length > 0) problems.push(`${innocent.length} events of whole frames are missing`)
        if (found.size !== ids.length - lost.length) problems.push('events are there that nobody sent')
        const isKept = readdirSync(join(dir, 'child')).some(name => name.endsWith('.bad'))
        if (harm.isKept && (damaged === 0 || !isKept))
          problems.push(`damage was not counted (${damaged}), or its bytes not kept (${isKept})`)
        if (spool.readyMs > LONGEST_START_MS) problems.push(`the start took ${Math.round(spool.readyMs)} ms`)
        if (harm.heal !== undefined) {
          if (unreadable !== 1) problems.push(`${unreadable} unreadable files were counted, not 1`)
          harm.heal()
          const back = await waitFor(async () => (await spool.ids()).length === ids.length)
          if (!back) problems.push('a file that can be read again was not found again')
        }
        await spool.kill()
        figures.events += ids.length
        figures['events lost'] += harm.heal === undefined ? lost.length : 0
        figures['damaged places'] += damaged
        figures['slowest start ms'] = Math.max(figures['slowest start ms'], Math.round(spool.readyMs))
        return problems
      } finally {
        folder.remove()
      }
    }
  },
}

/** Two sealed segments and one that is still open, as a process leaves them that is killed; gives the ids in them. */
async function fillSpool(dir: string, random: Random): Promise<string[]> {
  const living = `${dir}-living`
  // Packed or plain; both are what a gateway writes.
  const packFromBytes = random.whole(0, 1) === 0 ? 0 : Number.POSITIVE_INFINITY
  const limits = { ...LIMITS, sealMs: 3_600_000, packFromBytes }
  const spool = await openSpool({ dir: living, instance: 'child', now: Date.now, randomUUID, limits })
  const title = 'x'.repeat(random.whole(0, 800))
  const ids: string[] = []
  for (let segment = 0; segment < SEGMENTS; segment++) {
    for (let frame = random.whole(4, 12); frame > 0; frame--) {
      const own = Array.from({ length: random.whole(1, 3) }, () => randomUUID())
      await spool.append(testFrame(own, { event: () => ({ context: { page: { title } } }) }))
      ids.push(...own)
    }
    if (segment < SEGMENTS - 1) await spool.seal()
  }
  cpSync(living, dir, { recursive: true })
  await spool.close()
  return ids
}

function segmentsOf(dir: string): string[] {
  return readdirSync(join(dir, 'child')).filter(name => /\.(open|seg)$/.test(name))
}

function sizeOf(file: string): number {
  return readFileSync(file).length
}

/** Ids of the frames that meet a range of a file. */
function idsIn(file: string, from: number, to: number): Set<string> {
  const bytes = readFileSync(file)
  return new Set(
    scanSegment(bytes).payloads.flatMap(payload => {
      const start = payload.byteOffset - bytes.byteOffset - FRAME_HEAD_BYTES
      const meets = start < to && start + FRAME_HEAD_BYTES + payload.length > from
      return meets ? eventsIn(payload).map(({ id }) => id) : []
    }),
  )
}

function overwrite(file: string, at: number, change: (old: Buffer) => Buffer, most: number): Harm {
  const bytes = readFileSync(file)
  const old = bytes.subarray(at, Math.min(at + most, bytes.length))
  const mayMiss = idsIn(file, at, at + old.length)
  const changed = Buffer.from(bytes)
  change(old).copy(changed, at)
  writeFileSync(file, changed)
  // What is wrong at the end of an unfinished file looks like a write that was cut; zeros behind the last frame are such.
  const isTail = file.endsWith('.open') && scanSegment(changed).damage.length === 0
  return { mayMiss, isKept: !isTail && !changed.equals(bytes) }
}

function cutShort(file: string, random: Random): Harm {
  const length = random.whole(0, sizeOf(file) - 1)
  const mayMiss = idsIn(file, length, Number.POSITIVE_INFINITY)
  const ends = new Set(scanSegment(readFileSync(file)).payloads.map(payload => payload.byteOffset + payload.length))
  truncateSync(file, length)
  // A finished file that ends with a frame cannot be told from a shorter one.
  return { mayMiss, isKept: file.endsWith('.seg') && !ends.has(length) }
}

function appendGarbage(file: string, random: Random): Harm {
  const garbage = Buffer.from(Array.from({ length: random.whole(1, 4096) }, () => random.whole(0, 255)))
  writeFileSync(file, garbage, { flag: 'a' })
  return { mayMiss: new Set(), isKept: true }
}

function everything(file: string, isKept: boolean, harm: () => void): Harm {
  const mayMiss = idsIn(file, 0, Number.POSITIVE_INFINITY)
  harm()
  return { mayMiss, isKept }
}

function lockAway(file: string): Harm {
  const mayMiss = idsIn(file, 0, Number.POSITIVE_INFINITY)
  chmodSync(file, 0o000)
  return { mayMiss, isKept: false, heal: () => chmodSync(file, 0o600) }
}

function giveAway(folder: string): void {
  chownSync(folder, NOBODY, NOBODY)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) chownSync(join(folder, name), NOBODY, NOBODY)
}

async function waitFor(isSo: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + 5000
  while (performance.now() < deadline) if (await isSo()) return true
  return false
}
