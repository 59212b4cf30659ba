import { parseArgs } from 'node:util'
import { undoMerge } from '../identity/unmerge.ts'
import { UNDONE, unknownMerge } from '../jobs/routes.ts'
import { openWarehouse } from '../warehouse.ts'
import { type CommandEdges, commandLog, localSecretKey, runningGateway } from './command.ts'
import { exitCode, UsageError } from './terminal.ts'

export const USAGE = 'waymark unmerge MERGE_ID     (GET /v1/profiles/:type/:value/merges lists the merges of a person)'

/** Takes back a merge: by the running gateway of this data folder, or here when none runs. */
export function unmergeCommand(argv: readonly string[], edges: CommandEdges): Promise<0 | 1 | 2> {
  const { terminal } = edges
  return exitCode(terminal, USAGE, async () => {
    const { positionals } = parseArgs({ args: [...argv], allowPositionals: true })
    const [mergeId, ...more] = positionals
    if (mergeId === undefined || more.length > 0) throw new UsageError('One merge id is needed.')
    const gateway = await runningGateway(edges)
    const isUndone = gateway === null ? await undoHere(mergeId, edges) : await undoThere(gateway, mergeId, edges)
    terminal[isUndone ? 'out' : 'err'](`${isUndone ? UNDONE : unknownMerge(mergeId)}\n`)
    return isUndone
  })
}

async function undoHere(mergeId: string, edges: CommandEdges): Promise<boolean> {
  const { db, close } = await openWarehouse(edges.config, commandLog(edges), 'waymark unmerge')
  try {
    return await undoMerge(db, mergeId, edges.now(), 'waymark unmerge')
  } finally {
    await close()
  }
}

async function undoThere(gateway: string, mergeId: string, edges: CommandEdges): Promise<boolean> {
  const key = await localSecretKey(edges, 'merge')
  if (key === null) throw new Error('no secret key with the scope merge: put one in SECRET_KEYS, the same as the gateway has')
  const response = await fetch(`${gateway}/v1/merges/${encodeURIComponent(mergeId)}/undo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  })
  if (response.ok) return true
  const body = (await response.json()) as { error?: { code: string; message: string } }
  if (body.error?.code === 'unknown_merge') return false
  throw new Error(body.error?.message ?? `the gateway at ${gateway} answered ${response.status}`)
}
