/**
 * Runs faults or loads and prints a table: `npm run bench -- faults [F01 …] [--form smoke|middle|long] [--size N] [--seed N] [--log DIR]`.
 * The form is `long` unless told; with --log each keeps a file of what it said.
 */
import { appendFileSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createRandom } from '../../gateway/src/simulate/random.ts'
import { inTime, LONGEST_MS } from './deadline.ts'
import type { Fault, Form, Outcome } from './fault.ts'
import { stopLoads } from './load.ts'

export interface Report extends Outcome {
  readonly id: string
  readonly seed: number
  readonly size: number
  readonly seconds: number
  /** Why it was not run; null when it was. */
  readonly skipped: string | null
}

const FORMS: readonly Form[] = ['smoke', 'middle', 'long']

/** Exit code: 0 when every promise held. */
export async function runFaults(faults: readonly Fault[], argv: readonly string[], out: (text: string) => void): Promise<0 | 1 | 2> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      form: { type: 'string', default: 'long' },
      size: { type: 'string' },
      seed: { type: 'string' },
      log: { type: 'string' },
    },
  })
  const form = FORMS.find(known => known === values.form)
  const chosen = positionals.length === 0 ? faults : faults.filter(({ id }) => positionals.includes(id))
  const unknown = positionals.filter(id => !faults.some(fault => fault.id === id))
  if (form === undefined || unknown.length > 0) {
    out(
      `there is no ${unknown.length > 0 ? unknown.join(', ') : `form ${values.form}`}; there are ${faults.map(({ id }) => id).join(' ')}\n`,
    )
    return 2
  }
  if (values.log !== undefined && statSync(values.log, { throwIfNoEntry: false })?.isFile()) {
    out(`${values.log} is a file; --log takes the folder that the logs are kept in\n`)
    return 2
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
  const reports: Report[] = []
  for (const fault of chosen) {
    const size = values.size === undefined ? fault.sizes[form] : Number(values.size)
    out(`\n▸ ${fault.id} ${fault.title}: ${size} ${fault.unit}, seed ${seed}\n`)
    const log = logTo(values.log, fault.id, out)
    const report = await runOne(fault, { form, size, seed, log })
    log(lineOf(report))
    if (values.log !== undefined) out(`${lineOf(report)}\n`)
    reports.push(report)
  }
  out(`\n${reports.map(lineOf).join('\n')}\n`)
  return reports.every(({ broken }) => broken.length === 0) ? 0 : 1
}

export interface RunOptions {
  readonly form: Form
  readonly size?: number
  readonly seed: number
  readonly log: (line: string) => void
  /** A fault that takes longer is broken, and says what it waited for. */
  readonly withinMs?: number
}

/** One fault, timed; what it throws is a broken promise too, and so is that it does not end. */
export async function runOne(
  fault: Fault,
  { form, size = fault.sizes[form], seed, log, withinMs = LONGEST_MS[form] }: RunOptions,
): Promise<Report> {
  const began = performance.now()
  const seconds = () => Math.round((performance.now() - began) / 100) / 10
  const skipped = fault.cannotRun?.() ?? null
  if (skipped !== null) return { id: fault.id, seed, size, seconds: 0, skipped, figures: {}, broken: [] }
  log(`${fault.id} ${fault.title}: ${form}, ${size} ${fault.unit}, seed ${seed}`)
  try {
    const outcome = await inTime(withinMs, () => fault.run({ form, size, random: createRandom(seed), log }), log)
    return { id: fault.id, seed, size, seconds: seconds(), skipped, ...outcome }
  } catch (error) {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return { id: fault.id, seed, size, seconds: seconds(), skipped, figures: {}, broken: [String(error)] }
  } finally {
    await stopLoads()
  }
}

function lineOf({ id, seed, size, seconds, skipped, figures, broken }: Report): string {
  const result = skipped === null ? (broken.length === 0 ? 'held  ' : 'BROKEN') : 'not run'
  const told = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  return [
    `${id.padEnd(4)} ${result} ${String(seconds).padStart(7)} s  size ${size} seed ${seed}  ${told.join(' · ')}${skipped ?? ''}`,
    ...broken.map(promise => `      ✗ ${promise}`),
  ].join('\n')
}

function logTo(folder: string | undefined, id: string, out: (text: string) => void): (line: string) => void {
  if (folder === undefined) return line => out(`  ${line}\n`)
  mkdirSync(folder, { recursive: true })
  return line => appendFileSync(join(folder, `${id}.log`), `${new Date().toISOString()} ${line}\n`)
}
