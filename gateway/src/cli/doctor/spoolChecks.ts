import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesWords, many, spanWords } from '../../health/words.ts'
import { scanSegment } from '../../ingest/spool/segment.ts'
import { type Diagnosis, errorWords, say } from './diagnosis.ts'

const at = say('spool')
/** A backlog may be gigabytes: beyond this the rest is only counted. */
const MOST_READ_BYTES = 512 * 1024 ** 2
const WAITING_MS = 10 * 60_000

interface Found {
  readonly path: string
  readonly bytes: number
  /** Of its id; the name begins with microseconds. */
  readonly createdAt: number
}

/** What waits in the spool, and whether it can be read. Reads only. */
export async function spoolChecks(dataDir: string, now: number, isRunning: boolean): Promise<Diagnosis[]> {
  const names = await readdir(join(dataDir, 'spool'), { recursive: true }).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? [] : error,
  )
  if (names instanceof Error)
    return [at('bad', `The spool cannot be listed: ${errorWords(names)}.`, 'Correct owner and rights of DATA_DIR/spool.')]
  const ofKind = (end: RegExp) => names.filter(name => end.test(name)).sort()
  const bad = ofKind(/\.bad$/)
  // What a living process writes is unfinished by nature.
  const waiting = await sizes(dataDir, ofKind(isRunning ? /\.seg$/ : /\.(seg|open)$/))
  const { damaged, unreadable } = await read(waiting)
  return [
    backlog(waiting, now, isRunning),
    ...(damaged.length === 0
      ? []
      : [
          at(
            'bad',
            `${many(damaged.length, 'segment')} ${damaged.length === 1 ? 'is' : 'are'} damaged: ${listed(damaged)}.`,
            'Copy the spool, then start the gateway: it loads everything around the damage and keeps the damaged bytes as .bad. Check the disk.',
          ),
        ]),
    ...(unreadable.length === 0
      ? []
      : [
          at(
            'bad',
            `${many(unreadable.length, 'file')} cannot be read: ${listed(unreadable)}.`,
            'They may hold acknowledged events: correct owner and rights, or look at the disk.',
          ),
        ]),
    ...(bad.length === 0
      ? []
      : [
          at(
            'warn',
            `${many(bad.length, 'file')} with damaged bytes: ${listed(bad.map(name => join(dataDir, 'spool', name)))}.`,
            'Everything around them was loaded. Keep a copy, check the disk, then remove them.',
          ),
        ]),
  ]
}

function backlog(waiting: readonly Found[], now: number, isRunning: boolean): Diagnosis {
  const [oldest] = waiting
  if (oldest === undefined) return at('ok', 'Nothing waits in the spool.')
  const age = Math.max(0, now - waiting.reduce((first, { createdAt }) => Math.min(first, createdAt), now))
  const bytes = waiting.reduce((sum, file) => sum + file.bytes, 0)
  const words = `${many(waiting.length, 'segment')} wait${waiting.length === 1 ? 's' : ''} to be loaded (${bytesWords(bytes)}), the oldest for ${spanWords(age)}.`
  if (!isRunning) return at('warn', words, 'They are safe, and loaded when a gateway runs on this folder.')
  return age > WAITING_MS ? at('warn', words, 'The engine does not take them: see its lines here, and the log.') : at('ok', words)
}

async function sizes(dataDir: string, names: readonly string[]): Promise<Found[]> {
  const found: Found[] = []
  for (const name of names) {
    const path = join(dataDir, 'spool', name)
    // Loaded and removed meanwhile.
    const size = await stat(path).then(
      ({ size }) => size,
      () => null,
    )
    if (size !== null) found.push({ path, bytes: size, createdAt: Number(/(\d{16})\.\w+$/.exec(name)?.[1] ?? 0) / 1000 })
  }
  return found
}

async function read(files: readonly Found[]): Promise<{ damaged: string[]; unreadable: string[] }> {
  const damaged: string[] = []
  const unreadable: string[] = []
  let left = MOST_READ_BYTES
  for (const { path, bytes } of files) {
    left -= bytes
    if (left < 0) break
    try {
      if (scanSegment(await readFile(path)).damage.length > 0) damaged.push(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') unreadable.push(path)
    }
  }
  return { damaged, unreadable }
}

function listed(paths: readonly string[]): string {
  return paths.length <= 3 ? paths.join(', ') : `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more`
}
