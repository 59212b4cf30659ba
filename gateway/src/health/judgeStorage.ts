import type { IngestCounters } from '../ingest/request/counters.ts'
import type { DiskFacts, EngineFacts, LoadingFacts, SpoolFacts, TableFacts } from './facts.ts'
import type { Check, Finding, Level } from './judge.ts'
import { bytesWords, countWords, many, spanWords } from './words.ts'

const SLOW_PING_MS = 1000
const MANY_RESTARTS = 3
/** Of the spool's limit. */
const FULL = { warn: 0.8, bad: 0.95 }
/** Of the volume; below the second the spool takes nothing. */
const FREE = { warn: 0.1, bad: 0.05 }
const WAITING_MS = { warn: 60_000, bad: 10 * 60_000 }
/** Parts in one partition: the engine's defaults slow inserts down at 1000 and refuse them at 3000. */
const PARTS = { warn: 300, bad: 1000 }
/** Of all requests, and at the least: the counts go back to the start, and one mistyped key is no lasting trouble. */
const REFUSED = { share: 0.01, count: 10 }

const PLACES: Readonly<Record<EngineFacts['place'], string>> = {
  embedded: 'The embedded engine',
  guest: 'The embedded engine (of another process)',
  server: 'The ClickHouse server',
  cluster: 'The ClickHouse cluster',
}

export function judgeEngine({ place, downReason, restarts, ping }: EngineFacts): Finding[] {
  const at = say('engine')
  const name = PLACES[place]
  if (downReason !== null)
    return [
      at(
        'bad',
        `${name} is down: ${downReason}.`,
        'It is started again by itself; events are accepted and wait in the spool meanwhile. If it stays down, check free memory and disk.',
      ),
    ]
  if (!ping.isKnown)
    return [
      at(
        'bad',
        `${name} does not answer: ${ping.error}.`,
        place === 'server' || place === 'cluster'
          ? 'Check that the server of CLICKHOUSE_URL runs and can be reached from here. Events are accepted and wait in the spool meanwhile.'
          : 'Events are accepted and wait in the spool meanwhile. If it stays so, restart the gateway.',
      ),
    ]
  const { version, ms } = ping.value
  const answers = `${name} ${version} answers in ${spanWords(ms)}`
  if (ms > SLOW_PING_MS) return [at('warn', `${answers}: slow.`, 'It is busy: a long query, a large import or too little memory.')]
  if (restarts >= MANY_RESTARTS)
    return [at('warn', `${answers}; it had to be started again ${restarts} times.`, 'The log says why; most often memory ran out.')]
  return [at('ok', restarts === 0 ? `${answers}.` : `${answers}; it was started again ${restarts === 1 ? 'once' : `${restarts} times`}.`)]
}

export function judgeSpool({ bytes, maxBytes, segments, damaged }: SpoolFacts): Finding[] {
  const at = say('spool')
  const share = bytes / maxBytes
  const used = `${bytesWords(bytes)} of ${bytesWords(maxBytes)} in ${many(segments, 'segment')}`
  const level = share >= FULL.bad ? 'bad' : share >= FULL.warn ? 'warn' : 'ok'
  const fill =
    level === 'ok'
      ? at('ok', `${used} wait to be loaded.`)
      : at(
          level,
          `It is ${Math.floor(share * 100)} % full: ${used}.`,
          'Senders are told to come back later. See why the engine does not take events; nothing accepted is dropped.',
        )
  if (damaged === 0) return [fill]
  return [
    fill,
    at(
      'warn',
      `${many(damaged, 'damaged place')} found since the start.`,
      'The bytes are kept as .bad files below DATA_DIR/spool; check the disk. Everything around them was loaded.',
    ),
  ]
}

export function judgeDisk({ freeBytes, totalBytes }: DiskFacts): Finding[] {
  const share = freeBytes / totalBytes
  const level = share < FREE.bad ? 'bad' : share < FREE.warn ? 'warn' : 'ok'
  const words = `${bytesWords(freeBytes)} of ${bytesWords(totalBytes)} are free (${Math.floor(share * 100)} %).`
  return [
    say('disk')(
      level,
      words,
      level === 'ok'
        ? null
        : level === 'warn'
          ? 'Below 5 % no event is accepted: free some space.'
          : 'No event is accepted until there is space: free some.',
    ),
  ]
}

export function judgeLoading({ oldestAt }: SpoolFacts, { lastLoadedAt }: LoadingFacts, now: number): Finding[] {
  const at = say('loading')
  const last = lastLoadedAt === null ? 'Nothing was loaded yet.' : `The last events were loaded ${spanWords(now - lastLoadedAt)} ago.`
  if (oldestAt === null) return [at('ok', `Nothing waits. ${last}`)]
  const waiting = now - oldestAt
  const level = waiting > WAITING_MS.bad ? 'bad' : waiting > WAITING_MS.warn ? 'warn' : 'ok'
  return [
    at(
      level,
      `The oldest accepted events wait for ${spanWords(waiting)}. ${last}`,
      level === 'ok' ? null : 'They are safe on the disk, but in no page or score yet. The log says which segment is refused and why.',
    ),
  ]
}

export function judgeRequests({
  answered,
  unreadable,
  unknownKey,
  refused,
  tooLarge,
  overloaded,
  failed,
}: Readonly<IngestCounters>): Finding[] {
  const at = say('requests')
  const parts = [
    {
      count: unknownKey,
      words: 'with an unknown key',
      todo: 'A page or service sends with a revoked or mistyped write key: compare with the sources.',
    },
    { count: unreadable, words: 'unreadable', todo: 'Something sends what is no event: look at the senders.' },
    {
      count: refused,
      words: 'refused (server key in a page, or an origin that is not allowed)',
      todo: 'Use browser keys in pages. The page of a source lists the pages it refused: allow them there, by waymark sources set NAME --origin …, or in ALLOWED_ORIGINS, which counts first.',
    },
    { count: tooLarge, words: 'too large', todo: 'Send smaller batches.' },
    { count: overloaded, words: 'told to come back later', todo: 'The spool was full or the disk too slow; SDKs send again.' },
    { count: failed, words: 'failed', todo: 'Wrong methods or a failing disk: the log tells.' },
  ].filter(({ count }) => count > 0)
  const total = parts.reduce((sum, { count }) => sum + count, answered)
  if (total === 0) return [at('ok', 'No request came since the start.')]
  const words = [`${countWords(answered)} answered since the start`, ...parts.map(part => `${countWords(part.count)} ${part.words}`)].join(
    ', ',
  )
  const [most] = parts
    .filter(({ count }) => count >= REFUSED.count && count > REFUSED.share * total)
    .sort((left, right) => right.count - left.count)
  return [most === undefined ? at('ok', `${words}.`) : at('warn', `${words}.`, most.todo)]
}

export function judgeTables(tables: readonly TableFacts[]): Finding[] {
  const at = say('tables')
  const [worst] = [...tables].sort((left, right) => right.mostParts - left.mostParts)
  if (worst !== undefined && worst.mostParts >= PARTS.warn)
    return [
      at(
        worst.mostParts >= PARTS.bad ? 'bad' : 'warn',
        `Table ${worst.table} has ${countWords(worst.mostParts)} parts in one partition.`,
        'The engine merges them by itself; if their number grows, it has too little disk or processor time, or several gateways insert too small batches.',
      ),
    ]
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0)
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  return [at('ok', `${many(rows, 'row')} in ${bytesWords(bytes)}.`)]
}

function say(check: Check): (level: Level, words: string, todo?: string | null) => Finding {
  return (level, words, todo = null) => ({ check, level, words, todo })
}
