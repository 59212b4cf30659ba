import { parseArgs } from 'node:util'
import type { JobRun } from '../jobs/pipeline.ts'
import { loadModels } from '../model/load.ts'
import { pinModels } from '../model/versions.ts'
import { openWarehouse, pipelineOf } from '../warehouse.ts'
import { type CommandEdges, commandLog, localSecretKey, runningGateway } from './command.ts'
import { count, exitCode, UsageError } from './terminal.ts'

export const USAGE = 'waymark run [job …] [--at ISO] [--json]'

interface RunRequest {
  readonly jobs?: readonly string[]
  readonly at?: string
}

/** Runs jobs now: by the running gateway of this data folder, or here when none runs. */
export function runCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { terminal } = edges
  return exitCode(terminal, USAGE, async () => {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { at: { type: 'string' }, json: { type: 'boolean' } },
    })
    if (values.at !== undefined && Number.isNaN(Date.parse(values.at)))
      throw new UsageError(`--at “${values.at}” is no ISO 8601 date, e.g. 2026-03-01T00:00:00Z.`)
    const request: RunRequest = {
      ...(positionals.length === 0 ? {} : { jobs: positionals }),
      ...(values.at === undefined ? {} : { at: values.at }),
    }
    const gateway = await runningGateway(edges)
    const runs = gateway === null ? await runHere(request, edges) : await runThere(gateway, request, edges)
    const width = Math.max(...runs.map(run => run.job.length))
    terminal.out(
      values.json === true
        ? `${JSON.stringify({ runs })}\n`
        : runs
            .map(run => `${run.job.padEnd(width)}  ${count(run.rows).padStart(10)} rows  ${count(run.durationMs).padStart(7)} ms\n`)
            .join(''),
    )
    return true
  })
}

async function runHere({ jobs, at }: RunRequest, edges: CommandEdges): Promise<readonly JobRun[]> {
  const { config, now, signals } = edges
  const stopping = new AbortController()
  signals.once('SIGINT', () => stopping.abort(new Error('interrupted')))
  const models = loadModels(config.modelsDir ?? undefined)
  const { db, close } = await openWarehouse(config, commandLog(edges), 'waymark run')
  try {
    await pinModels(db, models, now())
    // Nothing is accepted while no gateway runs; what waits in the spool is loaded by its next start.
    const { pipeline } = pipelineOf({ db, models, settle: async () => undefined, clock: now, signal: stopping.signal })
    return await pipeline.run({ ...(jobs === undefined ? {} : { jobs }), ...(at === undefined ? {} : { now: Date.parse(at) }) })
  } finally {
    await close()
  }
}

async function runThere(gateway: string, request: RunRequest, edges: CommandEdges): Promise<readonly JobRun[]> {
  const key = await localSecretKey(edges, 'admin')
  if (key === null) throw new Error('no secret key with the scope admin: put one in SECRET_KEYS, the same as the gateway has')
  const response = await fetch(`${gateway}/v1/jobs/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  const body = (await response.json()) as { runs?: readonly JobRun[]; error?: { message: string } }
  if (body.runs === undefined) throw new Error(body.error?.message ?? `the gateway at ${gateway} answered ${response.status}`)
  return body.runs
}
