/** The file of devices' clocks, and those beside it that nobody needs any more. */
import { randomBytes } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clockLine, type KeyedClock, parseClockLine } from './clockLine.ts'

export interface Journal {
  readonly salt: string
  /** Those heard of last at the end. */
  readonly clocks: ReadonlyMap<string, KeyedClock[1]>
  readonly lines: number
  /** Lines that none of ours is. */
  readonly broken: number
}

export interface JournalLimits {
  readonly capacity: number
  readonly mostBytes: number
  /** Epoch ms of the arrival before which nothing counts. */
  readonly since: number
}

export interface WrittenJournal {
  /** Open to add lines at its end. */
  readonly fd: number
  readonly bytes: number
  /** Arrival told of longest ago in it, epoch ms. */
  readonly oldest: number
}

/** More than any of ours: 50,000 clocks take 22 MB at most, and a file is written anew before it grows to this. */
export const MOST_BYTES = 64 * 1024 * 1024
const FORMAT = 1
/** The thread has little memory, and a text of the whole file would take half of it. */
const READ_BYTES = 1024 * 1024
const WRITE_LINES = 5000

/** null where there is no file. Throws for one that is not ours. Keeps the `capacity` clocks heard of last, of those heard of since `since`. */
export function readJournal(file: string, { capacity, mostBytes, since }: JournalLimits): Journal | null {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null
  if (statSync(file).size > mostBytes) throw new Error('it is larger than any of ours')
  const clocks = new Map<string, KeyedClock[1]>()
  let salt: string | null = null
  let [lines, broken] = [0, 0]
  for (const line of linesOf(file)) {
    if (salt === null) {
      salt = saltIn(line)
      continue
    }
    lines++
    const entry = parseClockLine(line)
    if (entry === null) broken++
    if (entry === null || entry[1].at < since) continue
    // To the end: what was heard of last is forgotten last.
    clocks.delete(entry[0])
    clocks.set(...entry)
    const [first] = clocks.keys()
    if (clocks.size > capacity && first !== undefined) clocks.delete(first)
  }
  if (salt === null) throw new Error('it does not begin as ours do')
  return { salt, clocks, lines, broken }
}

/** Those heard of last are kept where not all have room, so that as much again can be added before it is written anew. */
export function writeJournal(
  file: string,
  { salt, clocks, mostBytes }: { readonly salt: string; readonly clocks: readonly KeyedClock[]; readonly mostBytes: number },
): WrittenJournal {
  const kept: string[] = []
  let [bytes, oldest] = [0, Number.POSITIVE_INFINITY]
  for (const clock of clocks.toReversed()) {
    const line = clockLine(clock)
    if (bytes + line.length > mostBytes / 2) break
    kept.push(line)
    bytes += line.length
    oldest = Math.min(oldest, clock[1].at)
  }
  const head = `${JSON.stringify({ clocks: FORMAT, salt })}\n`
  kept.reverse()
  // A thread that was ended may still be at its own.
  const temporary = `${file}.${randomBytes(6).toString('hex')}.new`
  let fd: number | null = null
  try {
    fd = openSync(temporary, 'ax', 0o600)
    writeFileSync(fd, head)
    for (let at = 0; at < kept.length; at += WRITE_LINES) writeFileSync(fd, kept.slice(at, at + WRITE_LINES).join(''))
    fdatasyncSync(fd)
    renameSync(temporary, file)
    return { fd, bytes: head.length + bytes, oldest }
  } catch (error) {
    if (fd !== null) closeSync(fd)
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Removes the journals that nobody has written to since then: what stands in them is older. Never throws. */
export function removeOldJournals(folder: string, since: number): void {
  try {
    for (const name of readdirSync(folder)) {
      if (!/\.jsonl(\.|$)/.test(name)) continue
      const path = join(folder, name)
      const found = statSync(path, { throwIfNoEntry: false })
      if (found?.isFile() && found.mtimeMs < since) rmSync(path, { force: true })
    }
  } catch {
    // There is no folder yet, or it is not ours to look after: the next try is in an hour.
  }
}

/** What is behind the last line end is what a full disk cut off. */
function* linesOf(file: string): Iterable<string> {
  const fd = openSync(file, 'r')
  try {
    const piece = Buffer.allocUnsafe(READ_BYTES)
    let rest = ''
    for (let read = readSync(fd, piece); read > 0; read = readSync(fd, piece)) {
      // Ours are of ASCII: no character is cut in two.
      const lines = (rest + piece.toString('latin1', 0, read)).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > READ_BYTES) throw new Error('it has a line longer than any of ours')
      yield* lines
    }
  } finally {
    closeSync(fd)
  }
}

function saltIn(head: string): string {
  const { clocks: format, salt } = JSON.parse(head) as { clocks?: unknown; salt?: unknown }
  if (format !== FORMAT || typeof salt !== 'string') throw new Error('it does not begin as ours do')
  return salt
}
