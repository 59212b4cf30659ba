/**
 * `npm run bench [-- name …] [--quick | --full] [--only PART,…] [--seed N] [--json FILE]`; without a name every benchmark, with `list` their names.
 * Exit code 1 when a benchmark failed (figures that miss a goal are no failure), 2 for a command line that cannot be understood.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, Report, Size } from './benchmark.ts'
import { event } from './event.ts'
import { ingest } from './ingest/ingest.ts'

import { describeMachine, machine } from './machine.ts'
import { nodeSdk } from './nodeSdk/nodeSdk.ts'
import { printed } from './print.ts'
import { rules } from './rules/rules.ts'
import { scoring } from './scoring/scoring.ts'
import { size as sizeBench } from './size.ts'

const BENCHMARKS: readonly Benchmark[] = [ingest, event, sizeBench, scoring, nodeSdk, rules]
const NAMES = BENCHMARKS.map(
  ({ name, question, parts }) =>
    `  ${name.padEnd(10)} ${question}${parts.length > 0 ? `\n${' '.repeat(13)}parts: ${parts.join(', ')}` : ''}`,
).join('\n')
const USAGE = `Usage: npm run bench -- [name …] [--quick | --full] [--only PART,…] [--seed N] [--json FILE]\n       npm run bench -- faults|loads [id …] [--form smoke|middle|long] [--size N] [--seed N] [--log FOLDER]\n\n${NAMES}\n`

interface Asked {
  readonly chosen: readonly Benchmark[]
  readonly size: Size
  readonly only: readonly string[]
  readonly seed: number
  /** '-' is the standard output, which then holds nothing else. */
  readonly json: string | null
}

function asked(args: string[]): Asked {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      only: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
    },
  })
  const unknown = positionals.filter(name => !BENCHMARKS.some(benchmark => benchmark.name === name))
  if (unknown.length > 0) throw new TypeError(`There is no benchmark ${unknown.join(', ')}.`)
  if (!/^\d+$/.test(values.seed)) throw new TypeError(`--seed ${values.seed}: use a whole number.`)
  const chosen = positionals.length === 0 ? BENCHMARKS : BENCHMARKS.filter(({ name }) => positionals.includes(name))
  const only = values.only.split(',').filter(part => part !== '')
  const strange = only.filter(part => !chosen.some(({ parts }) => parts.includes(part)))
  if (strange.length > 0) throw new TypeError(`--only ${strange.join(',')}: there is no such part.`)
  return {
    chosen: only.length === 0 ? chosen : chosen.filter(({ parts }) => parts.some(part => only.includes(part))),
    only,
    size: values.quick ? 'quick' : values.full ? 'full' : 'default',
    seed: Number(values.seed),
    json: values.json ?? null,
  }
}

function progress(name: string): (what: string) => void {
  const { stderr } = process
  return what => {
    const line = `${name}: ${what}`
    stderr.write(stderr.isTTY ? `\r\x1b[2K${line.slice(0, Math.max(10, stderr.columns - 1))}` : `${line}\n`)
  }
}

async function main(args: string[]): Promise<number> {
  const [kind, ...rest] = args
  if (kind === 'faults' || kind === 'loads') {
    const { FAULTS, LOADS } = await import('../faults/list.ts')
    const { runFaults } = await import('../faults/run.ts')
    return runFaults(kind === 'faults' ? FAULTS : LOADS, rest, text => process.stdout.write(text))
  }
  if (args.includes('list') || args.includes('--help')) {
    process.stdout.write(USAGE)
    return 0
  }
  let wanted: Asked
  try {
    wanted = asked(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return 2
  }
  const { chosen, only, size, seed, json } = wanted
  const on = machine()
  const say = (text: string) => (json === '-' ? process.stderr : process.stdout).write(text)
  say(`${describeMachine(on)}; seed ${seed}; ${size} size\n\n`)
  const reports: { [name: string]: Report } = {}
  let failed = 0
  for (const { name, question, parts, run } of chosen) {
    const folder = mkdtempSync(join(tmpdir(), 'waymark-bench-'))
    const tidy = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    process.once('exit', tidy)
    try {
      const report = await run({ size, only: only.filter(part => parts.includes(part)), seed, folder, progress: progress(name) })
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K')
      reports[name] = report
      say(`${name}: ${question}\n\n${printed(report)}\n`)
    } catch (error) {
      failed += 1
      process.stderr.write(`\n${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    } finally {
      process.off('exit', tidy)
      tidy()
    }
  }
  const text = `${JSON.stringify({ machine: on, seed, size, reports }, null, 2)}\n`
  if (json === '-') process.stdout.write(text)
  else if (json !== null) writeFileSync(json, text)
  return failed === 0 ? 0 : 1
}

// Interrupted, it ends as it would otherwise: processes and folders of a benchmark go on `exit`.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
process.exitCode = await main(process.argv.slice(2))
