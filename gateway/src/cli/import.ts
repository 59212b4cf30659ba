import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { checkedHost, type KeyChoice, keyFor } from './command.ts'
import { importBody, MOST_EVENTS, packBatches } from './importBatches.ts'
import { importLines } from './importLines.ts'
import { type SendEdges, type SendTarget, sendImport } from './importSend.ts'
import { createProgress } from './progress.ts'
import { count, exitCode, type Terminal, UsageError } from './terminal.ts'

export const IMPORT_USAGE = `waymark import FILE|- --source NAME [--batch-size 500] [--json]
       --host URL and --key SECRET_KEY (or WAYMARK_KEY in the environment) name another gateway than that of this data folder`
const IN_FLIGHT = 4
const MOST_REASONS = 10

export interface ImportOptions extends SendTarget {
  /** Path, or `-` for standard input. */
  readonly file: string
  /** Source that the events are stored under. */
  readonly source: string
  readonly batchSize: number
}

export interface ImportEdges extends SendEdges {
  readonly open: (file: string) => Promise<{ chunks: AsyncIterable<Uint8Array>; size: number | null }>
  readonly now: () => number
  readonly terminal: Terminal
}

/** Where a file goes unless the command line says otherwise, and the keys that there are. */
export interface UsualGateway extends Pick<KeyChoice, 'local' | 'remote'> {
  /** null: none runs on the folder. */
  readonly host: string | null
  readonly dataDir: string
}

export interface ImportResult {
  accepted: number
  rejected: number
  /** Lines that are not events, and so were not sent. */
  unreadable: number
  /** The first reasons, by line. */
  readonly reasons: { readonly line: number; readonly reason: string }[]
}

/** Sends a file of newline-delimited events to a gateway. Rejects when delivery stops; what was sent before stays sent. */
export async function importFile(options: ImportOptions, edges: ImportEdges): Promise<ImportResult> {
  const result: ImportResult = { accepted: 0, rejected: 0, unreadable: 0, reasons: [] }
  const { chunks, size } = await edges.open(options.file)
  const progress = createProgress(edges.terminal, size, edges.now)
  const name = options.file === '-' ? '-' : basename(options.file)
  const batches = packBatches(importLines(chunks, name), options.batchSize, (line, reason) => {
    result.unreadable += 1
    note(result, line, reason)
  })

  const stop = new AbortController()
  let told = ''
  const sending: SendEdges = {
    ...edges,
    onRetry(reason, ms) {
      // Each lane has the same trouble; it is said once until it is another.
      if (reason !== told)
        edges.terminal.err(`${reason}\nTrying again in ${Math.max(1, Math.round(ms / 1000))} s; nothing is lost or counted twice.\n`)
      told = reason
    },
  }

  async function sendUntilEmpty(): Promise<void> {
    // Every lane pulls from the one generator, which hands each batch to one lane.
    for (;;) {
      const { value: batch, done } = await batches.next()
      if (done === true) return
      const reply = await sendImport(importBody(options.source, batch), options, sending, stop.signal)
      result.accepted += reply.accepted
      result.rejected += reply.rejected.length
      for (const { index, code, path, message } of reply.rejected)
        note(result, batch.lines[index] ?? 0, `${code} ${path} ${message}`.replaceAll('  ', ' '))
      progress.update({ events: result.accepted + result.rejected, bytes: batch.read })
    }
  }

  try {
    await Promise.all(Array.from({ length: IN_FLIGHT }, sendUntilEmpty))
  } catch (error) {
    stop.abort()
    await batches.return(undefined)
    const sent = count(result.accepted + result.rejected)
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}\n${sent} events had been sent. Run the same command again: nothing is counted twice.`,
      { cause: error },
    )
  } finally {
    progress.end()
  }
  result.reasons.sort((a, b) => a.line - b.line)
  return result
}

function note(result: ImportResult, line: number, reason: string): void {
  if (result.reasons.length < MOST_REASONS) result.reasons.push({ line, reason })
}

/** `waymark import`; exit code 1 also when single lines were rejected. */
export function importCommand(argv: readonly string[], usual: UsualGateway, edges: ImportEdges): Promise<0 | 1 | 2> {
  return exitCode(edges.terminal, IMPORT_USAGE, async () => {
    const { options, json } = parseImport(argv, usual)
    const start = edges.now()
    const result = await importFile(options, edges)
    edges.terminal.out(json ? `${JSON.stringify(result)}\n` : report(result, (edges.now() - start) / 1000))
    return result.rejected + result.unreadable === 0
  })
}

/** The command line as options; throws a `UsageError` or what `parseArgs` throws. */
function parseImport(argv: readonly string[], usual: UsualGateway): { options: ImportOptions; json: boolean } {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      source: { type: 'string' },
      host: { type: 'string' },
      key: { type: 'string' },
      'batch-size': { type: 'string' },
      json: { type: 'boolean' },
    },
  })
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError('One file is needed, or - for standard input.')
  if (values.source === undefined || values.source === '')
    throw new UsageError('--source is missing: the name under which the events are kept, e.g. --source crm.')
  const host = checkedHost(values.host ?? usual.host, usual.dataDir)
  const key = keyFor({ named: values, local: usual.local, remote: usual.remote, scope: 'import' })
  const batchSize = Number(values['batch-size'] ?? MOST_EVENTS)
  if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > MOST_EVENTS)
    throw new UsageError(`--batch-size must be a whole number from 1 to ${MOST_EVENTS}.`)
  return { options: { file, source: values.source, host, key, batchSize }, json: values.json ?? false }
}

function report(result: ImportResult, seconds: number): string {
  const lines = [
    `${count(result.accepted)} events accepted in ${seconds.toFixed(1)} s (those the gateway had already are among them; it keeps one of each).`,
    ...(result.rejected > 0
      ? [`${count(result.rejected)} rejected by the gateway; they are kept, with the reason: GET /v1/rejected, or /console/rejected.`]
      : []),
    ...(result.unreadable > 0 ? [`${count(result.unreadable)} lines were not events and were not sent.`] : []),
    ...result.reasons.map(({ line, reason }) => `  line ${line}: ${reason}`),
  ]
  return `${lines.join('\n')}\n`
}
