import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { TrackingPlan } from '@waymark/schemas/plan'
import type { Change, ChangeLevel } from '../plan/diff/change.ts'
import { diffPlans } from '../plan/diff/diffPlans.ts'
import { lintPlanText } from '../plan/lint/lintPlan.ts'
import { isSdk, SDKS, typesOfPlan } from '../plan/types/typesOfPlan.ts'
import type { CommandEdges } from './command.ts'
import { gatewayCall } from './gatewayCall.ts'
import { contentOf, goodPlan, tellProblems } from './planFile.ts'
import { exitCode, type Terminal, UsageError } from './terminal.ts'

export const USAGE = `waymark plan lint FILE [--json]
       waymark plan diff FILE [OLD_FILE] [--json]          what the file changes for senders; 1 when something would break
       waymark plan push FILE                              put the file in force; its version must be the next one
       waymark plan pull ID [--version N] [--out FILE]
       waymark plan types FILE --sdk browser|node [--out FILE]
       --host URL and --key SECRET_KEY (or WAYMARK_KEY in the environment) name another gateway than that of this data folder`

const OPTIONS = {
  host: { type: 'string' },
  key: { type: 'string' },
  out: { type: 'string' },
  version: { type: 'string' },
  sdk: { type: 'string' },
  json: { type: 'boolean' },
} as const

interface Given {
  readonly edges: CommandEdges
  readonly positionals: readonly string[]
  readonly values: { host?: string; key?: string; out?: string; version?: string; sdk?: string; json?: boolean }
}

/** Tracking plans as files: looked at, compared, put in force, fetched, turned into types. */
export function planCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  return exitCode(edges.terminal, USAGE, async () => {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS })
    const [verb = '', ...rest] = positionals
    const verbs: { readonly [verb: string]: (given: Given) => Promise<boolean> } = { lint, diff, push, pull, types }
    const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
    if (run === undefined) throw new UsageError('say lint, diff, push, pull or types.')
    return run({ edges, positionals: rest, values })
  })
}

async function lint({ edges: { terminal }, positionals, values }: Given): Promise<boolean> {
  const file = only(positionals, 'One file is needed.')
  const { problems, plan } = await lintPlanText(await contentOf(file))
  if (values.json === true) terminal.out(`${JSON.stringify({ file, problems })}\n`)
  else {
    tellProblems(terminal, file, problems)
    if (plan !== null)
      terminal.out(`${file}: plan “${plan.id}”, version ${plan.version}, ${Object.keys(plan.events).length} events: fine\n`)
  }
  return plan !== null
}

async function diff({ edges, positionals, values }: Given): Promise<boolean> {
  const [file, oldFile, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError('One file is needed, or two.')
  const next = await goodPlan(edges.terminal, file)
  const old = oldFile === undefined ? await inForce(edges, values, next.id) : await goodPlan(edges.terminal, oldFile)
  const changes = diffPlans(old, next)
  const isBreaking = changes.some(({ level }) => level === 'breaking')
  if (values.json === true)
    edges.terminal.out(`${JSON.stringify({ from: old?.version ?? null, to: next.version, breaking: isBreaking, changes })}\n`)
  else tellChanges(edges.terminal, file, old, changes)
  return !isBreaking
}

async function push({ edges, positionals, values }: Given): Promise<boolean> {
  const file = only(positionals, 'One file is needed.')
  const plan = await goodPlan(edges.terminal, file)
  const gateway = await gatewayCall(edges, values, 'admin')
  const pushed = await gateway.send<{ outcome: string }>('PUT', `/v1/plans/${encodeURIComponent(plan.id)}`, plan)
  if (pushed === null) throw new Error(`${gateway.host} knows no tracking plans: it is no gateway, or an older one`)
  const sources = Object.entries(plan.sources).map(([source, mode]) => `${source} (${mode})`)
  const said = pushed.outcome === 'unchanged' ? 'was in force already' : 'is in force; gateways know it within 5 s'
  edges.terminal.out(`version ${plan.version} of “${plan.id}” ${said}, for ${sources.join(', ') || 'no source'}\n`)
  return true
}

async function pull({ edges, positionals, values }: Given): Promise<boolean> {
  const id = only(positionals, 'The name of one plan is needed.')
  if (values.version !== undefined && !/^[1-9]\d{0,6}$/.test(values.version))
    throw new UsageError('--version must be a whole number from 1.')
  const gateway = await gatewayCall(edges, values, 'read')
  const path = `/v1/plans/${encodeURIComponent(id)}${values.version === undefined ? '' : `?version=${values.version}`}`
  const found = await gateway.send<{ plan: TrackingPlan }>('GET', path)
  if (found === null)
    throw new Error(`there is no plan “${id}”${values.version === undefined ? '' : ` with version ${values.version}`} at ${gateway.host}`)
  await give(edges.terminal, values.out, `${JSON.stringify(found.plan, null, 2)}\n`)
  return true
}

async function types({ edges, positionals, values }: Given): Promise<boolean> {
  const file = only(positionals, 'One file is needed.')
  if (values.sdk === undefined || !isSdk(values.sdk)) throw new UsageError(`--sdk must be ${SDKS.join(' or ')}.`)
  await give(edges.terminal, values.out, typesOfPlan(await goodPlan(edges.terminal, file), values.sdk))
  return true
}

function only(positionals: readonly string[], complaint: string): string {
  const [one, ...more] = positionals
  if (one === undefined || more.length > 0) throw new UsageError(complaint)
  return one
}

async function give(terminal: Terminal, file: string | undefined, text: string): Promise<void> {
  if (file === undefined) {
    terminal.out(text)
    return
  }
  await writeFile(file, text)
  terminal.err(`${file} is written\n`)
}

async function inForce(edges: CommandEdges, values: Given['values'], id: string): Promise<TrackingPlan | null> {
  const gateway = await gatewayCall(edges, values, 'read')
  return (await gateway.send<{ plan: TrackingPlan }>('GET', `/v1/plans/${encodeURIComponent(id)}`))?.plan ?? null
}

const LEVELS: { readonly [level in ChangeLevel]: string } = {
  breaking: 'breaks senders',
  check: 'is checked now',
  compatible: 'harmless',
}

function tellChanges(terminal: Terminal, file: string, old: TrackingPlan | null, changes: readonly Change[]): void {
  const since = old === null ? 'nothing' : `version ${old.version}`
  terminal.out(changes.length === 0 ? `${file}: nothing changes for senders\n` : `${file}, compared with ${since}:\n`)
  for (const level of ['breaking', 'check', 'compatible'] as const)
    for (const change of changes.filter(one => one.level === level))
      terminal.out(`  ${LEVELS[level].padEnd(14)}  ${change.path || '/'}  ${change.message}\n`)
}
